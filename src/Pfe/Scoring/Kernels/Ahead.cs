using System.Runtime.Intrinsics.X86;

namespace Pfe.Scoring.Kernels;

/// <summary>Brings what is needed next into the cache while something else is computed; elsewhere than on x86 it does nothing.</summary>
internal static unsafe class Ahead
{
    private const int CacheLine = 64;

    /// <summary>The lines from <paramref name="first"/> / <paramref name="parts"/> to <paramref name="end"/> / <paramref name="parts"/> of some bytes, which need not exist.</summary>
    public static void Prefetch(void* start, long bytes, long first, long end, long parts)
    {
        if (!Sse.IsSupported) return;
        var lines = bytes / CacheLine;
        for (var line = lines * first / parts; line < lines * end / parts; line++) Sse.Prefetch0((byte*)start + line * CacheLine);
    }
}
