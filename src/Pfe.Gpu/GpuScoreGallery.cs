using ILGPU;
using ILGPU.Runtime;
using Pfe.Gpu.Cards;
using Pfe.Gpu.Kernels;
using Pfe.Gpu.Search;
using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Gpu;

/// <summary>
/// N faces in a card's memory in single precision, for whole matrices of mutual likelihood scores: what <see cref="ScoreGallery"/> is on
/// the processor, which keeps a copy. Memory: 8 D bytes a face on either side.
/// </summary>
/// <remarks>Scores are within the cards' bound of the exact ones (docs/numerics.md); the processor's differ in their last digits. Safe for
/// use by several threads at once.</remarks>
public sealed unsafe class GpuScoreGallery : IDisposable
{
    private const int ScoresAtOnce = 1 << 26;
    private const int BlocksInAPiece = 1 << 16;

    private readonly MutualLikelihoodGallery _faces;
    private readonly Card _card;
    private readonly UseCount _uses;
    private readonly List<BlockBuffer> _pieces = [];
    private readonly Scratch<float> _means, _variances, _scores;

    private GpuScoreGallery(EmbeddingSet faces, Card card, Action close, CancellationToken cancellation)
    {
        (_card, _faces) = (card, new MutualLikelihoodGallery(faces, 0, cancellation));
        (_means, _variances, _scores) = (new(card), new(card), new(card));
        _uses = new UseCount(() =>
        {
            Free();
            close();
        });
        try
        {
            lock (card.Gate)
                for (var block = 0; block < _faces.BlockCount; block += BlocksInAPiece) Load(block, cancellation);
        }
        catch
        {
            Free();
            throw;
        }
    }

    /// <summary>N.</summary>
    public int Count => _faces.Count;

    /// <summary>D.</summary>
    public int Dimension => _faces.Dimension;

    /// <summary>Checks the faces, lays them out and copies them to a card; the set is not needed afterwards.</summary>
    /// <param name="faces">The gallery's faces, of up to 1,024 dimensions.</param>
    /// <param name="card">The card's number, from 0 on.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="DeviceUnavailableException">The card cannot be used; says what is missing.</exception>
    /// <exception cref="PfeException">A row holds a value that cannot be scored, or the card has not enough memory.</exception>
    public static GpuScoreGallery Create(EmbeddingSet faces, int card = 0, CancellationToken cancellation = default) =>
        Create(faces, card, CudaCards.Shared, cancellation);

    internal static GpuScoreGallery Create(EmbeddingSet faces, int card, ICardSource source, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(faces);
        CardChoice.Of([ComputeDevice.Cuda(card)], source, faces.Dimension, "the gallery", null);
        var rented = source.Rent(card);
        try { return new(faces, rented, () => source.Return(rented), cancellation); }
        catch
        {
            source.Return(rented);
            throw;
        }
    }

    /// <summary>Scores some probes against every face. For a matrix beyond memory call it for some rows at a time.</summary>
    /// <param name="probes">The set with the probes, of the gallery's D.</param>
    /// <param name="first">The first probe's row.</param>
    /// <param name="count">Number of probes.</param>
    /// <param name="scores">count x N, row-major, to fill.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">A probe holds a value that cannot be scored; names row, path, dimension and value.</exception>
    public void Score(EmbeddingSet probes, int first, int count, Memory<float> scores, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(probes);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, probes.Count - first);
        if (scores.Length != (long)count * Count)
            throw new ArgumentException($"{count} probes x {Count} faces need {(long)count * Count} scores, not {scores.Length}",
                nameof(scores));
        using var use = _uses.Enter(this);
        using var reading = ((IFaceRows)probes).Enter();
        // Whole tiles of probes, as many as the scores of a piece leave room for.
        var longest = _pieces.Count == 0 ? 1 : _pieces[0].Count * FaceBlocks.Lanes;
        var atOnce = Math.Max(1, ScoresAtOnce / longest / TileKernel16.ProbesInATile) * TileKernel16.ProbesInATile;
        for (var row = 0; row < count; row += atOnce)
        {
            var rows = Math.Min(atOnce, count - row);
            Rows(probes, first + row, rows, scores.Slice(row * Count, rows * Count), cancellation);
        }
    }

    /// <summary>Frees both memories, once the calls that run have ended; later ones throw.</summary>
    public void Dispose() => _uses.Close();

    private void Rows(EmbeddingSet probes, int first, int count, Memory<float> scores, CancellationToken cancellation)
    {
        using var prepared = new CardProbes(probes, first, count, _faces.Blocks);
        int[] chosen = [.. Enumerable.Range(0, count).Where(prepared.FitsTile)];
        OnCard(prepared, chosen, scores, cancellation);
        foreach (var probe in chosen) Repair(probes, first + probe, scores.Span.Slice(probe * Count, Count));
        // Probes out of the kernels' reach, which no embedding is, are the processor's.
        using var pin = scores.Pin();
        foreach (var probe in Enumerable.Range(0, count).Except(chosen))
        {
            using var alone = _faces.Prepare(probes, first + probe, 1);
            alone.Scan(0, _faces.BlockCount, new MatrixSink((float*)pin.Pointer + (long)probe * Count, Count), cancellation);
        }
    }

    private void OnCard(CardProbes probes, int[] chosen, Memory<float> scores, CancellationToken cancellation)
    {
        if (chosen.Length == 0) return;
        var (means, variances, padded) = probes.Together(chosen);
        lock (_card.Gate)
        {
            var (meansThere, variancesThere, firstFace) = (_means.Take(means), _variances.Take(variances), 0);
            foreach (var piece in _pieces)
            {
                cancellation.ThrowIfCancellationRequested();
                var length = piece.Count * FaceBlocks.Lanes;
                var there = _scores.Take((long)chosen.Length * length);
                _card.Tile(piece, probes.Layout.Padded, meansThere, variancesThere, padded, new TileOutput
                {
                    Scores = there.Cast<Lanes4>(), Maxima = there.SubView(0, 0), Probes = chosen.Length, Blocks = piece.Count,
                    Terms = ScoreTerms.Of(probes.Layout),
                });
                for (var at = 0; at < chosen.Length; at++)
                {
                    var faces = Math.Min(length, Count - firstFace);
                    there.SubView((long)at * length, faces).CopyToCPU(_card.Accelerator.DefaultStream,
                        scores.Span.Slice(chosen[at] * Count + firstFace, faces));
                }
                _card.Accelerator.DefaultStream.Synchronize();
                firstFace += length;
            }
        }
    }

    // Faces that no kernel can take lie in the blocks as neutral ones.
    private void Repair(EmbeddingSet probes, int row, Span<float> scores)
    {
        if (_faces.Blocks.OutOfRangeFaces.IsEmpty) return;
        var mu = new FaceReader(probes).Read(row, out var variance);
        for (var face = 0; face < Count; face++)
            if (_faces.Blocks.OutOfRangeFaces.TryGet(face, out var faceMu, out var faceVariance))
                scores[face] = DoublePrecisionScore.MutualLikelihood(mu, variance, faceMu, faceVariance);
    }

    private void Load(int firstBlock, CancellationToken cancellation)
    {
        var piece = new BlockBuffer(_card, Math.Min(BlocksInAPiece, _faces.BlockCount - firstBlock), Dimension, BlockStore.Float32);
        _pieces.Add(piece);
        piece.Fill((block, _) => (nint)_faces.Blocks.Block(firstBlock + block), cancellation);
        var live = new uint[piece.Count];
        Array.Fill(live, Live.All);
        piece.SetLive(live);
    }

    private void Free()
    {
        lock (_card.Gate)
        {
            foreach (var piece in _pieces) piece.Dispose();
            _means.Dispose();
            _variances.Dispose();
            _scores.Dispose();
        }
        _faces.Dispose();
    }
}
