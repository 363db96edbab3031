using Pfe.Gpu.Cards;
using Pfe.Scoring.Blocks;
using Pfe.Search;

namespace Pfe.Gpu.Search;

/// <summary>An index file's blocks in the memory of some cards. What a new state shares with the one before is not copied again.</summary>
internal sealed class Pieces(IReadOnlyList<Card> cards) : IDisposable
{
    // Scores of 64 probes against a piece take 256 MB; a kernel's start costs a thousandth of its work.
    private const int FacesInAPiece = 1 << 20;

    private readonly Dictionary<Segment, Piece[]> _pieces = [];

    /// <summary>The pieces of a state, with what it hides hidden.</summary>
    public IReadOnlyList<Piece> Of(ISegmentedState state, CancellationToken cancellation)
    {
        foreach (var gone in _pieces.Keys.Except(state.Segments).ToArray())
        {
            foreach (var piece in _pieces[gone]) Free(piece);
            _pieces.Remove(gone);
        }
        foreach (var segment in state.Segments)
            if (segment.Count > 0 && !_pieces.ContainsKey(segment)) _pieces.Add(segment, Load(segment, state.Layout, cancellation));
        IReadOnlyCollection<int>[] hidden = [.. state.Hidden.Where(set => set.Count > 0)];
        var all = _pieces.Values.SelectMany(pieces => pieces).OrderBy(piece => piece.FirstFace).ToArray();
        foreach (var piece in all)
            lock (piece.Card.Gate) piece.Hide(hidden);
        return all;
    }

    public void Dispose()
    {
        foreach (var piece in _pieces.Values.SelectMany(pieces => pieces)) Free(piece);
        _pieces.Clear();
    }

    // Every card gets its share of a segment, in pieces.
    private Piece[] Load(Segment segment, FaceBlocks layout, CancellationToken cancellation)
    {
        var share = (segment.BlockCount + cards.Count - 1) / cards.Count;
        var length = Math.Min(share, FacesInAPiece / FaceBlocks.Lanes);
        var pieces = new List<Piece>();
        try
        {
            for (var block = 0; block < segment.BlockCount; block += length)
            {
                var card = cards[pieces.Count % cards.Count];
                lock (card.Gate)
                    pieces.Add(new Piece(card, segment, block, Math.Min(length, segment.BlockCount - block), layout, cancellation));
            }
            return [.. pieces];
        }
        catch
        {
            foreach (var piece in pieces) Free(piece);
            throw;
        }
    }

    private static void Free(Piece piece)
    {
        lock (piece.Card.Gate) piece.Dispose();
    }
}
