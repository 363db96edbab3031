using Pfe.Evaluation.Metrics;
using Pfe.Scoring;

namespace Pfe.Evaluation.Blufr;

/// <summary>A rate over the trials. BLUFR ranks methods by mean less deviation.</summary>
/// <param name="Mean">Mean over the trials, 0 to 1.</param>
/// <param name="Deviation">Standard deviation over the trials (divided by their number less 1, as MATLAB's).</param>
/// <param name="MeanLessDeviation">What the benchmark's tables show.</param>
internal readonly record struct TrialRate(double Mean, double Deviation, double MeanLessDeviation)
{
    internal static TrialRate Of(IReadOnlyList<double> trials)
    {
        var mean = trials.Average();
        var deviation = trials.Count < 2 ? 0 : Math.Sqrt(trials.Sum(rate => (rate - mean) * (rate - mean)) / (trials.Count - 1));
        return new(mean, deviation, mean - deviation);
    }
}

/// <summary>One score's outcome.</summary>
/// <param name="Score">The score.</param>
/// <param name="Verification">VR at FAR 0.1 %; null for lists without test sets.</param>
/// <param name="Identification">DIR at rank 1 and FAR 1 %, open set.</param>
internal sealed record BlufrScoreResult(ScoreKind Score, TrialRate? Verification, TrialRate Identification);

/// <summary>BLUFR's outcome.</summary>
/// <param name="Protocol">Name of the protocol.</param>
/// <param name="Trials">Number of trials.</param>
/// <param name="Images">Images that the lists name.</param>
/// <param name="ImagesMissing">Of these, without embedding; they are left out of every list.</param>
/// <param name="GenuinePairs">Genuine pairs of all trials together.</param>
/// <param name="ImpostorPairs">Impostor pairs of all trials together.</param>
/// <param name="MatedProbes">Probes whose person is in the gallery, of all trials.</param>
/// <param name="NonMatedProbes">The other probes.</param>
/// <param name="VerificationFar">FAR of the verification rate.</param>
/// <param name="IdentificationFar">FAR of the identification rate.</param>
/// <param name="Scores">Cosine, MLS and shared-variance MLS.</param>
/// <param name="Notes">What a reader should know before believing the numbers.</param>
internal sealed record BlufrResult(
    string Protocol, int Trials, int Images, int ImagesMissing, long GenuinePairs, long ImpostorPairs, int MatedProbes, int NonMatedProbes,
    double VerificationFar, double IdentificationFar, IReadOnlyList<BlufrScoreResult> Scores, IReadOnlyList<string> Notes);
