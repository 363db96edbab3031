using Pfe.Vision.Faces;

namespace Pfe.Gallery;

/// <summary>A person of a gallery.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="GalleryId">The gallery.</param>
/// <param name="ExternalId">The caller's own id, unique in the gallery; null for none.</param>
/// <param name="Name">The name to show; null for none.</param>
/// <param name="Metadata">The caller's own data: text by name.</param>
/// <param name="Images">How many images are enrolled.</param>
/// <param name="Version">Rises by one with every change of this person, images included.</param>
/// <param name="Created">When the person was enrolled.</param>
/// <param name="Updated">When the person last changed.</param>
public sealed record Person(
    Guid Id, Guid GalleryId, string? ExternalId, string? Name, IReadOnlyDictionary<string, string> Metadata, int Images, long Version,
        DateTimeOffset Created, DateTimeOffset Updated);

/// <summary>What to change about a person; null leaves a value as it is, an empty text clears it.</summary>
/// <param name="ExternalId">The caller's own id.</param>
/// <param name="Name">The name to show.</param>
/// <param name="Metadata">Replaces all of the caller's data.</param>
public sealed record PersonChange(string? ExternalId = null, string? Name = null, IReadOnlyDictionary<string, string>? Metadata = null);

/// <summary>An enrolled image of a person.</summary>
/// <param name="Id">The image's id.</param>
/// <param name="PersonId">The person it shows.</param>
/// <param name="Reference">The caller's own reference (a file name); null for none.</param>
/// <param name="Sha256">The photograph's checksum in lower-case hexadecimal digits; null where none was given.</param>
/// <param name="Quality">0 to 100: more certain than that many percent of the calibration's faces.</param>
/// <param name="Uncertainty">Mean ln sigma^2 of its template; larger is less certain.</param>
/// <param name="Measures">What was measured of the face; null where it came as an embedding.</param>
/// <param name="HasPhoto">Whether the photograph is stored.</param>
/// <param name="Created">When it was enrolled.</param>
public sealed record EnrolledImage(
    Guid Id, Guid PersonId, string? Reference, string? Sha256, double Quality, double Uncertainty, FaceMeasures? Measures, bool HasPhoto,
        DateTimeOffset Created);

/// <summary>An image's template, as the store holds it.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="PersonId">The person it shows.</param>
/// <param name="Generation">Of the gallery's model it was made by.</param>
/// <param name="Quality">0 to 100, by that model's calibration.</param>
/// <param name="Uncertainty">Mean ln sigma^2.</param>
/// <param name="Mu">D values of unit length.</param>
/// <param name="LogVariance">D values, natural logarithm of sigma^2.</param>
internal sealed record Template(Guid ImageId, Guid PersonId, int Generation, double Quality, double Uncertainty, float[] Mu,
    float[] LogVariance);

/// <summary>One change of a gallery: this person is not what it was before this version.</summary>
/// <param name="Version">The gallery's version that the change made.</param>
/// <param name="PersonId">The person whose templates were added, moved or removed.</param>
/// <param name="IsRemoval">Whether templates were removed, which index files must not keep.</param>
internal sealed record Change(long Version, Guid PersonId, bool IsRemoval);

/// <summary>A part of a long list.</summary>
/// <param name="Items">The records.</param>
/// <param name="Next">Where the next part begins, opaque; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
