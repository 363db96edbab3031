using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Gpu.Search;

/// <summary>
/// How far a card's score of a face may be from the processor's: both are within their bound of the exact one (docs/numerics.md). It grows
/// with S, the sum of the squared distances over the variances, which a score bounds from above:
/// <c>S = -2 score - sum ln t - D ln(2 pi) &lt;= -2 score - D (ln t_min + ln(2 pi))</c>.
/// </summary>
/// <param name="AtZero">The bound at a score of 0.</param>
/// <param name="Slope">What it falls by for each unit of the score.</param>
/// <param name="Least">The bound of faces without any distance, which no score goes below.</param>
internal readonly record struct ScoreBound(float AtZero, float Slope, float Least)
{
    private const double Unit = 1.0 / (1 << 24);

    // For the second-order terms, the sum of the variances as 16 bits hold it, and the arithmetic of the selection itself.
    private const double Margin = 1.05;

    public static ScoreBound Of(FaceBlocks layout, VarianceRange probe)
    {
        var d = (double)layout.Dimension;
        double least = Math.Log((double)layout.Range.Min + probe.Min), most = Math.Log((double)layout.Range.Max + probe.Max);
        var logs = d * Math.Max(Math.Abs(least), Math.Abs(most));
        var perS = Unit * (20 + d / 2);
        // Both sides: S/2 each; 2 D and 3 D; 4 and D / 32 + 8 times the logarithms; 80 D each.
        var rest = Unit * (5 * d + (12 + d / 32) * logs + 160 * d);
        var sAtZero = Math.Max(0, -d * (least + Math.Log(2 * Math.PI)));
        return new((float)(Margin * (rest + perS * sAtZero)), (float)(Margin * 2 * perS), (float)(Margin * rest));
    }

    /// <summary>The bound at a score.</summary>
    public double At(double score) => Math.Max(Least, AtZero - Slope * score);
}
