using System.Globalization;
using System.Numerics.Tensors;
using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation;

/// <summary>
/// Tells a head that has learnt nothing: its sigma is much the same for every face, so MLS cannot beat the cosine, and nothing else would
/// show it.
/// </summary>
internal static class HeadCheck
{
    private const int SampledFaces = 2000;
    private const double CollapsedSpread = 0.02;

    /// <summary>What is wrong, in a sentence; null for a sigma that differs between faces.</summary>
    /// <param name="faces">Faces of different quality.</param>
    public static string? Problem(EmbeddingSet faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var spread = SigmaSpread(faces);
        return spread < CollapsedSpread
            ? string.Create(CultureInfo.InvariantCulture,
                $"sigma hardly differs between faces (log sigma^2 varies by {spread:0.####} only): the uncertainty head is untrained or " +
                $"has collapsed, and MLS cannot beat cosine")
            : null;
    }

    /// <summary>Standard deviation, over faces, of a face's mean log sigma^2; an evenly spaced sample of the faces is enough.</summary>
    private static double SigmaSpread(EmbeddingSet faces)
    {
        var step = Math.Max(1, faces.Count / SampledFaces);
        double[] means = [.. Enumerable.Range(0, faces.Count / step)
            .Select(n => (double)TensorPrimitives.Average(faces.LogVariance(n * step)))];
        return means.Length < 2 ? double.PositiveInfinity : StandardDeviation.Of(means);
    }
}
