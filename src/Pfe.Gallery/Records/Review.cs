namespace Pfe.Gallery;

/// <summary>Why a review was opened.</summary>
public enum ReviewKind
{
    /// <summary>An identification could not tell.</summary>
    Identification,

    /// <summary>An enrolled image looks like another enrolled person.</summary>
    PossibleDuplicate,
}

/// <summary>Where a review stands.</summary>
public enum ReviewState
{
    /// <summary>Waits for a decision.</summary>
    Open,

    /// <summary>One person: the probe or image and the candidate.</summary>
    Same,

    /// <summary>Two persons.</summary>
    Different,

    /// <summary>Whoever looked cannot tell either.</summary>
    Skipped,
}

/// <summary>A decision the numbers could not make.</summary>
/// <param name="Id">The review's id.</param>
/// <param name="GalleryId">The gallery.</param>
/// <param name="Kind">Why it was opened.</param>
/// <param name="ImageId">The enrolled image it is about; null for a probe that is not enrolled.</param>
/// <param name="PersonId">The person of that image; null for a probe.</param>
/// <param name="CandidateId">The person it may show.</param>
/// <param name="Probability">P(same person) when it was opened.</param>
/// <param name="Score">The score behind it.</param>
/// <param name="Uncertainty1">Mean ln sigma^2 of the probe or image.</param>
/// <param name="Uncertainty2">Mean ln sigma^2 of the candidate's nearest anchor.</param>
/// <param name="Reason">One sentence that says why.</param>
/// <param name="State">Open, or how it was decided.</param>
/// <param name="DecidedBy">The key that decided; null while open.</param>
/// <param name="Decided">When; null while open.</param>
/// <param name="Version">Rises with every change.</param>
/// <param name="Created">When it was opened.</param>
public sealed record Review(
    Guid Id, Guid GalleryId, ReviewKind Kind, Guid? ImageId, Guid? PersonId, Guid CandidateId, double Probability, double Score,
        double Uncertainty1, double Uncertainty2,
    string Reason, ReviewState State, string? DecidedBy, DateTimeOffset? Decided, long Version, DateTimeOffset Created);
