using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pfe.Client;

/// <summary>Requests, repetitions and problems; the same for every operation.</summary>
internal sealed class Wire(HttpClient http) : IDisposable
{
    private const int Tries = 4;

    // A service that asks for more is down, and its caller should decide.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static string Cursor(string? cursor) => cursor is null ? "" : $"?cursor={Uri.EscapeDataString(cursor)}";

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        ReadAsync(() => new HttpRequestMessage(HttpMethod.Get, path), type, cancellation);

    public Task<T> PostAsync<T>(string path, byte[] json, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var key = NewKey();
        return ReadAsync(() => Keyed(new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(json) }, key), type, cancellation);
    }

    public Task<T> PatchAsync<T>(string path, byte[] json, long? version, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var key = NewKey();
        return ReadAsync(() => IfMatch(Keyed(new HttpRequestMessage(HttpMethod.Patch, path) { Content = Json(json) }, key), version), type,
            cancellation);
    }

    public async Task DeleteAsync(string path, long? version, CancellationToken cancellation)
    {
        var key = NewKey();
        using var response = await SendAsync(
            () => IfMatch(Keyed(new HttpRequestMessage(HttpMethod.Delete, path), key), version), cancellation).ConfigureAwait(false);
    }

    public Task<T> PostPhotosAsync<T>(string path, IReadOnlyList<(string Field, Photo Photo)> photos,
        IReadOnlyList<(string Name, string Value)> fields, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var key = NewKey();
        return ReadAsync(() => Keyed(new HttpRequestMessage(HttpMethod.Post, path) { Content = Form(photos, fields) }, key), type,
            cancellation);
    }

    public void Dispose() => http.Dispose();

    private async Task<T> ReadAsync<T>(Func<HttpRequestMessage> request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            return await JsonSerializer.DeserializeAsync(body, type, cancellation).ConfigureAwait(false)
                ?? throw new PfeServiceException(response.StatusCode, null);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = make();
            var response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                var wait = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
                var isPutOff = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
                if (!isPutOff || attempt == Tries || wait > LongestWait)
                    throw new PfeServiceException(response.StatusCode, await ProblemAsync(response, cancellation).ConfigureAwait(false));
                await Task.Delay(wait, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task<Problem?> ProblemAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") return null;
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        try { return JsonSerializer.Deserialize(bytes, WireJson.Default.Problem); }
        catch (JsonException) { return null; }
    }

    private static string NewKey() => Guid.NewGuid().ToString("N");

    private static HttpRequestMessage Keyed(HttpRequestMessage request, string key)
    {
        request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    private static HttpRequestMessage IfMatch(HttpRequestMessage request, long? version)
    {
        if (version is { } value)
            request.Headers.IfMatch.Add(new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{value}\"")));
        return request;
    }

    private static ByteArrayContent Json(byte[] json) =>
        new(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static MultipartFormDataContent Form(
        IReadOnlyList<(string Field, Photo Photo)> photos, IReadOnlyList<(string Name, string Value)> fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields) form.Add(new StringContent(value, Encoding.UTF8), name);
        // In the order of the photographs, empty for none.
        if (photos.Any(sent => sent.Photo.Reference is not null))
            foreach (var (_, photo) in photos) form.Add(new StringContent(photo.Reference ?? "", Encoding.UTF8), "references");
        foreach (var (field, photo) in photos)
        {
            var content = new ReadOnlyMemoryContent(photo.Bytes)
            { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
            form.Add(content, field, "photo");
        }
        return form;
    }
}
