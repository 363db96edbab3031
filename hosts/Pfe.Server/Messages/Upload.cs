using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pfe.Client;
using Pfe.Server.Settings;

namespace Pfe.Server.Messages;

/// <summary>A photograph of a request.</summary>
/// <param name="Field">The field it came in.</param>
/// <param name="Bytes">The file's bytes.</param>
/// <param name="Reference">The caller's own reference. Never the file's name, which may be a person's.</param>
internal sealed record UploadedPhoto(string Field, ReadOnlyMemory<byte> Bytes, string? Reference);

/// <summary>
/// A request with photographs: <c>multipart/form-data</c>, or JSON with base64. Addresses are not fetched: a service that fetches what it
/// is told can be made to ask its own network.
/// </summary>
internal sealed class Upload
{
    private readonly Dictionary<string, string> _texts;

    private Upload(IReadOnlyList<UploadedPhoto> photos, Dictionary<string, string> texts, string hash, JsonElement? json) =>
        (All, _texts, Hash, Json) = (photos, texts, hash, json);

    /// <summary>Every photograph.</summary>
    public IReadOnlyList<UploadedPhoto> All { get; }

    /// <summary>SHA-256 of the content, to tell a repetition from another request.</summary>
    public string Hash { get; }

    /// <summary>The JSON; null for a form.</summary>
    public JsonElement? Json { get; }

    /// <summary>The photographs of a field, in order.</summary>
    public IReadOnlyList<UploadedPhoto> Photos(string field) => [.. All.Where(photo => photo.Field == field)];

    /// <summary>The one photograph of a field.</summary>
    /// <exception cref="ProblemException">None, or several.</exception>
    public UploadedPhoto Photo(string field) => Photos(field) switch
    {
        [var photo] => photo,
        [] => throw ProblemException.Invalid(
            $"a photograph is wanted in the field '{field}': multipart/form-data, or JSON {{\"{field}\": {{\"base64\": \"...\"}}}}"),
        _ => throw ProblemException.Invalid($"one photograph is wanted in the field '{field}', not several"),
    };

    /// <summary>The text of a field, or null.</summary>
    public string? Text(string field) => _texts.GetValueOrDefault(field);

    /// <summary>A whole number of a field.</summary>
    /// <exception cref="ProblemException">It is none.</exception>
    public long Number(string field, long usual) => Text(field) is not { Length: > 0 } text ? usual
        : long.TryParse(text, out var number) ? number : throw ProblemException.Invalid($"'{field}' is a whole number, not '{text}'");

    /// <summary>A yes or no of a field.</summary>
    public bool Flag(string field) => Text(field) is "true" or "1" or "on";

    /// <summary>Reads a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="most">Bytes at most.</param>
    /// <param name="limits">Photographs at most.</param>
    /// <exception cref="ProblemException">Another kind of body, or too many photographs.</exception>
    public static async Task<Upload> ReadAsync(HttpContext context, long most, ServerLimits limits)
    {
        var request = context.Request;
        context.LimitBody(most);
        if (request.ContentLength > most) throw new BadHttpRequestException("too large", 413);
        var upload = request.HasFormContentType ? await ReadFormAsync(context, most)
            : request.HasJsonContentType() ? await ReadJsonAsync(context)
            : throw new ProblemException(415, ProblemCodes.UnsupportedMediaType, "multipart/form-data or application/json is wanted");
        return upload.All.Count <= limits.Photos ? upload : throw new ProblemException(413, ProblemCodes.TooManyPhotos,
            $"{upload.All.Count} photographs were sent, and {limits.Photos} are taken at once");
    }

    private static async Task<Upload> ReadFormAsync(HttpContext context, long most)
    {
        // All of it in memory: the framework would put larger files into the temporary folder, and photographs do not belong there.
        var form = await context.FormAsync(new FormOptions
        {
            MemoryBufferThreshold = int.MaxValue, BufferBodyLengthLimit = most, MultipartBodyLengthLimit = most, ValueLengthLimit = 1 << 20,
        });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (photos, texts) = (new List<UploadedPhoto>(), new Dictionary<string, string>());
        foreach (var (name, values) in form)
        {
            texts[name] = values.ToString();
            Add(hash, name, Encoding.UTF8.GetBytes(values.ToString()));
        }
        var references = form["references"];
        foreach (var file in form.Files)
        {
            // A browser sends an empty part for a field in which nothing was chosen.
            if (file.Length == 0) continue;
            var bytes = new byte[file.Length];
            var stream = file.OpenReadStream();
            await using (stream) await stream.ReadExactlyAsync(bytes, context.RequestAborted);
            var reference = photos.Count < references.Count && references[photos.Count] is { Length: > 0 } text ? text : null;
            photos.Add(new UploadedPhoto(file.Name, bytes, reference));
            Add(hash, file.Name, bytes);
        }
        return new Upload(photos, texts, Convert.ToHexStringLower(hash.GetHashAndReset()), null);
    }

    private static async Task<Upload> ReadJsonAsync(HttpContext context)
    {
        using var memory = await RequestBody.ReadAsync(context);
        var bytes = memory.GetBuffer().AsMemory(0, (int)memory.Length);
        var root = JsonSerializer.Deserialize(bytes.Span, JsonTypes.Default.JsonElement);
        if (root.ValueKind != JsonValueKind.Object) throw ProblemException.Invalid("the JSON is an object");
        var (photos, texts) = (new List<UploadedPhoto>(), new Dictionary<string, string>());
        foreach (var property in root.EnumerateObject())
        {
            var value = property.Value;
            if (IsPhoto(value)) photos.Add(PhotoOf(property.Name, value));
            else if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(IsPhoto))
                photos.AddRange(value.EnumerateArray().Select(entry => PhotoOf(property.Name, entry)));
            else if (value.ValueKind != JsonValueKind.Null)
                texts[property.Name] = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        }
        return new Upload(photos, texts, Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), root);
    }

    private static bool IsPhoto(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("base64", out _);

    private static UploadedPhoto PhotoOf(string field, JsonElement value)
    {
        if (!IsPhoto(value) || value.GetProperty("base64") is not { ValueKind: JsonValueKind.String } text
            || !text.TryGetBytesFromBase64(out var bytes))
            throw ProblemException.Invalid($"'{field}' is not base64 of a picture's bytes (without a data: prefix)");
        var reference = value.TryGetProperty("reference", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() :
            null;
        return new UploadedPhoto(field, bytes, reference);
    }

    private static void Add(IncrementalHash hash, string name, ReadOnlySpan<byte> value)
    {
        // Lengths keep two fields from reading as one.
        hash.AppendData(Encoding.UTF8.GetBytes($"{name.Length}:{name}{value.Length}:"));
        hash.AppendData(value);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
internal sealed partial class JsonTypes : System.Text.Json.Serialization.JsonSerializerContext;
