using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pfe.Storage;

/// <summary>
/// A checksum inside a JSON object, of its other fields as they are written: whichever fields a version knows, however the text is laid
/// out. Files of versions before there was one have none and are taken as they are.
/// </summary>
internal static class JsonSeal
{
    /// <summary>The field.</summary>
    public const string Key = "checksum";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The object's text with its checksum as the last field.</summary>
    /// <param name="json">A JSON object.</param>
    public static string Seal(string json)
    {
        var fields = JsonNode.Parse(json)!.AsObject();
        fields[Key] = Checksum(fields);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true })) fields.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Verifies and takes off the checksum.</summary>
    /// <param name="json">A document.</param>
    /// <returns>What the document holds beside it; null for a document that is null.</returns>
    /// <exception cref="JsonException">It is no JSON, has a field twice, or its checksum is wrong.</exception>
    public static JsonNode? Open(string json)
    {
        var document = JsonNode.Parse(json, documentOptions: Strict);
        if (document is not JsonObject fields || !fields.TryGetPropertyValue(Key, out var checksum)) return document;
        fields.Remove(Key);
        return checksum?.ToJsonString() == $"\"{Checksum(fields)}\"" ? fields
            : throw new JsonException("its checksum is wrong: it was changed or damaged");
    }

    private static string Checksum(JsonObject fields) =>
        Crc32C.Of(Encoding.UTF8.GetBytes(fields.ToJsonString())).ToString("x8", CultureInfo.InvariantCulture);
}
