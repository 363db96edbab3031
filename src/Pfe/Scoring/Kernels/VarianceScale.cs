namespace Pfe.Scoring.Kernels;

/// <summary>
/// Powers of two that bring variances near 1 before the kernels multiply them, so that products stay in range: means are scaled by 2^k,
/// variances by 4^k. Both are exact and leave d^2 / t unchanged; the logarithm shifts by a constant.
/// </summary>
/// <param name="Exponent">k.</param>
internal readonly record struct VarianceScale(int Exponent)
{
    /// <summary>Variances a kernel can take: 2^-50 to 2^50, about 1e-15 to 1e15. A face outside is scored in double precision.</summary>
    public const float MinVariance = 1f / (1L << 50);

    /// <inheritdoc cref="MinVariance"/>
    public const float MaxVariance = 1L << 50;

    /// <summary>Means a kernel can take, in magnitude.</summary>
    public const float MaxMean = 1024;

    /// <summary>What means are multiplied by.</summary>
    public float Mean => MathF.ScaleB(1, Exponent);

    /// <summary>What variances are multiplied by.</summary>
    public float Variance => MathF.ScaleB(1, 2 * Exponent);

    /// <summary>The scale that puts a range of variances around 1/2, and sums of two around 1.</summary>
    public static VarianceScale For(VarianceRange range) =>
        range.IsEmpty ? new(0) : new((int)Math.Round(-(range.Log2Min + range.Log2Max + 2) / 4));

    /// <summary>How many pairs of dimensions may be multiplied before the product's exponent has to be moved: 8, 4, 2 or 1; 0 where even
    /// one pair may leave the range.</summary>
    /// <remarks>
    /// Between two moves the product is a mantissa in [1, 2) times 2 * period sums t of two variances, and stays a normal number
    /// while every |log2 t| is at most 125 / (2 * period). Only faces whose variances are about 2^60 apart fail that at period 1.
    /// </remarks>
    public int Period(VarianceRange gallery, VarianceRange probes)
    {
        if (gallery.IsEmpty) return 8;
        var low = Math.Max(gallery.Log2Min, probes.Log2Min) + 2 * Exponent;
        var high = Math.Max(gallery.Log2Max, probes.Log2Max) + 1 + 2 * Exponent;
        var reach = Math.Max(Math.Abs(low), Math.Abs(high));
        var period = 8;
        while (period > 0 && reach * 2 * period > 125) period /= 2;
        return period;
    }
}

/// <summary>The smallest and the largest variance of some faces.</summary>
internal readonly record struct VarianceRange(float Min, float Max)
{
    public static VarianceRange Empty => new(float.PositiveInfinity, 0);

    public bool IsEmpty => Min > Max;

    public double Log2Min => Math.Log2(Min);

    public double Log2Max => Math.Log2(Max);

    public VarianceRange With(VarianceRange other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    /// <summary>Whether a kernel can take these variances.</summary>
    public bool FitsKernels => Min >= VarianceScale.MinVariance && Max <= VarianceScale.MaxVariance;
}
