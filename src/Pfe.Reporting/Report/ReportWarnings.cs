using Pfe.Evaluation;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Data;
using Pfe.Reporting.Figures;
using Pfe.Reporting.Measures;

namespace Pfe.Reporting.Report;

/// <summary>What a reader must know before anything else: signs that the uncertainty head is worth nothing.</summary>
internal static class ReportWarnings
{
    private const double Grown = 0.75;

    public static IReadOnlyList<string> Of(ReportData data, int resamples, CancellationToken cancellation)
    {
        var warnings = new List<string>();
        if (HeadCheck.Problem(data.Faces) is { } problem) warnings.Add(problem);
        if (Unmoved(data.Damage) is { Length: > 0 } kinds)
            warnings.Add($"sigma does not answer to damage: at full strength of {string.Join(", ", kinds)} it grows for fewer than " +
                $"{Grown:0 %} of the faces; an untrained head does this");
        if (MlsIsWorse(data, resamples, cancellation) is { } worse) warnings.Add(worse);
        return warnings;
    }

    private static string[] Unmoved(DamageStudy? study) =>
        study is null ? [] : [.. study.Steps.Where(step => step.Strength == 1 && step.Grown < Grown)
            .Select(step => DamageNames.Of(step.Kind).ToLowerInvariant())];

    // Below the cosine's interval, not merely below the cosine: a small loss can be chance.
    private static string? MlsIsWorse(ReportData data, int resamples, CancellationToken cancellation)
    {
        var rate = data.Mls.WorkingRate;
        double Tar(ScoredPairList scored) => Roc.AtFars(scored.Genuine, scored.Impostor, [rate])[0].Tar;
        var (cosine, mls) = (Tar(data.Cosine), Tar(data.Mls));
        if (mls >= cosine) return null;
        var low = new VerificationBootstrap(data.Cosine.Pairs, data.Cosine.Scores)
            .TarAtFars([rate], new BootstrapOptions { Resamples = resamples }, cancellation)[0].Low;
        return mls < low
            ? $"MLS is worse than the cosine here: at FMR {Numbers.Rate(rate)} it matches {Numbers.Percent(mls)} of the genuine pairs, " +
                $"the cosine {Numbers.Percent(cosine)}; sigma misleads on these faces, as an untrained head's does"
            : null;
    }
}
