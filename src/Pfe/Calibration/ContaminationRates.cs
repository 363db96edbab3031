namespace Pfe.Calibration;

/// <summary>
/// Pairs that are not what they should be: a share of the genuine pairs scores as pairs of two people do (a wrong name, a hidden face), a
/// share of the impostor pairs as pairs of one (a double, one person under two names). They are the lapse rates of a psychometric function
/// (Wichmann and Hill, "The psychometric function: I", 2001): unmodelled, a few of them flatten the whole curve.
/// </summary>
/// <param name="Genuine">Share of the genuine pairs, at least 0.</param>
/// <param name="Impostor">Share of the impostor pairs, at least 0; both together below 1.</param>
internal readonly record struct ContaminationRates(double Genuine, double Impostor)
{
    // exp(-700) is still a number.
    private const double Reach = 700;

    /// <summary>From two logits.</summary>
    public static ContaminationRates FromLogits(double genuine, double impostor) =>
        new(ScoreCalibration.Sigmoid(genuine), ScoreCalibration.Sigmoid(impostor));

    /// <summary>
    /// The evidence of a pair whose evidence is <paramref name="odds"/> if it is no lapse, r = exp(odds):
    /// <c>ln(((1 - g) r + g) / (i r + 1 - i))</c>, between ln(g / (1 - i)) and ln((1 - g) / i), finite for any odds.
    /// </summary>
    /// <param name="odds">ln of the likelihood ratio without lapses.</param>
    public double Evidence(double odds)
    {
        // The same fraction with r in one place only, so that rounding cannot make the evidence fall as the odds rise.
        var inverse = Math.Exp(-Math.Clamp(odds, -Reach, Reach));
        return Math.Log((Genuine + (1 - Genuine - Impostor) / (Impostor + (1 - Impostor) * inverse)) / (1 - Impostor));
    }

    /// <summary>Derivatives of <see cref="Evidence"/>: by the odds, and by the logit of each lapse rate.</summary>
    /// <param name="odds">ln of the likelihood ratio without lapses.</param>
    public (double Odds, double Genuine, double Impostor) Slopes(double odds)
    {
        // How surely the pair is no lapse if it is of one person, and how surely it is one if it is of two.
        var regular = (1 - Genuine) / (1 - Genuine + Genuine * Math.Exp(-Math.Clamp(odds, -Reach, Reach)));
        var lapse = Impostor / (Impostor + (1 - Impostor) * Math.Exp(-Math.Clamp(odds, -Reach, Reach)));
        return (regular - lapse, (1 - Genuine) * (1 - regular) - Genuine * regular, Impostor * (1 - lapse) - (1 - Impostor) * lapse);
    }
}
