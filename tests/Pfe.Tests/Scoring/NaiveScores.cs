namespace Pfe.Tests.Scoring;

/// <summary>The formulas as the paper writes them, in double precision and nothing else: the twins of every kernel.</summary>
internal static class NaiveScores
{
    public static double MutualLikelihood(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2)
    {
        var sum = 0.0;
        for (var l = 0; l < mu1.Length; l++)
        {
            double difference = (double)mu1[l] - mu2[l], variance = (double)variance1[l] + variance2[l];
            sum += difference * difference / variance + Math.Log(variance);
        }
        return -0.5 * sum - 0.5 * mu1.Length * Math.Log(2 * Math.PI);
    }

    public static double SharedVariance(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2)
    {
        double squared = 0, shared1 = 0, shared2 = 0;
        for (var l = 0; l < mu1.Length; l++)
        {
            squared += Math.Pow((double)mu1[l] - mu2[l], 2);
            shared1 += variance1[l];
            shared2 += variance2[l];
        }
        var variance = (shared1 + shared2) / mu1.Length;
        return -0.5 * (squared / variance + mu1.Length * Math.Log(variance)) - 0.5 * mu1.Length * Math.Log(2 * Math.PI);
    }

    public static double Cosine(ReadOnlySpan<float> mu1, ReadOnlySpan<float> mu2)
    {
        double dot = 0, squared1 = 0, squared2 = 0;
        for (var l = 0; l < mu1.Length; l++)
        {
            dot += (double)mu1[l] * mu2[l];
            squared1 += (double)mu1[l] * mu1[l];
            squared2 += (double)mu2[l] * mu2[l];
        }
        return squared1 * squared2 > 0 ? dot / Math.Sqrt(squared1 * squared2) : 0;
    }
}
