namespace Pfe.Scoring;

/// <summary>Any of the scores of two faces.</summary>
internal static class FaceScore
{
    /// <summary>The score of two faces, higher meaning more alike.</summary>
    /// <param name="first">One face.</param>
    /// <param name="second">The other, of the same model.</param>
    /// <param name="kind">Which score.</param>
    /// <exception cref="ModelMismatchException">They come from different models.</exception>
    public static float Of(FaceEmbedding first, FaceEmbedding second, ScoreKind kind = ScoreKind.MutualLikelihood) => kind switch
    {
        ScoreKind.MutualLikelihood => MutualLikelihood.Score(first, second),
        ScoreKind.SharedVariance => SharedVariance.Score(first, second),
        ScoreKind.Cosine => Cosine.Score(first, second),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no such score"),
    };

    internal static void CheckModels(FaceEmbedding first, FaceEmbedding second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ModelMismatchException.Check("the second face", first.Dimension, first.ModelId, second.Dimension, second.ModelId);
    }

    internal static float[] Variance(FaceEmbedding face)
    {
        var variance = new float[face.Dimension];
        face.CopyVariance(variance);
        return variance;
    }
}
