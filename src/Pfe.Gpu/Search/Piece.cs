using Pfe.Gpu.Cards;
using Pfe.Gpu.Kernels;
using Pfe.Scoring.Blocks;
using Pfe.Search;

namespace Pfe.Gpu.Search;

/// <summary>Consecutive blocks of a segment in one card's memory.</summary>
internal sealed unsafe class Piece : IDisposable
{
    private readonly Segment _segment;
    private readonly int _firstBlock;
    private IReadOnlyCollection<int>[]? _hidden;

    /// <summary>Copies the blocks to the card, each compared with its checksum.</summary>
    public Piece(Card card, Segment segment, int firstBlock, int count, FaceBlocks layout, CancellationToken cancellation)
    {
        (_segment, _firstBlock, Card) = (segment, firstBlock, card);
        Blocks = new BlockBuffer(card, count, layout.Dimension, layout.Store);
        try
        {
            using var buffer = new RunBuffer();
            Blocks.Fill((block, blocks) =>
                (nint)segment.Read(firstBlock + block, firstBlock + block + blocks, buffer).Start, cancellation);
        }
        catch
        {
            Blocks.Dispose();
            throw;
        }
    }

    public Card Card { get; }

    public BlockBuffer Blocks { get; }

    /// <summary>Number in the index of the first face.</summary>
    public int FirstFace => _segment.FirstFace + _firstBlock * FaceBlocks.Lanes;

    /// <summary>Sees to it that some faces, and the padding, are not found.</summary>
    /// <param name="hidden">Sets of faces, none empty; the same objects as long as they hold the same faces.</param>
    public void Hide(IReadOnlyCollection<int>[] hidden)
    {
        if (_hidden is not null && _hidden.SequenceEqual(hidden)) return;
        var bits = new uint[Blocks.Count];
        Array.Fill(bits, Live.All);
        var faces = Math.Min(Blocks.Count * FaceBlocks.Lanes, _segment.Count - _firstBlock * FaceBlocks.Lanes);
        for (var face = faces; face < Blocks.Count * FaceBlocks.Lanes; face++) Clear(bits, face);
        foreach (var face in hidden.SelectMany(set => set))
            if (face >= FirstFace && face < FirstFace + faces) Clear(bits, face - FirstFace);
        Blocks.SetLive(bits);
        _hidden = hidden;
    }

    public void Dispose() => Blocks.Dispose();

    private static void Clear(uint[] bits, int face) => bits[face / FaceBlocks.Lanes] &= ~(1u << (face % FaceBlocks.Lanes));
}
