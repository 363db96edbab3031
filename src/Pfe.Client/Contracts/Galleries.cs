namespace Pfe.Client;

/// <summary>A part of a long list.</summary>
/// <typeparam name="T">The records.</typeparam>
/// <param name="Items">The records.</param>
/// <param name="Next">Send it as <c>cursor</c> for the next part; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>How a gallery enrols and decides. What is left out keeps its value or, for a new gallery, its default.</summary>
public sealed record Policy
{
    /// <summary>False-match rate of one comparison, one that the model's calibration has; null for the usual one.</summary>
    public double? FalseMatchRate { get; init; }

    /// <summary>The probability from which an identification names a person or says "unknown"; 0.95 by default.</summary>
    public double? CertainFrom { get; init; }

    /// <summary>The share of probes whose person is not enrolled; 0.5 by default.</summary>
    public double? StrangerShare { get; init; }

    /// <summary>Faces of a lower quality (0 to 100) are not enrolled; 5 by default.</summary>
    public double? MinimumQuality { get; init; }

    /// <summary>Faces narrower than this many pixels are not enrolled; 40 by default.</summary>
    public double? MinimumFaceWidth { get; init; }

    /// <summary>Whether photographs are stored beside their templates; off by default.</summary>
    public bool? KeepPhotos { get; init; }

    /// <summary>How many templates a person may be searched by; 5 by default.</summary>
    public int? MaximumAnchors { get; init; }
}

/// <summary>What to make or change of a gallery.</summary>
/// <param name="Name">Its name, unique in the service; null leaves it.</param>
/// <param name="Policy">How it enrols and decides; null leaves it.</param>
/// <param name="ModelId">The model of a new gallery; null for the service's first.</param>
public sealed record GalleryRequest(string? Name = null, Policy? Policy = null, string? ModelId = null);

/// <summary>A gallery: people enrolled with one model.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="ModelId">The model's checksum; embeddings of another model are refused.</param>
/// <param name="ModelName">The model's name, to read.</param>
/// <param name="Dimension">D.</param>
/// <param name="Generation">Rises by one when the gallery changes to another model.</param>
/// <param name="Version">Rises by one with every change of its people.</param>
/// <param name="Persons">How many people are enrolled; null in lists.</param>
/// <param name="Policy">How it enrols and decides.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Updated">When its name, policy or model last changed.</param>
public sealed record GalleryRecord(
    Guid Id, string Name, string ModelId, string ModelName, int Dimension, int Generation, long Version, int? Persons, Policy Policy,
    DateTimeOffset Created, DateTimeOffset Updated);

/// <summary>A person of a gallery.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="ExternalId">The caller's own id, unique in the gallery.</param>
/// <param name="Name">The name to show.</param>
/// <param name="Metadata">The caller's own data.</param>
/// <param name="Images">How many images are enrolled.</param>
/// <param name="Version">Rises with every change; the ETag.</param>
/// <param name="Created">When the person was enrolled.</param>
/// <param name="Updated">When the person last changed.</param>
public sealed record Person(
    Guid Id, string? ExternalId, string? Name, IReadOnlyDictionary<string, string> Metadata, int Images, long Version,
    DateTimeOffset Created, DateTimeOffset Updated);

/// <summary>What to change about a person; null leaves a value, an empty text clears it.</summary>
/// <param name="ExternalId">The caller's own id.</param>
/// <param name="Name">The name to show.</param>
/// <param name="Metadata">Replaces all of the caller's data.</param>
public sealed record PersonRequest(
    string? ExternalId = null, string? Name = null, IReadOnlyDictionary<string, string>? Metadata = null);

/// <summary>An enrolled image.</summary>
/// <param name="Id">The image's id.</param>
/// <param name="PersonId">The person it shows.</param>
/// <param name="Reference">The caller's own reference.</param>
/// <param name="Quality">0 to 100.</param>
/// <param name="Uncertainty">Mean ln sigma squared of its template.</param>
/// <param name="HasPhoto">Whether the photograph is stored.</param>
/// <param name="Created">When it was enrolled.</param>
public sealed record EnrolledImage(
    Guid Id, Guid PersonId, string? Reference, double Quality, double Uncertainty, bool HasPhoto, DateTimeOffset Created);

/// <summary>The images of a person.</summary>
/// <param name="Items">Oldest first.</param>
public sealed record ImageList(IReadOnlyList<EnrolledImage> Items);

/// <summary>An image that was enrolled.</summary>
/// <param name="Index">Its place among those sent, from 0.</param>
/// <param name="Image">Its record.</param>
/// <param name="Weight">Its share in the person's template, 0 to 1.</param>
/// <param name="Anchor">Which of the person's templates it went into, from 0.</param>
/// <param name="Warnings">What could be better, or looks wrong.</param>
public sealed record AcceptedImage(int Index, EnrolledImage Image, double Weight, int Anchor, IReadOnlyList<Advice> Warnings);

/// <summary>An image that was not enrolled.</summary>
/// <param name="Index">Its place among those sent, from 0.</param>
/// <param name="Reference">The caller's own reference.</param>
/// <param name="Advice">Why, and what would help.</param>
public sealed record RejectedImage(int Index, string? Reference, IReadOnlyList<Advice> Advice);

/// <summary>What became of an enrolment: part of the images may have been refused.</summary>
/// <param name="Person">The person as stored now.</param>
/// <param name="Created">Whether the person is new.</param>
/// <param name="Accepted">The images enrolled.</param>
/// <param name="Rejected">The images refused, each with advice.</param>
/// <param name="Anchors">How many templates the person is searched by; more than 1 where the images do not look like one face.</param>
/// <param name="GalleryVersion">The gallery's version that shows it.</param>
public sealed record EnrolResult(
    Person Person, bool Created, IReadOnlyList<AcceptedImage> Accepted, IReadOnlyList<RejectedImage> Rejected, int Anchors,
    long GalleryVersion);

/// <summary>Into whom to merge.</summary>
/// <param name="Into">The person who stays.</param>
public sealed record MergeRequest(Guid Into);

/// <summary>Which images go to a new person.</summary>
/// <param name="Images">The images that go; at least one, not all.</param>
/// <param name="ExternalId">The new person's external id.</param>
/// <param name="Name">The new person's name.</param>
public sealed record SplitRequest(IReadOnlyList<Guid> Images, string? ExternalId = null, string? Name = null);

/// <summary>Whom an image shows.</summary>
/// <param name="PersonId">The person it goes to.</param>
public sealed record MoveRequest(Guid PersonId);

/// <summary>What became of a merge, split or move.</summary>
/// <param name="Person">The person who has the images now.</param>
/// <param name="Other">The person who had them; null where that person is gone.</param>
/// <param name="MovedImages">How many images moved.</param>
/// <param name="GalleryVersion">The gallery's version that shows it.</param>
public sealed record MoveResult(Person Person, Person? Other, int MovedImages, long GalleryVersion);
