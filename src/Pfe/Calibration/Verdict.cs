namespace Pfe.Calibration;

/// <summary>The three answers to "is this one person?".</summary>
public enum Answer
{
    /// <summary>One person, at the stated false-match rate.</summary>
    Same,

    /// <summary>Two persons, at the stated false-non-match rate.</summary>
    Different,

    /// <summary>The photographs do not support either answer; <see cref="Verdict.Reason"/> says why.</summary>
    CannotTell,
}

/// <summary>A comparison's result for a person to read.</summary>
/// <param name="Answer">Same, different, or cannot tell.</param>
/// <param name="Probability">P(same person), 0 to 1, if both answers were equally likely before.</param>
/// <param name="LogLikelihoodRatio">The evidence: ln of how many times likelier the score is for one person than for two; above 0 speaks
/// for one person.</param>
/// <param name="FalseMatchRate">Share of the calibration's impostor pairs that would get <see cref="Answer.Same"/> as well.</param>
/// <param name="FalseNonMatchRate">Share of its genuine pairs that would get <see cref="Answer.Different"/>.</param>
/// <param name="Reason">One sentence that says why.</param>
public sealed record Verdict(
    Answer Answer, double Probability, double LogLikelihoodRatio, double FalseMatchRate, double FalseNonMatchRate, string Reason);

/// <summary>A threshold on the evidence (ln likelihood ratio) and the error rate it has on the calibration's pairs.</summary>
/// <param name="Rate">The error rate aimed at: false match or false non-match.</param>
/// <param name="Threshold">The evidence at which it is reached.</param>
public sealed record RateThreshold(double Rate, double Threshold);
