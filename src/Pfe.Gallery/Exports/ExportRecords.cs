using System.Text.Json.Serialization;
using Pfe.Vision.Faces;

namespace Pfe.Gallery.Exports;

/// <summary>The first line of an export.</summary>
/// <param name="Format">Always <c>pfe-gallery</c>.</param>
/// <param name="Version">Of the format: 2; version 1 has neither checksums nor a last line.</param>
/// <param name="Gallery">The gallery's name.</param>
/// <param name="ModelId">The model of the embeddings.</param>
/// <param name="ModelName">Its name.</param>
/// <param name="Dimension">D.</param>
internal sealed record ExportHeader(string Format, int Version, string Gallery, string ModelId, string ModelName, int Dimension)
{
    public const string Name = "pfe-gallery";
}

/// <summary>
/// One further line: a person with images. Vectors and photographs are base64 of their bytes, vectors little-endian single precision.
/// </summary>
internal sealed record ExportedPerson(
    Guid Id, string? ExternalId, string? Name, IReadOnlyDictionary<string, string> Metadata, DateTimeOffset Created,
    IReadOnlyList<ExportedImage> Images);

/// <summary>An image of an export.</summary>
internal sealed record ExportedImage(
    Guid Id, DateTimeOffset Created, double Quality, byte[] Mu, byte[] LogVariance, string? Reference = null, string? Sha256 = null,
    FaceMeasures? Measures = null, byte[]? Photo = null);

/// <summary>The last line: an export without it was cut off.</summary>
/// <param name="Persons">How many lines of persons there are.</param>
internal sealed record ExportEnd(int Persons);

/// <summary>The lines as JSON. What a person must have is there, and nothing that nobody knows.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ExportHeader))]
[JsonSerializable(typeof(ExportedPerson))]
[JsonSerializable(typeof(ExportEnd))]
internal sealed partial class ExportJson : JsonSerializerContext;
