using Pfe.Scoring.Blocks;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>Blocks of faces that a search goes through.</summary>
internal interface IBlockSource
{
    /// <summary>Number in the index of the first face.</summary>
    int FirstFace { get; }

    /// <summary>Faces, removed ones included.</summary>
    int Count { get; }

    /// <summary>
    /// Blocks <paramref name="begin"/> to <paramref name="end"/> - 1, checked and ready to be scanned as blocks 0 and on.
    /// </summary>
    FaceBlocks Read(int begin, int end, RunBuffer buffer);

    /// <summary>The same blocks in 8 bits, one after the other.</summary>
    unsafe byte* ReadShort(int begin, int end, RunBuffer buffer);
}

/// <summary>Some blocks of an index: what one thread does at a time.</summary>
/// <param name="Source">Where they lie.</param>
/// <param name="Begin">The first block.</param>
/// <param name="End">The block behind the last.</param>
internal readonly record struct BlockRun(IBlockSource Source, int Begin, int End);

/// <summary>Memory for blocks that are read from disk; one per thread, valid until the next use.</summary>
internal sealed unsafe class RunBuffer : IDisposable
{
    private NativeBuffer? _memory;
    private long _bytes;

    public byte* Take(long bytes)
    {
        if (bytes > _bytes)
        {
            _memory?.Dispose();
            _memory = new NativeBuffer(bytes);
            _bytes = bytes;
        }
        return _memory!.Start;
    }

    public void Dispose() => _memory?.Dispose();
}
