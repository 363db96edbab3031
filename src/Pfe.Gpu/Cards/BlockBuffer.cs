using ILGPU;
using ILGPU.Runtime;
using Pfe.Gpu.Kernels;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Gpu.Cards;

/// <summary>Blocks of faces in a card's memory, as they lie in the index file, and which of their faces can be found.</summary>
internal sealed unsafe class BlockBuffer : IDisposable
{
    private const int BlocksACopy = 512;
    private const int QuadBytes = 16;

    private readonly MemoryBuffer1D<Quad, Stride1D.Dense> _blocks;
    private readonly MemoryBuffer1D<uint, Stride1D.Dense> _live;
    private readonly Accelerator _accelerator;
    private readonly long _quadsABlock;

    /// <summary>Takes memory for some blocks.</summary>
    /// <exception cref="PfeException">The card has not enough.</exception>
    public BlockBuffer(Card card, int count, int dimension, BlockStore store)
    {
        (_accelerator, Count, Is16Bit) = (card.Accelerator, count, store == BlockStore.Int16);
        _quadsABlock = FaceBlocks.BytesOf(dimension, store) / QuadBytes;
        _blocks = CardMemory.Take<Quad>(_accelerator, _quadsABlock * count);
        try { _live = CardMemory.Take<uint>(_accelerator, count); }
        catch
        {
            _blocks.Dispose();
            throw;
        }
    }

    public int Count { get; }

    public bool Is16Bit { get; }

    public ArrayView<Quad> Quads => _blocks.View;

    public ArrayView<Lanes4> Lanes => Quads.Cast<Lanes4>();

    public ArrayView<uint> Live => _live.View;

    /// <summary>Copies blocks there.</summary>
    /// <param name="read">Gives the address of blocks from a number on, so many; valid until it is called again.</param>
    /// <param name="cancellation">Stops the copying.</param>
    public void Fill(Func<int, int, nint> read, CancellationToken cancellation)
    {
        for (var block = 0; block < Count; block += BlocksACopy)
        {
            cancellation.ThrowIfCancellationRequested();
            var blocks = Math.Min(BlocksACopy, Count - block);
            var bytes = new ReadOnlySpan<Quad>((void*)read(block, blocks), checked((int)(blocks * _quadsABlock)));
            Quads.SubView(block * _quadsABlock, bytes.Length).CopyFromCPU(_accelerator.DefaultStream, bytes);
            _accelerator.DefaultStream.Synchronize();
        }
    }

    /// <summary>Says which faces can be found: 16 bits a block.</summary>
    public void SetLive(uint[] bits)
    {
        Live.CopyFromCPU(_accelerator.DefaultStream, bits);
        _accelerator.DefaultStream.Synchronize();
    }

    public void Dispose()
    {
        _blocks.Dispose();
        _live.Dispose();
    }
}
