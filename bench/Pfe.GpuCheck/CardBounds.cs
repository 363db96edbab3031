namespace Pfe.GpuCheck;

/// <summary>The exact score of a pair, term by term in double precision, and how far docs/numerics.md lets a card's be from it.</summary>
internal static class CardBounds
{
    private const double Unit = 1.0 / (1 << 24);

    public static (double Exact, double Bound) Of(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2)
    {
        double d = mu1.Length, distance = 0, logs = 0, sum = 0;
        for (var l = 0; l < mu1.Length; l++)
        {
            double difference = (double)mu1[l] - mu2[l], t = (double)variance1[l] + variance2[l];
            distance += difference * difference / t;
            logs += Math.Abs(Math.Log(t));
            sum += Math.Log(t);
        }
        return (-0.5 * (distance + sum + d * Math.Log(2 * Math.PI)),
            Unit * ((20 + d / 2) * distance / 2 + 3 * d + (8 + d / 32) * logs + 80 * d));
    }
}
