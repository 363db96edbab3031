using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pfe.Vision.Models;

/// <summary>What the package registry supplies, and the checksums that make it trustworthy.</summary>
/// <param name="Packages">The packages in the order in which they are listed.</param>
internal sealed record ModelManifest(IReadOnlyList<ModelPackage> Packages)
{
    /// <summary>The manifest that Pfe carries (src/Pfe.Vision/Models/manifest.json).</summary>
    public static ModelManifest Default { get; } = Parse(Resource("manifest.json")!, "manifest.json");

    /// <summary>Reads a manifest.</summary>
    /// <param name="json">JSON; comments are allowed, unknown keys are errors.</param>
    /// <param name="name">What to call it in an error message.</param>
    /// <exception cref="PfeException">Not of this form; the message gives line and key.</exception>
    public static ModelManifest Parse(string json, string name)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ManifestJson.Default.ModelManifest)
                ?? throw new JsonException("null is not a manifest");
        }
        catch (JsonException e)
        {
            throw new PfeException($"model manifest '{name}': {e.Message}", e);
        }
    }

    /// <summary>A text file that is part of the assembly, or null.</summary>
    internal static string? Resource(string name)
    {
        using var stream = typeof(ModelManifest).Assembly.GetManifestResourceStream("Pfe.Vision." + name);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>One package version of the npm registry.</summary>
/// <param name="Package">name@version, exact.</param>
/// <param name="Integrity">The tarball's <c>sha512-</c> checksum as the registry states it (base64).</param>
/// <param name="Licence">What the package says, and what it leaves open.</param>
/// <param name="Files">The files that are used; the others are not unpacked.</param>
internal sealed record ModelPackage(string Package, string Integrity, string Licence, IReadOnlyList<ModelFile> Files)
{
    /// <summary>The package's folder in a store: its name with everything but letters, digits, dots and dashes replaced.</summary>
    [JsonIgnore]
    public string Folder => string.Concat(Package.TrimStart('@').Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-'));
}

/// <summary>One file of a package.</summary>
/// <param name="Name">Short name by which Pfe asks for it.</param>
/// <param name="Path">Path inside the tarball.</param>
/// <param name="Sha256">Its checksum, lower-case hexadecimal.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Input">A network's input; null for other files.</param>
internal sealed record ModelFile(string Name, string Path, string Sha256, string Purpose, string? Input = null)
{
    /// <summary>The file's name without folders.</summary>
    [JsonIgnore]
    public string FileName => System.IO.Path.GetFileName(Path);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
