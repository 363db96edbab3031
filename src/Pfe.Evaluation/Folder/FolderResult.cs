using System.Globalization;
using Pfe.Evaluation.Pairs;
using Pfe.Scoring;

namespace Pfe.Evaluation.Folder;

/// <summary>What to measure on a folder.</summary>
internal sealed record FolderOptions
{
    /// <summary>Genuine pairs at most; more are sampled. Default 200,000.</summary>
    public int MaxGenuinePairs { get; init; } = 200_000;

    /// <summary>Impostor pairs at most; more are sampled. Default 1,000,000.</summary>
    public int MaxImpostorPairs { get; init; } = 1_000_000;

    /// <summary>Seed of the samples. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Normalises the scores; null to leave them as they are.</summary>
    public Cohort? Cohort { get; init; }
}

/// <summary>The lowest false accept rates that impostor pairs can tell anything about, by the rule of 30 (30 expected errors: within 30 %
/// with 90 % confidence).</summary>
/// <param name="ImpostorPairs">Impostor pairs compared.</param>
/// <param name="IdentityPairs">Pairs of different persons behind them: comparisons of the same two persons are no independent
/// evidence.</param>
/// <param name="FirmFar">30 / identity pairs: down to here a rate is firm.</param>
/// <param name="SmallestFar">30 / impostor pairs: below this nothing is reported.</param>
internal sealed record FarSupport(int ImpostorPairs, int IdentityPairs, double FirmFar, double SmallestFar)
{
    private const double RuleOfThirty = 30;

    /// <summary>The same in a sentence.</summary>
    internal string Plainly => SmallestFar < 1
        ? string.Create(CultureInfo.InvariantCulture,
            $"this folder supports " +
            $"{(FirmFar < 1 ? $"false accept rates down to {FirmFar:0.#e0} firmly" : "no false accept rate firmly")} ({IdentityPairs} " +
            $"pairs of persons, 30 errors expected) and says nothing below {SmallestFar:0.#e0} ({ImpostorPairs} impostor pairs)")
        : string.Create(CultureInfo.InvariantCulture,
            $"this folder supports no false accept rate at all: its {ImpostorPairs} impostor pairs of {IdentityPairs} pairs of persons " +
            $"would have to be 3000 to say anything of FAR 1e-2");

    internal static FarSupport Of(int impostorPairs, int identityPairs) =>
        new(impostorPairs, identityPairs, Math.Min(1, RuleOfThirty / identityPairs), Math.Min(1, RuleOfThirty / impostorPairs));
}

/// <summary>One score's rates.</summary>
/// <param name="Score">The score.</param>
/// <param name="Rates">TAR at each FAR that the data support.</param>
internal sealed record FolderScoreResult(ScoreKind Score, IReadOnlyList<RateAtFar> Rates);

/// <summary>A folder's outcome as a benchmark.</summary>
/// <param name="Protocol">How the pairs came about.</param>
/// <param name="Check">What was found wrong with the folder.</param>
/// <param name="Images">Images compared.</param>
/// <param name="Identities">Identities compared.</param>
/// <param name="GenuinePairs">Genuine pairs.</param>
/// <param name="ImpostorPairs">Impostor pairs.</param>
/// <param name="Support">What false accept rates these can tell anything about.</param>
/// <param name="Interval">How the intervals were made; null without any.</param>
/// <param name="Scores">Cosine, MLS and shared-variance MLS.</param>
/// <param name="Probability">What stated probabilities and answers are worth; null without a calibration.</param>
/// <param name="Notes">What a reader should know before believing the numbers.</param>
internal sealed record FolderResult(
    string Protocol, FolderCheck Check, int Images, int Identities, int GenuinePairs, int ImpostorPairs, FarSupport Support,
        IntervalMethod? Interval,
    IReadOnlyList<FolderScoreResult> Scores, ProbabilityResult? Probability, IReadOnlyList<string> Notes);
