namespace Pfe.Scoring;

/// <summary>
/// ProbFace's score of two faces that have one variance each (Chen et al., "Reliable Probabilistic Face Embeddings in the Wild", 2021):
/// <code>-[ 2 (1 - cos) / (1e-10 + s) + ln s ],   s = v1 + v2</code>
/// It is no log density: the logarithm counts once and not D times, so its variances lie near the squared distance of two faces (about
/// 0.3),
/// far above those of <see cref="SharedVariance"/>, and the two are not to be mixed.
/// </summary>
internal static class ScalarVariance
{
    /// <summary>Added under the division, as ProbFace's code does.</summary>
    public const double Guard = 1e-10;

    /// <summary>The score.</summary>
    /// <param name="cosine">Cosine of the two means, -1 to 1.</param>
    /// <param name="variance1">The first face's sigma squared, positive.</param>
    /// <param name="variance2">The second's.</param>
    public static double Score(double cosine, double variance1, double variance2) =>
        Attention(cosine, variance1, variance2) - Math.Log(variance1 + variance2);

    /// <summary>Its first part alone, <c>-2 (1 - cos) / (1e-10 + s)</c>, which ProbFace's code calls attention.</summary>
    /// <param name="cosine">Cosine of the two means, -1 to 1.</param>
    /// <param name="variance1">The first face's sigma squared, positive.</param>
    /// <param name="variance2">The second's.</param>
    public static double Attention(double cosine, double variance1, double variance2)
    {
        if (!(variance1 > 0) || !(variance2 > 0) || !double.IsFinite(variance1 + variance2))
            throw new ArgumentException($"variances {variance1} and {variance2} should be positive and finite", nameof(variance1));
        return -2 * (1 - cosine) / (Guard + variance1 + variance2);
    }

    /// <summary>Whether each face of a set has one variance for all its dimensions, as a head of size 1 gives.</summary>
    /// <param name="faces">N faces.</param>
    public static bool IsScalar(EmbeddingSet faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        for (var row = 0; row < faces.Count; row++)
        {
            var values = faces.LogVariance(row);
            if (values.IndexOfAnyExcept(values[0]) >= 0) return false;
        }
        return faces.Count > 0;
    }
}
