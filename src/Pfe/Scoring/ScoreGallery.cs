using Pfe.Scoring.Blocks;
using Pfe.Storage;

namespace Pfe.Scoring;

/// <summary>
/// N faces in memory, laid out for scoring probes against all of them at the speed of the hardware: whole score matrices and the best
/// matches. Memory: 8 D bytes a face for the full score, 4 D for the others. For galleries on disk see FileIndex.
/// </summary>
/// <remarks>Results are the same whatever the number of threads. Accuracy: docs/numerics.md. Safe for use by several threads at
/// once.</remarks>
/// <example><code>
/// using var gallery = ScoreGallery.Create(faces, ScoreKind.MutualLikelihood);
/// var row = new float[gallery.Count];
/// gallery.Score(probes, first: 0, count: 1, row);            // one probe against all
/// Match[][] best = gallery.Top(probes, 0, probes.Count, k: 10);
/// </code></example>
internal sealed unsafe class ScoreGallery : IDisposable
{
    // Probes a pass over the gallery: enough to reuse what is read, few enough to stay in cache.
    private const int ProbesAtOnce = 64;
    private const int BlocksInARun = 32;

    private readonly IGallery _gallery;
    private readonly UseCount _uses;

    private ScoreGallery(IGallery gallery) => (_gallery, _uses) = (gallery, new UseCount(gallery.Dispose));

    /// <summary>N.</summary>
    public int Count => _gallery.Count;

    /// <summary>Checks, scales and lays out the faces; the set is not needed afterwards.</summary>
    /// <param name="faces">The gallery's faces.</param>
    /// <param name="kind">Which score.</param>
    /// <param name="threads">How many threads; 0 for one per processor.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">A row holds a value that cannot be scored; names row, path, dimension and value.</exception>
    public static ScoreGallery Create(
        EmbeddingSet faces, ScoreKind kind = ScoreKind.MutualLikelihood, int threads = 0, CancellationToken cancellation = default) =>
        new(kind == ScoreKind.MutualLikelihood
            ? new MutualLikelihoodGallery(faces, threads, cancellation) : new DotGallery(faces, kind, threads, cancellation));

    /// <summary>Scores some probes against every face. For a matrix beyond memory call it for some rows at a time.</summary>
    /// <param name="probes">The set with the probes, of the gallery's D.</param>
    /// <param name="first">The first probe's row.</param>
    /// <param name="count">Number of probes.</param>
    /// <param name="scores">count x N, row-major, to fill.</param>
    /// <param name="threads">How many threads; 0 for one per processor.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">A probe holds a value that cannot be scored; names row, path, dimension and value.</exception>
    public void Score(EmbeddingSet probes, int first, int count, Memory<float> scores, int threads = 0,
        CancellationToken cancellation = default)
    {
        using var use = _uses.Enter(this);
        CheckRows(probes, first, count);
        if (scores.Length != (long)count * Count)
            throw new ArgumentException(
            $"{count} probes x {Count} faces need {(long)count * Count} scores, not {scores.Length}", nameof(scores));
        using var pinned = scores.Pin();
        for (var at = 0; at < count; at += ProbesAtOnce)
        {
            using var prepared = _gallery.Prepare(probes, first + at, Math.Min(ProbesAtOnce, count - at));
            var sink = new MatrixSink((float*)pinned.Pointer + (long)at * Count, Count);
            Workers.Run(_gallery.BlockCount, BlocksInARun, threads, (begin, end) =>
                prepared.Scan(begin, end, sink, cancellation), cancellation);
        }
    }

    /// <summary>The best matches of some probes.</summary>
    /// <param name="probes">The set with the probes, of the gallery's D.</param>
    /// <param name="first">The first probe's row.</param>
    /// <param name="count">Number of probes.</param>
    /// <param name="k">How many matches a probe, at least 1.</param>
    /// <param name="threshold">Only matches with at least this score.</param>
    /// <param name="threads">How many threads; 0 for one per processor.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>For each probe at most k matches, best first; equal scores by index.</returns>
    /// <exception cref="PfeException">A probe holds a value that cannot be scored; names row, path, dimension and value.</exception>
    public Match[][] Top(
        EmbeddingSet probes, int first, int count, int k, float threshold = float.NegativeInfinity, int threads = 0,
            CancellationToken cancellation = default)
    {
        using var use = _uses.Enter(this);
        CheckRows(probes, first, count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        var results = new Match[count][];
        for (var at = 0; at < count; at += ProbesAtOnce)
        {
            var rows = Math.Min(ProbesAtOnce, count - at);
            using var prepared = _gallery.Prepare(probes, first + at, rows);
            using var sinks = new ThreadLocal<TopSink>(() => new TopSink(rows, k, threshold), trackAllValues: true);
            Workers.Run(_gallery.BlockCount, BlocksInARun, threads, (begin, end) =>
                prepared.Scan(begin, end, sinks.Value!, cancellation), cancellation);
            TopSink.Merge(sinks.Values, rows, k, threshold).CopyTo(results, at);
        }
        return results;
    }

    /// <summary>Frees the gallery's memory, once the calls that run have ended; later ones throw.</summary>
    public void Dispose() => _uses.Close();

    private static void CheckRows(EmbeddingSet probes, int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, probes.Count - first);
    }
}
