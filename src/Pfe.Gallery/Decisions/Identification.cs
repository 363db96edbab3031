namespace Pfe.Gallery;

/// <summary>The three answers to "who is this?".</summary>
public enum IdentityAnswer
{
    /// <summary>This person.</summary>
    Person,

    /// <summary>Nobody who is enrolled.</summary>
    Unknown,

    /// <summary>The face or the gallery does not support either answer.</summary>
    CannotTell,
}

/// <summary>How to identify.</summary>
public sealed record IdentifyOptions
{
    /// <summary>How many persons to list, 1 to 100; 5 by default.</summary>
    public int K { get; init; } = 5;

    /// <summary>Answer only from this version of the gallery or a later one: reads what the caller wrote. 0 for any.</summary>
    public long MinimumVersion { get; init; }

    /// <summary>Whether "cannot tell" opens a review, where it has a candidate.</summary>
    public bool OpenReview { get; init; }

    /// <summary>
    /// The least share of the gallery that must be searched, above 0 to 1. With less than all of it nobody is ever called unknown. 1 by
    /// default: a gallery that is not whole answers with <see cref="GalleryError.Incomplete"/>.
    /// </summary>
    public double MinimumCoverage { get; init; } = 1;
}

/// <summary>A person a probe may show.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="ExternalId">The caller's own id of that person.</param>
/// <param name="Name">The name to show.</param>
/// <param name="Probability">That it is this person: with all others and "nobody enrolled" they sum to 1.</param>
/// <param name="Score">The mutual likelihood score with the person's nearest anchor.</param>
/// <param name="Evidence">ln likelihood ratio of the two faces showing one person.</param>
public sealed record Candidate(Guid PersonId, string? ExternalId, string? Name, double Probability, float Score, double Evidence);

/// <summary>What the model makes of a probe.</summary>
/// <param name="Quality">0 to 100: more certain than that many percent of the calibration's faces.</param>
/// <param name="Uncertainty">Mean ln sigma^2.</param>
public sealed record ProbeQuality(double Quality, double Uncertainty);

/// <summary>The answer to "who is this?".</summary>
/// <param name="Answer">A person, nobody known, or cannot tell.</param>
/// <param name="Reason">One sentence that says why.</param>
/// <param name="Probability">Of the answer; for "cannot tell" that of the likeliest person.</param>
/// <param name="PersonId">The person; null unless that is the answer.</param>
/// <param name="UnknownProbability">That the probe shows nobody who is enrolled.</param>
/// <param name="Candidates">The likeliest persons, best first; each once.</param>
/// <param name="RunnerUp">The likeliest person but the first; null where there is none.</param>
/// <param name="Probe">What the model makes of the probe.</param>
/// <param name="GalleryVersion">The version of the gallery that was searched.</param>
/// <param name="Coverage">The share of the gallery that was searched; 1 for all of it.</param>
/// <param name="ReviewId">The review that was opened; null for none.</param>
public sealed record Identification(
    IdentityAnswer Answer, string Reason, double Probability, Guid? PersonId, double UnknownProbability,
        IReadOnlyList<Candidate> Candidates, Candidate? RunnerUp, ProbeQuality Probe,
    long GalleryVersion, double Coverage, Guid? ReviewId);

/// <summary>The answer to "is this that person?".</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Verdict">Same, different or cannot tell, with probability and reason.</param>
/// <param name="Score">The mutual likelihood score with the person's nearest anchor.</param>
/// <param name="Probe">What the model makes of the probe.</param>
/// <param name="GalleryVersion">The version of the gallery that was read.</param>
public sealed record PersonVerification(Guid PersonId, Calibration.Verdict Verdict, float Score, ProbeQuality Probe, long GalleryVersion);
