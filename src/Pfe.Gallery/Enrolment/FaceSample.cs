using Pfe.Vision;
using Pfe.Vision.Faces;

namespace Pfe.Gallery;

/// <summary>One face to enrol.</summary>
/// <param name="Embedding">The face as a Gaussian, of the gallery's model.</param>
public sealed record FaceSample(FaceEmbedding Embedding)
{
    /// <summary>
    /// What was measured of the face; null where only the embedding is known, and then only the model's uncertainty decides.
    /// </summary>
    public FaceMeasures? Measures { get; init; }

    /// <summary>The caller's own reference, such as a file name; null for none.</summary>
    public string? Reference { get; init; }

    /// <summary>The photograph's SHA-256 in lower-case hexadecimal digits; a person is not given the same photograph twice.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The photograph's bytes; stored only where the gallery's policy keeps photographs.</summary>
    public ReadOnlyMemory<byte>? Photo { get; init; }
}

/// <summary>A photograph that did not become a sample.</summary>
/// <param name="Reference">The caller's own reference.</param>
/// <param name="Advice">Why, and what would help.</param>
public sealed record RejectedImage(string? Reference, IReadOnlyList<Advice> Advice);

/// <summary>Whom to enrol.</summary>
public sealed record EnrolRequest
{
    /// <summary>An enrolled person who gets more images; null for a new one, or for whoever has <see cref="ExternalId"/>.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>The caller's own id: that person gets the images, and is made if there is none yet.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The name to show of a new person.</summary>
    public string? Name { get; init; }

    /// <summary>The caller's own data of a new person.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The faces, at least one.</summary>
    public required IReadOnlyList<FaceSample> Samples { get; init; }

    /// <summary>Whether faces that the gate would refuse are enrolled all the same; a person decided so.</summary>
    public bool IgnoreGate { get; init; }

    /// <summary>Whether a face that looks like another enrolled person opens a review. On by default.</summary>
    public bool OpenReviews { get; init; } = true;
}

/// <summary>An image that was enrolled.</summary>
/// <param name="Image">Its record.</param>
/// <param name="Weight">Its share in the person's template, 0 to 1: how much it counts beside the other images of its anchor.</param>
/// <param name="Anchor">The person's anchor it went into: 0, 1, ...</param>
/// <param name="Warnings">What could be better, or looks wrong.</param>
public sealed record AcceptedImage(EnrolledImage Image, double Weight, int Anchor, IReadOnlyList<Advice> Warnings);

/// <summary>What became of an enrolment: part of the images may have been refused.</summary>
/// <param name="Person">The person as stored now.</param>
/// <param name="Created">Whether the person is new.</param>
/// <param name="Accepted">The images enrolled.</param>
/// <param name="Rejected">The images refused, each with advice.</param>
/// <param name="Anchors">How many anchors the person has now; more than 1 where the images do not look like one face.</param>
/// <param name="GalleryVersion">The gallery's version that shows it.</param>
public sealed record EnrolResult(
    Person Person, bool Created, IReadOnlyList<AcceptedImage> Accepted, IReadOnlyList<RejectedImage> Rejected, int Anchors,
        long GalleryVersion);
