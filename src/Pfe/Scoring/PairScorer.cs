namespace Pfe.Scoring;

/// <summary>
/// Scores listed pairs of faces: a protocol's genuine and impostor pairs as row numbers into one set (or two).
/// The faces are prepared once; memory is 8 D bytes a face, and nothing grows with the number of pairs.
/// </summary>
/// <example><code>
/// var scorer = new PairScorer(templates, ScoreKind.MutualLikelihood);
/// scorer.Score(first, second, scores);   // scores[n] = score of rows first[n] and second[n]
/// </code></example>
public sealed class PairScorer
{
    private readonly EmbeddingSet _first;
    private readonly EmbeddingSet _second;

    /// <summary>Prepares pairs within one set.</summary>
    /// <param name="faces">The faces; must stay open while scoring.</param>
    /// <param name="kind">Which score.</param>
    /// <exception cref="PfeException">A row holds a value that cannot be scored; names row, dimension and value.</exception>
    public PairScorer(EmbeddingSet faces, ScoreKind kind) : this(faces, faces, kind) { }

    /// <summary>Prepares pairs between two sets.</summary>
    /// <param name="first">Faces on the left of each pair.</param>
    /// <param name="second">Faces on the right, of the same D.</param>
    /// <param name="kind">Which score.</param>
    /// <exception cref="PfeException">A row holds a value that cannot be scored; names row, dimension and value.</exception>
    public PairScorer(EmbeddingSet first, EmbeddingSet second, ScoreKind kind)
    {
        FaceGuard.SameLength(first.Dimension, second.Dimension);
        (_first, _second, Kind) = (first, second, kind);
    }

    /// <summary>Which score.</summary>
    public ScoreKind Kind { get; }

    /// <summary>The score of row <paramref name="i"/> of the first set and row <paramref name="j"/> of the second.</summary>
    /// <param name="i">Row of the first set.</param>
    /// <param name="j">Row of the second set.</param>
    public float Score(int i, int j)
    {
        if (Kind == ScoreKind.Cosine) return Cosine.Score(_first.Mu(i), _second.Mu(j));
        var (variance1, variance2) = (new float[_first.Dimension], new float[_first.Dimension]);
        _first.CopyVariance(i, variance1);
        _second.CopyVariance(j, variance2);
        return Kind == ScoreKind.MutualLikelihood
            ? MutualLikelihood.Score(_first.Mu(i), variance1, _second.Mu(j), variance2)
            : SharedVariance.Score(_first.Mu(i), variance1, _second.Mu(j), variance2);
    }

    /// <summary>Scores many pairs; the result does not depend on the number of threads.</summary>
    /// <param name="first">Rows of the first set.</param>
    /// <param name="second">Rows of the second set, as many.</param>
    /// <param name="scores">As many scores to fill.</param>
    /// <param name="threads">How many threads; 0 for one a processor.</param>
    /// <param name="cancellation">Stops the work between batches.</param>
    public void Score(ReadOnlyMemory<int> first, ReadOnlyMemory<int> second, Memory<float> scores, int threads = 0, CancellationToken cancellation = default)
    {
        if (first.Length != second.Length || first.Length != scores.Length)
            throw new ArgumentException($"{first.Length} first rows, {second.Length} second rows and {scores.Length} scores do not belong together", nameof(scores));
        const int Batch = 1 << 12;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellation };
        Parallel.For(0, (first.Length + Batch - 1) / Batch, options, batch =>
        {
            ReadOnlySpan<int> i = first.Span, j = second.Span;
            var result = scores.Span;
            for (var n = batch * Batch; n < Math.Min(first.Length, (batch + 1) * Batch); n++) result[n] = Score(i[n], j[n]);
        });
    }
}
