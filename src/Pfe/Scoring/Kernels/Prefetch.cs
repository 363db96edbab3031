using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pfe.Scoring.Kernels;

/// <summary>
/// Memory that comes into the cache while something else is computed, a little with each step of an inner loop: all at once it would keep
/// the loop waiting. It need not exist. Elsewhere than on x86 it does nothing.
/// </summary>
internal unsafe struct Prefetch
{
    private const int CacheLine = 64;

    private readonly long _step;
    private byte* _at;

    /// <summary>Part <paramref name="part"/> of <paramref name="parts"/> equal parts of some bytes, over a number of steps.</summary>
    public Prefetch(void* start, long bytes, int part, int parts, int steps)
    {
        _at = (byte*)start + bytes * part / parts;
        _step = bytes / parts / steps;
    }

    /// <summary>One step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Next()
    {
        if (!Sse.IsSupported) return;
        for (var line = 0L; line < _step; line += CacheLine) Sse.Prefetch0(_at + line);
        _at += _step;
    }
}
