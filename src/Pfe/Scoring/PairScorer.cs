using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Scoring;

/// <summary>
/// Scores listed pairs of faces: a protocol's genuine and impostor pairs as row numbers into one set (or two).
/// The faces are laid out once, 8 D bytes each (1 MB for 256 faces of 512 dimensions); nothing grows with the number of pairs.
/// </summary>
/// <remarks>Results do not depend on the number of threads. Pairs that share their first row one after the other are fastest. Safe for use
/// by several threads at once.</remarks>
/// <example><code>
/// using var scorer = new PairScorer(templates, ScoreKind.MutualLikelihood);
/// scorer.Score(first, second, scores);   // scores[n] = score of rows first[n] and second[n]
/// </code></example>
internal sealed unsafe class PairScorer : IDisposable
{
    private readonly PairRows _first;
    private readonly PairRows _second;
    private readonly float[] _shared1 = [];
    private readonly float[] _shared2 = [];
    private readonly int _dimension;
    private readonly int _period;
    private readonly ScoreFormula _formula;
    private readonly IKernels _kernels = SimdPath.Kernels;
    private readonly UseCount _uses;

    /// <summary>Prepares pairs within one set, which is not needed afterwards.</summary>
    /// <param name="faces">The faces.</param>
    /// <param name="kind">Which score.</param>
    /// <param name="cancellation">Stops the preparation.</param>
    /// <exception cref="PfeException">A row holds a value that cannot be scored; names row, path, dimension and value.</exception>
    public PairScorer(EmbeddingSet faces, ScoreKind kind, CancellationToken cancellation = default)
        : this(faces, faces, kind, cancellation) { }

    /// <summary>Prepares pairs between two sets, which are not needed afterwards.</summary>
    /// <param name="first">Faces on the left of each pair.</param>
    /// <param name="second">Faces on the right, of the same D.</param>
    /// <param name="kind">Which score.</param>
    /// <param name="cancellation">Stops the preparation.</param>
    /// <exception cref="PfeException">A row holds a value that cannot be scored; names row, path, dimension and value.</exception>
    public PairScorer(EmbeddingSet first, EmbeddingSet second, ScoreKind kind, CancellationToken cancellation = default)
    {
        EmbeddingValidation.SameLength(first.Dimension, second.Dimension);
        (Kind, _dimension) = (kind, first.Dimension);
        _uses = new UseCount(Free);
        _first = new PairRows(first, cancellation);
        _second = ReferenceEquals(first, second) ? _first : new PairRows(second, cancellation);
        // Rows are kept unscaled, so that a face outside the kernels' reach needs no second copy; the period makes up for it.
        _formula = new ScoreFormula(_dimension, default, BlockStore.Float32);
        _period = default(VarianceScale).Period(_first.Range, _second.Range);
        if (kind != ScoreKind.SharedVariance) return;
        _shared1 = Shared(_first);
        _shared2 = ReferenceEquals(_first, _second) ? _shared1 : Shared(_second);
    }

    /// <summary>Which score.</summary>
    public ScoreKind Kind { get; }

    /// <summary>The score of row <paramref name="i"/> of the first set and row <paramref name="j"/> of the second.</summary>
    /// <param name="i">Row of the first set.</param>
    /// <param name="j">Row of the second set.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ObjectDisposedException">The scorer has been disposed of.</exception>
    public float Score(int i, int j)
    {
        using var use = _uses.Enter(this);
        return ScoreOf(i, j);
    }

    private float ScoreOf(int i, int j)
    {
        if ((uint)i >= (uint)_first.Count)
            throw new ArgumentOutOfRangeException(nameof(i), i, $"the first set has rows 0 to {_first.Count - 1}");
        if ((uint)j >= (uint)_second.Count)
            throw new ArgumentOutOfRangeException(nameof(j), j, $"the second set has rows 0 to {_second.Count - 1}");
        switch (Kind)
        {
            case ScoreKind.MutualLikelihood when _period > 0 && _first.Fits(i) && _second.Fits(j):
                var (s, l) = _kernels.PairSums(_first.Row(i), _second.Row(j), _first.Padded, _period);
                GC.KeepAlive(this);
                return _formula.Of(s, l);
            case ScoreKind.MutualLikelihood:
                return DoublePrecisionScore.MutualLikelihood(
                    _first.Mu(i, _dimension), _first.Variance(i, _dimension), _second.Mu(j, _dimension), _second.Variance(j, _dimension));
            case ScoreKind.SharedVariance:
                return SharedVariance.OfPair(_first.Mu(i, _dimension), _shared1[i], _second.Mu(j, _dimension), _shared2[j]);
            default:
                return Cosine.OfPair(_first.Mu(i, _dimension), _second.Mu(j, _dimension));
        }
    }

    /// <summary>Scores many pairs.</summary>
    /// <param name="first">Rows of the first set.</param>
    /// <param name="second">Rows of the second set, as many.</param>
    /// <param name="scores">As many scores to fill.</param>
    /// <param name="threads">How many threads; 0 for one per processor.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public void Score(ReadOnlyMemory<int> first, ReadOnlyMemory<int> second, Memory<float> scores, int threads = 0,
        CancellationToken cancellation = default)
    {
        if (first.Length != second.Length || first.Length != scores.Length)
            throw new ArgumentException($"{first.Length} first rows, {second.Length} second rows and {scores.Length} scores do not " +
                "belong together", nameof(scores));
        using var use = _uses.Enter(this);
        Workers.Run(first.Length, 4096, threads, (begin, end) =>
        {
            ReadOnlySpan<int> i = first.Span, j = second.Span;
            var result = scores.Span;
            for (var n = begin; n < end; n++) result[n] = ScoreOf(i[n], j[n]);
        }, cancellation);
    }

    /// <summary>Frees the faces' memory, once the calls that run have ended; later ones throw.</summary>
    public void Dispose() => _uses.Close();

    private void Free()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private float[] Shared(PairRows rows)
    {
        var shared = new float[rows.Count];
        for (var row = 0; row < shared.Length; row++) shared[row] = SharedVariance.Of(rows.Variance(row, _dimension));
        return shared;
    }
}
