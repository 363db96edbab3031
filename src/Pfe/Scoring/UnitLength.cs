namespace Pfe.Scoring;

/// <summary>Means of unit length.</summary>
internal static class UnitLength
{
    /// <summary>Scales a mean to length 1; one of zeros stays as it is.</summary>
    public static void Normalise(Span<float> mu)
    {
        var squared = DoubleSum.OfSquares(mu);
        if (squared == 0) return;
        var scale = 1 / Math.Sqrt(squared);
        for (var l = 0; l < mu.Length; l++) mu[l] = (float)(mu[l] * scale);
    }
}
