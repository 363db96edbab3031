using System.Text.Json.Serialization;

namespace Pfe.Client;

/// <summary>The three answers to "is this one person?".</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<Answer>))]
public enum Answer
{
    /// <summary>One person, at the stated false-match rate.</summary>
    Same,

    /// <summary>Two persons, at the stated false-non-match rate.</summary>
    Different,

    /// <summary>The photographs do not support either answer.</summary>
    CannotTell,
}

/// <summary>A comparison's result.</summary>
/// <param name="Answer">Same, different, or cannot tell.</param>
/// <param name="Probability">P(same person), if both answers were equally likely before.</param>
/// <param name="LogLikelihoodRatio">The evidence; above 0 speaks for one person.</param>
/// <param name="FalseMatchRate">Share of the calibration's pairs of two people that would be called the same.</param>
/// <param name="FalseNonMatchRate">Share of its pairs of one person that would be called different.</param>
/// <param name="Reason">One sentence that says why.</param>
public sealed record Verdict(
    Answer Answer, double Probability, double LogLikelihoodRatio, double FalseMatchRate, double FalseNonMatchRate, string Reason);

/// <summary>One face of a comparison.</summary>
/// <param name="Face">Where it is: the main face where there are several.</param>
/// <param name="FacesInPhoto">How many faces the photograph shows.</param>
/// <param name="Uncertainty">Mean ln sigma squared.</param>
/// <param name="Quality">0 to 100: more certain than that many percent of the calibration's faces.</param>
public sealed record ComparedFace(Face Face, int FacesInPhoto, double Uncertainty, double Quality);

/// <summary>Why one photograph of several could not be used.</summary>
/// <param name="Code">For a program; one of <see cref="ProblemCodes"/>.</param>
/// <param name="Detail">For a person.</param>
public sealed record PhotoProblem(string Code, string Detail);

/// <summary>One photograph compared with the source.</summary>
/// <param name="Index">Its place among the targets, from 0.</param>
/// <param name="Face">Its face; null where there is a problem.</param>
/// <param name="Score">Mutual likelihood score; no fixed range.</param>
/// <param name="Cosine">Cosine of the two means.</param>
/// <param name="Verdict">The answer; null where there is a problem.</param>
/// <param name="Problem">Why it could not be compared; null otherwise.</param>
public sealed record VerifiedTarget(
    int Index, ComparedFace? Face, double? Score, double? Cosine, Verdict? Verdict, PhotoProblem? Problem);

/// <summary>A source compared with targets.</summary>
/// <param name="ModelId">The model.</param>
/// <param name="Source">The source's face.</param>
/// <param name="Targets">One entry a target, in the order they were sent.</param>
public sealed record VerifyResult(string ModelId, ComparedFace Source, IReadOnlyList<VerifiedTarget> Targets);

/// <summary>The three answers to "who is this?".</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<IdentityAnswer>))]
public enum IdentityAnswer
{
    /// <summary>This person.</summary>
    Person,

    /// <summary>Nobody who is enrolled.</summary>
    Unknown,

    /// <summary>Neither answer is supported.</summary>
    CannotTell,
}

/// <summary>A person a probe may show.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="ExternalId">The caller's own id of that person.</param>
/// <param name="Name">The name to show.</param>
/// <param name="Probability">That it is this person: with all others and "nobody enrolled" they sum to 1.</param>
/// <param name="Score">Mutual likelihood score with the person's nearest template.</param>
/// <param name="Evidence">ln likelihood ratio of one person against two.</param>
public sealed record Candidate(
    Guid PersonId, string? ExternalId, string? Name, double Probability, double Score, double Evidence);

/// <summary>What the model makes of a probe.</summary>
/// <param name="Quality">0 to 100.</param>
/// <param name="Uncertainty">Mean ln sigma squared.</param>
/// <param name="Face">Where it is; null where an embedding was sent.</param>
/// <param name="FacesInPhoto">How many faces the photograph shows; 0 where an embedding was sent.</param>
public sealed record Probe(double Quality, double Uncertainty, Face? Face, int FacesInPhoto);

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
    IReadOnlyList<Candidate> Candidates, Candidate? RunnerUp, Probe Probe, long GalleryVersion, double Coverage, Guid? ReviewId);

/// <summary>The answer to "is this that person?".</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Verdict">Same, different or cannot tell.</param>
/// <param name="Score">Mutual likelihood score with the person's nearest template.</param>
/// <param name="Probe">What the model makes of the probe.</param>
/// <param name="GalleryVersion">The version of the gallery that was read.</param>
public sealed record PersonVerification(Guid PersonId, Verdict Verdict, double Score, Probe Probe, long GalleryVersion);
