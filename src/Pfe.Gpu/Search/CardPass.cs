using ILGPU;
using ILGPU.Runtime;
using Pfe.Gpu.Cards;
using Pfe.Gpu.Kernels;

namespace Pfe.Gpu.Search;

/// <summary>One card's part of a search: its pieces scanned for some probes, and the faces that may be among the best.</summary>
internal sealed class CardPass(Card card) : IDisposable
{
    private const int FirstCapacity = 1 << 14;

    private readonly Scratch<float> _probe = new(card);
    private readonly Scratch<float> _means = new(card);
    private readonly Scratch<float> _variances = new(card);
    private readonly Scratch<float> _scores = new(card);
    private readonly Scratch<float> _maxima = new(card);
    private readonly Scratch<ProbeState> _states = new(card);
    private readonly Scratch<long> _candidates = new(card);
    private readonly Scratch<int> _count = new(card);
    private int _capacity = FirstCapacity;

    public Card Card => card;

    /// <summary>Adds to each probe's candidates.</summary>
    /// <param name="pieces">The card's pieces.</param>
    /// <param name="probes">All probes of the search.</param>
    /// <param name="chosen">Those that are searched for.</param>
    /// <param name="together">Whether they share a pass over the blocks; else each has its own.</param>
    /// <param name="k">How many best are wanted.</param>
    /// <param name="threshold">The least score that is wanted.</param>
    /// <param name="cancellation">Stops the work between pieces.</param>
    /// <returns>Candidates of each of the chosen, and the score below which the others lie.</returns>
    public Candidates[] Run(IReadOnlyList<Piece> pieces, CardProbes probes, IReadOnlyList<int> chosen, bool together, int k,
        float threshold, CancellationToken cancellation)
    {
        lock (card.Gate)
        {
            // As a rule a handful of faces; all of them where everything is listed, so the list may have to grow.
            for (; ; )
            {
                var (states, list, found) = Scan(pieces, probes, chosen, together, k, threshold, cancellation);
                if (found <= _capacity) return Candidates.Of(states, list);
                _capacity = found;
            }
        }
    }

    public void Dispose()
    {
        lock (card.Gate)
        {
            foreach (IDisposable scratch in (IDisposable[])[_probe, _means, _variances, _scores, _maxima, _states, _candidates, _count])
                scratch.Dispose();
        }
    }

    private (ProbeState[] States, long[] List, int Found) Scan(IReadOnlyList<Piece> pieces, CardProbes probes, IReadOnlyList<int> chosen,
        bool together, int k, float threshold, CancellationToken cancellation)
    {
        var stream = card.Accelerator.DefaultStream;
        var before = chosen.Select(probe => probes.State(probe, threshold)).ToArray();
        var (states, list, count) = (_states.Take(before), _candidates.Take(_capacity), _count.Take([0]));
        if (together)
        {
            var (means, variances, padded) = probes.Together(chosen);
            var (meansThere, variancesThere) = (_means.Take(means), _variances.Take(variances));
            foreach (var piece in pieces)
            {
                cancellation.ThrowIfCancellationRequested();
                var blocks = piece.Blocks.Count;
                var (scores, maxima) = (_scores.Take((long)chosen.Count * blocks * 16), _maxima.Take((long)chosen.Count * blocks));
                card.Tile(piece.Blocks, probes.Layout.Padded, meansThere, variancesThere, padded, new TileOutput
                {
                    Scores = scores.Cast<Lanes4>(), Maxima = maxima, Probes = chosen.Count, Blocks = blocks,
                    Terms = ScoreTerms.Of(probes.Layout),
                });
                card.Select(chosen.Count, scores, maxima, blocks, k, piece.FirstFace, 0, states, list, count);
            }
        }
        else
        {
            for (var at = 0; at < chosen.Count; at++)
            {
                var probe = _probe.Take(probes.Alone(chosen[at]));
                foreach (var piece in pieces)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var (scores, maxima) = (_scores.Take(piece.Blocks.Count * 16L), _maxima.Take(piece.Blocks.Count));
                    card.Scan(piece.Blocks, probes.Layout.Padded, probe, ScoreTerms.Of(probes.Layout), scores, maxima);
                    card.Select(1, scores, maxima, piece.Blocks.Count, k, piece.FirstFace, at, states, list, count);
                }
            }
        }
        var (after, found) = (new ProbeState[chosen.Count], new int[1]);
        states.CopyToCPU(stream, after);
        count.CopyToCPU(stream, found);
        stream.Synchronize();
        var listed = new long[Math.Min(found[0], _capacity)];
        if (listed.Length > 0) list.SubView(0, listed.Length).CopyToCPU(stream, listed);
        stream.Synchronize();
        return (after, listed, found[0]);
    }
}
