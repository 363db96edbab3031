using System.Text.Json.Serialization;
using Pfe.Gallery.Search;
using Pfe.Vision.Faces;

namespace Pfe.Gallery;

/// <summary>Records as JSON, in the store and in exports; camel case, enumerations by name.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(GalleryPolicy))]
[JsonSerializable(typeof(GalleryInfo))]
[JsonSerializable(typeof(Person))]
[JsonSerializable(typeof(EnrolledImage))]
[JsonSerializable(typeof(FaceMeasures))]
[JsonSerializable(typeof(EnrolResult))]
[JsonSerializable(typeof(MergeResult))]
[JsonSerializable(typeof(RemoveResult))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(ReembedResult))]
[JsonSerializable(typeof(Review))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(IndexManifest))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class GalleryJson : JsonSerializerContext;
