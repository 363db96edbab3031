using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pfe.Storage;

/// <summary>
/// Zeroed memory at a cache line's start, outside the garbage-collected heap, which neither moves it nor limits its size. Megabytes are asked for in
/// large pages (Linux): a scan of millions of faces otherwise waits for address translation.
/// </summary>
internal sealed unsafe partial class AlignedMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int CacheLine = 64;
    private const int LargePage = 2 << 20;
    private const int AdviseHugePage = 14;

    private readonly long _bytes;

    public AlignedMemory(long bytes) : base(ownsHandle: true)
    {
        _bytes = Math.Max(bytes, CacheLine);
        var large = OperatingSystem.IsLinux() && _bytes >= 2 * LargePage;
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)_bytes, (nuint)(large ? LargePage : CacheLine)));
        // A wish: where it is not granted, small pages serve as well.
        if (large) _ = Advise(Start, (nuint)_bytes, AdviseHugePage);
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

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
