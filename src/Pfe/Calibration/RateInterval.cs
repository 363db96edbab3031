namespace Pfe.Calibration;

/// <summary>A rate counted on trials, with its 95 % Wilson interval, which holds for few trials and for rates near 0 and 1 as
/// well.</summary>
/// <param name="Rate">Share of the trials; not a number without trials.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
internal readonly record struct RateInterval(double Rate, double Low, double High)
{
    private const double Z = 1.959963984540054;

    /// <summary>From counts of independent trials.</summary>
    /// <param name="events">How often it happened.</param>
    /// <param name="trials">Of how many.</param>
    public static RateInterval Of(int events, int trials) => trials == 0 ? new(double.NaN, 0, 1) : OfShare((double)events / trials, trials);

    /// <summary>From a share and an effective number of trials, which need not be whole.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="trials">Above 0.</param>
    public static RateInterval OfShare(double share, double trials)
    {
        var centre = (share + Z * Z / (2 * trials)) / (1 + Z * Z / trials);
        var half = Z / (1 + Z * Z / trials) * Math.Sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials));
        return new(share, Math.Max(0, Math.Min(share, centre - half)), Math.Min(1, Math.Max(share, centre + half)));
    }
}
