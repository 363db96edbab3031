using System.Globalization;
using System.Numerics.Tensors;

namespace Pfe.Evaluation;

/// <summary>What a reader should know before believing the numbers, in plain sentences.</summary>
internal static class EvaluationNotes
{
    private const int SampledFaces = 2000;
    private const double CollapsedSpread = 0.02;
    private const int FewestFalseAccepts = 10;

    public static IReadOnlyList<string> Of(EmbeddingSet faces, IReadOnlyList<double> fars, int impostorPairs)
    {
        var notes = new List<string>();
        var spread = SigmaSpread(faces);
        if (spread < CollapsedSpread)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"sigma hardly differs between faces (log sigma^2 varies by {spread:0.####} only): the uncertainty head is untrained or has collapsed, and MLS cannot beat cosine"));
        foreach (var far in fars.Where(far => far * impostorPairs < FewestFalseAccepts))
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"FAR {far:0.######} means {Math.Round(far * impostorPairs):0} of {impostorPairs} impostor pairs: too few for a firm number, {FewestFalseAccepts} are wanted"));
        return notes;
    }

    /// <summary>Standard deviation, over faces, of a face's mean log sigma^2; an evenly spaced sample of the faces is enough.</summary>
    private static double SigmaSpread(EmbeddingSet faces)
    {
        var step = Math.Max(1, faces.Count / SampledFaces);
        double[] means = [.. Enumerable.Range(0, faces.Count / step).Select(n => (double)TensorPrimitives.Average(faces.LogVariance(n * step)))];
        return means.Length < 2 ? double.PositiveInfinity : Metrics.Statistics.Deviation(means);
    }
}
