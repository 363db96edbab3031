using Pfe.Calibration;

namespace Pfe.Gallery.Decisions;

/// <summary>A person found by a search.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Score">The mutual likelihood score with the nearest anchor.</param>
/// <param name="Uncertainty">Mean ln sigma^2 of that anchor.</param>
internal readonly record struct PersonScore(Guid PersonId, float Score, double Uncertainty);

/// <summary>
/// From scores to a person, "unknown" or "cannot tell". One of N enrolled persons, or none of them, is in front of the camera: each
/// enrolled person has the prior (1 - s) / N, nobody enrolled the share s of strangers, and the calibration gives each person's likelihood
/// ratio. Bayes' rule then gives probabilities that sum to 1 over all persons and "unknown".
/// </summary>
internal static class IdentityDecision
{
    // From here on a second person is worth naming in the reason.
    private const double WorthNaming = 0.05;

    public sealed record Result(
        IdentityAnswer Answer, string Reason, double Probability, double UnknownProbability, double[] Evidence, double[] Probabilities);

    /// <summary>Decides.</summary>
    /// <param name="matches">The best persons, best first.</param>
    /// <param name="persons">N, those not listed included.</param>
    /// <param name="uncertainty">The probe's.</param>
    /// <param name="calibration">What a score means.</param>
    /// <param name="policy">Priors and thresholds.</param>
    /// <param name="coverage">Share of the gallery that was searched.</param>
    public static Result Decide(
        IReadOnlyList<PersonScore> matches, long persons, double uncertainty, ScoreCalibration calibration, GalleryPolicy policy,
            double coverage)
    {
        var rate = policy.FalseMatchRate ?? calibration.DefaultFalseMatchRate;
        var accept = calibration.ThresholdAt(rate);
        var evidence = matches.Select(match => calibration.LogLikelihoodRatio(match.Score, uncertainty, match.Uncertainty)).ToArray();
        var prior = (1 - policy.StrangerShare) / Math.Max(persons, 1);
        var weights = evidence.Select(ratio => prior * Math.Exp(ratio)).ToArray();
        var rest = prior * Rest(evidence, persons, calibration.LogLikelihoodRatio(float.MinValue, uncertainty, uncertainty));
        var sum = policy.StrangerShare + weights.Sum() + rest;
        var (probabilities, unknown) = (weights.Select(weight => weight / sum).ToArray(), policy.StrangerShare / sum);
        var best = probabilities.Length == 0 ? -1 : Array.IndexOf(probabilities, probabilities.Max());
        var probability = best < 0 ? 0 : probabilities[best];
        var isPoor = uncertainty > calibration.Quality.Uncertainties[^1];
        var (answer, reason) = true switch
        {
            _ when isPoor =>
                (IdentityAnswer.CannotTell, "the face is less certain than any of the calibration: a better photograph is wanted"),
            _ when best >= 0 && probability >= policy.CertainFrom && evidence[best] >= accept => (IdentityAnswer.Person,
                $"fewer than 1 in {Math.Round(1 / rate):#,0} pairs of two people look this much alike, and nobody else comes near"),
            _ when coverage < 1 =>
                (IdentityAnswer.CannotTell, $"only {coverage:0 %} of the gallery could be searched, and nobody was found there"),
            _ when persons == 0 => (IdentityAnswer.Unknown, "nobody is enrolled"),
            _ when unknown >= policy.UnknownFrom =>
                (IdentityAnswer.Unknown, $"none of the {persons:#,0} enrolled persons looks enough alike"),
            _ when probabilities.Count(value => value >= WorthNaming) > 1 =>
                (IdentityAnswer.CannotTell, "several enrolled persons look alike to this face"),
            _ when calibration.Quality.Of(uncertainty) < QualityScale.Poor => (IdentityAnswer.CannotTell,
                $"the face is too uncertain: more so than {100 - QualityScale.Poor:0} % of faces"),
            _ when best >= 0 && evidence[best] >= accept =>
                (IdentityAnswer.CannotTell, $"alike, but among {persons:#,0} enrolled persons somebody may look this much alike by chance"),
            _ => (IdentityAnswer.CannotTell, "the evidence lies between what an enrolled person and what a stranger usually shows"),
        };
        return new(answer, reason, answer == IdentityAnswer.Unknown ? unknown : probability, unknown, evidence, probabilities);
    }

    /// <summary>
    /// What the likelihood ratios of those who are not listed add up to. Sorted, they fall off at least as fast beyond the list as within
    /// its last three quarters: <c>ratio(r) = ratio(k) (r / k)^-a</c> for rank r, summed by its integral, and for each at least what the
    /// calibration gives to a pair that looks like nothing.
    /// </summary>
    internal static double Rest(double[] evidence, long persons, double floor)
    {
        var k = evidence.Length;
        if (k == 0 || persons <= k) return 0;
        var sorted = evidence.OrderDescending().ToArray();
        var (last, earlier) = (Math.Exp(sorted[^1]), Math.Exp(sorted[(k - 1) / 4]));
        // Rank (k - 1) / 4 + 1 against rank k.
        var a = Math.Log(earlier / last) / Math.Log(k / ((k - 1) / 4 + 1.0));
        double n = persons, sum;
        if (!(a > 0)) sum = last * (n - k);
        else if (Math.Abs(a - 1) < 1e-6) sum = last * k * Math.Log(n / k);
        else sum = last * k * (Math.Pow(n / k, 1 - a) - 1) / (1 - a);
        return sum + Math.Exp(floor) * (n - k);
    }
}
