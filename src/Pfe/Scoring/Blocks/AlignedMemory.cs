using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pfe.Scoring.Blocks;

/// <summary>Zeroed memory at a cache line's start, outside the garbage-collected heap, which neither moves it nor limits its size.</summary>
internal sealed unsafe class AlignedMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int CacheLine = 64;
    private readonly long _bytes;

    public AlignedMemory(long bytes) : base(ownsHandle: true)
    {
        _bytes = Math.Max(bytes, CacheLine);
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)_bytes, CacheLine));
        NativeMemory.Clear(Start, (nuint)_bytes);
        GC.AddMemoryPressure(_bytes);
    }

    public byte* Start => (byte*)handle;

    public float* Floats => (float*)handle;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree(Start);
        GC.RemoveMemoryPressure(_bytes);
        return true;
    }
}
