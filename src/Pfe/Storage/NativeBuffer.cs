using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pfe.Storage;

/// <summary>
/// Zeroed memory at a cache line's start that the garbage collector does not move. Megabytes come from the system in large pages (Linux): a
/// scan of millions of faces otherwise waits for address translation. Less is lent by the array pool, in sizes of its own, at most twice as
/// much: fresh pages for every call cost more than the work done in them.
/// </summary>
internal sealed unsafe partial class NativeBuffer : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int CacheLine = 64;
    private const int LargePage = 2 << 20;
    private const int AdviseHugePage = 14;

    private readonly long _bytes;
    private readonly byte[]? _lent;
    private GCHandle _pin;

    public NativeBuffer(long bytes) : base(ownsHandle: true)
    {
        _bytes = Math.Max(bytes, CacheLine);
        if (_bytes < 2 * LargePage)
        {
            _lent = ArrayPool<byte>.Shared.Rent((int)_bytes + CacheLine);
            _pin = GCHandle.Alloc(_lent, GCHandleType.Pinned);
            SetHandle((nint)(((nuint)_pin.AddrOfPinnedObject() + CacheLine - 1) & ~(nuint)(CacheLine - 1)));
        }
        else
        {
            SetHandle((nint)NativeMemory.AlignedAlloc((nuint)_bytes, LargePage));
            // A wish: where it is not granted, small pages serve as well.
            if (OperatingSystem.IsLinux()) _ = Advise(Start, (nuint)_bytes, AdviseHugePage);
            GC.AddMemoryPressure(_bytes);
        }
        NativeMemory.Clear(Start, (nuint)_bytes);
    }

    public byte* Start => (byte*)handle;

    public float* Floats => (float*)handle;

    protected override bool ReleaseHandle()
    {
        if (_lent is not null)
        {
            _pin.Free();
            ArrayPool<byte>.Shared.Return(_lent);
        }
        else
        {
            NativeMemory.AlignedFree(Start);
            GC.RemoveMemoryPressure(_bytes);
        }
        return true;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
