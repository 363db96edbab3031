using System.Text.Json.Serialization;

namespace Pfe.Client;

/// <summary>Where a review stands, and how it is decided.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ReviewState>))]
public enum ReviewState
{
    /// <summary>Waits for a decision.</summary>
    Open,

    /// <summary>One person.</summary>
    Same,

    /// <summary>Two persons.</summary>
    Different,

    /// <summary>Whoever looked cannot tell either.</summary>
    Skipped,
}

/// <summary>A decision the numbers could not make.</summary>
/// <param name="Id">The review's id.</param>
/// <param name="Kind"><c>identification</c> or <c>possibleDuplicate</c>.</param>
/// <param name="ImageId">The enrolled image it is about; null for a probe.</param>
/// <param name="PersonId">The person of that image; null for a probe.</param>
/// <param name="CandidateId">The person it may show.</param>
/// <param name="Probability">P(same person) when it was opened.</param>
/// <param name="Score">The score behind it.</param>
/// <param name="Uncertainty1">Mean ln sigma squared of the probe or image.</param>
/// <param name="Uncertainty2">The same of the candidate's nearest template.</param>
/// <param name="Reason">One sentence that says why.</param>
/// <param name="State">Open, or how it was decided.</param>
/// <param name="DecidedBy">The key that decided.</param>
/// <param name="Decided">When.</param>
/// <param name="Version">Rises with every change; the ETag.</param>
/// <param name="Created">When it was opened.</param>
public sealed record Review(
    Guid Id, string Kind, Guid? ImageId, Guid? PersonId, Guid CandidateId, double Probability, double Score, double Uncertainty1,
    double Uncertainty2, string Reason, ReviewState State, string? DecidedBy, DateTimeOffset? Decided, long Version,
    DateTimeOffset Created);

/// <summary>How a review is decided.</summary>
/// <param name="Decision">Same, different or skipped; open takes a decision back.</param>
public sealed record DecisionRequest(ReviewState Decision);

/// <summary>Where a job stands.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>Waits for a worker.</summary>
    Waiting,

    /// <summary>A worker is at it.</summary>
    Running,

    /// <summary>Done.</summary>
    Done,

    /// <summary>Could not be done; the failure says why.</summary>
    Failed,

    /// <summary>Cancelled.</summary>
    Cancelled,
}

/// <summary>Long work that outlives its request and a restart.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="GalleryId">The gallery.</param>
/// <param name="Kind"><c>import</c>, <c>export</c> or <c>reembed</c>.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Done">Steps done.</param>
/// <param name="Total">Steps in all; 0 while not known.</param>
/// <param name="Outcome">What came of it, or why it failed; null before.</param>
/// <param name="Result">Where the result can be fetched; null where there is none.</param>
/// <param name="Created">When it was asked for.</param>
/// <param name="Updated">When it last moved.</param>
public sealed record Job(
    Guid Id, Guid? GalleryId, string Kind, JobState State, long Done, long Total, string? Outcome, string? Result,
    DateTimeOffset Created, DateTimeOffset Updated);

/// <summary>To which model a gallery moves.</summary>
/// <param name="ModelId">One of <c>GET /v1/models</c>.</param>
/// <param name="LeaveMissing">Whether to switch even where images get no template; these are then not searched, but stay.</param>
/// <param name="Back">Whether to return to a model that the gallery had before; done at once, by its old templates.</param>
public sealed record ReembedRequest(string ModelId, bool LeaveMissing = false, bool Back = false);

/// <summary>A threshold with what is known of it.</summary>
/// <param name="FalseMatchRate">Share of pairs of two people at or above it.</param>
/// <param name="Threshold">The evidence at which the rate is reached.</param>
/// <param name="RateLow">Lower end of the rate's 95 % interval on the calibration's pairs.</param>
/// <param name="RateHigh">Upper end of it.</param>
public sealed record ModelThreshold(double FalseMatchRate, double Threshold, double RateLow, double RateHigh);

/// <summary>A model that the service runs.</summary>
/// <param name="Id">Its checksum.</param>
/// <param name="Name">Its name, to read.</param>
/// <param name="Dimension">D.</param>
/// <param name="IsDefault">Whether new galleries are of it.</param>
/// <param name="CalibrationSource">What the calibration was fitted on.</param>
/// <param name="GenuinePairs">Pairs of one person it was fitted on.</param>
/// <param name="ImpostorPairs">Pairs of two people it was fitted on.</param>
/// <param name="Thresholds">Thresholds for the false-match rates that those pairs support.</param>
public sealed record Model(
    string Id, string Name, int Dimension, bool IsDefault, string CalibrationSource, int GenuinePairs, int ImpostorPairs,
    IReadOnlyList<ModelThreshold> Thresholds);

/// <summary>The models that the service runs.</summary>
/// <param name="Items">The first is the default.</param>
public sealed record ModelList(IReadOnlyList<Model> Items);

/// <summary>One line of the audit log.</summary>
/// <param name="Sequence">1, 2, ... within the gallery, or within the service.</param>
/// <param name="At">When.</param>
/// <param name="KeyId">The API key that asked.</param>
/// <param name="Action">What was done, such as <c>person.merge</c>.</param>
/// <param name="SubjectId">The record it was done to.</param>
/// <param name="Outcome">Numbers and ids that say what came of it.</param>
/// <param name="RequestId">The request.</param>
/// <param name="Hash">SHA-256 over the entry before and this one.</param>
public sealed record AuditEntry(
    long Sequence, DateTimeOffset At, string? KeyId, string Action, Guid? SubjectId, string Outcome, string? RequestId, string Hash);

/// <summary>What a key may do.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<Scope>))]
public enum Scope
{
    /// <summary>Look at galleries and people, compare, identify, verify.</summary>
    Read,

    /// <summary>Enrol, change, merge, remove.</summary>
    Enrol,

    /// <summary>Decide reviews.</summary>
    Review,

    /// <summary>Galleries, keys, audit, jobs.</summary>
    Admin,
}

/// <summary>An API key to make.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Galleries">The galleries it may touch; null for all.</param>
/// <param name="Expires">When it ends; null for never.</param>
public sealed record KeyRequest(
    string Name, IReadOnlyList<Scope> Scopes, IReadOnlyList<Guid>? Galleries = null, DateTimeOffset? Expires = null);

/// <summary>An API key.</summary>
/// <param name="Id">Its public part.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Galleries">The galleries it may touch; empty for all.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it ends; null for never.</param>
/// <param name="LastUsed">When it was last used, to the minute.</param>
/// <param name="Secret">What a client sends; only in the answer to the request that made it.</param>
public sealed record Key(
    string Id, string Name, IReadOnlyList<Scope> Scopes, IReadOnlyList<Guid> Galleries, DateTimeOffset Created,
    DateTimeOffset? Expires, DateTimeOffset? LastUsed, string? Secret = null);

/// <summary>The service's keys.</summary>
/// <param name="Items">Oldest first, without secrets.</param>
public sealed record KeyList(IReadOnlyList<Key> Items);
