namespace Pfe.Scoring.Kernels;

/// <summary>
/// One probe's side of the shared-variance score of eq. 3, where v is the sum of the two faces' variances:
/// <c>-1/2 * ((|a|^2 + |b|^2 - 2 a.b) / v + D ln v + D ln(2 pi))</c>.
/// </summary>
/// <param name="Squared">|a|^2 of the probe.</param>
/// <param name="Variance">Its one variance.</param>
/// <param name="Dimension">D.</param>
internal readonly record struct SharedFormula(float Squared, float Variance, float Dimension)
{
    private const float LogTwoPi = (float)MutualLikelihood.LogTwoPi;
    private const float LogTwo = 0.69314718055994530942f;

    /// <summary>-D/2, the factor of ln v.</summary>
    public float L => -0.5f * Dimension;

    /// <summary>-D/2 ln 2, the factor of log2 v.</summary>
    public float L2 => L * LogTwo;

    /// <summary>-D/2 ln(2 pi).</summary>
    public float C => L * LogTwoPi;

    public float Of(float dot, float squared, float variance) =>
        -0.5f * MathF.Max(squared + Squared - 2 * dot, 0) / (variance + Variance) + (L * MathF.Log(variance + Variance) + C);
}
