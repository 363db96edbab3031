using Pfe.Scoring;

namespace Pfe.Calibration;

/// <summary>Pairs of known answer with their scores: what a calibration is fitted on and judged by.</summary>
public sealed class ScoredPairs
{
    /// <summary>Wraps pairs; nothing is copied.</summary>
    /// <param name="scores">One finite score a pair, higher for more alike.</param>
    /// <param name="same">Whether each pair shows one person.</param>
    /// <param name="uncertainty1">Mean ln sigma^2 of each pair's first face.</param>
    /// <param name="uncertainty2">Mean ln sigma^2 of each pair's second face.</param>
    public ScoredPairs(float[] scores, bool[] same, double[] uncertainty1, double[] uncertainty2)
    {
        if (scores.Length != same.Length || scores.Length != uncertainty1.Length || scores.Length != uncertainty2.Length)
            throw new ArgumentException($"{scores.Length} scores, {same.Length} labels, {uncertainty1.Length} and {uncertainty2.Length} " +
                "uncertainties do not belong together", nameof(scores));
        (Scores, Same, Uncertainty1, Uncertainty2) = (scores, same, uncertainty1, uncertainty2);
        GenuineCount = same.Count(isSame => isSame);
    }

    /// <summary>One score a pair.</summary>
    public IReadOnlyList<float> Scores { get; }

    /// <summary>Whether each pair shows one person.</summary>
    public IReadOnlyList<bool> Same { get; }

    /// <summary>Mean ln sigma^2 of each pair's first face.</summary>
    public IReadOnlyList<double> Uncertainty1 { get; }

    /// <summary>Mean ln sigma^2 of each pair's second face.</summary>
    public IReadOnlyList<double> Uncertainty2 { get; }

    /// <summary>Number of pairs.</summary>
    public int Count => Scores.Count;

    /// <summary>Number of pairs of one person.</summary>
    public int GenuineCount { get; }

    /// <summary>Number of pairs of two persons.</summary>
    public int ImpostorCount => Count - GenuineCount;

    /// <summary>Scores pairs of rows of a set.</summary>
    /// <param name="faces">The faces.</param>
    /// <param name="first">First row of each pair.</param>
    /// <param name="second">Second row of each pair.</param>
    /// <param name="same">Whether each pair shows one person.</param>
    /// <param name="kind">Which score.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ScoredPairs Of(EmbeddingSet faces, ReadOnlyMemory<int> first, ReadOnlyMemory<int> second, ReadOnlyMemory<bool> same,
        ScoreKind kind = ScoreKind.MutualLikelihood, CancellationToken cancellation = default)
    {
        var scores = new float[first.Length];
        using (var scorer = new PairScorer(faces, kind, cancellation)) scorer.Score(first, second, scores, cancellation: cancellation);
        var uncertainty = FaceUncertainty.Of(faces);
        return new(scores, same.ToArray(), Array.ConvertAll(first.ToArray(), row => uncertainty[row]),
            Array.ConvertAll(second.ToArray(), row => uncertainty[row]));
    }
}
