using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Pfe.Client;

namespace Pfe.ServiceLoad;

/// <summary>People whom nobody photographed: directions of the default model, with the log variance of a real face.</summary>
internal static class People
{
    /// <summary>Makes a gallery and imports people into it.</summary>
    /// <returns>The gallery's id.</returns>
    public static async Task<Guid> ImportAsync(Server server, byte[] photo, int count, CancellationToken cancellation)
    {
        using var client = new PfeClient(server.Address, server.Key);
        var model = await client.EmbedAsync(photo, cancellation);
        var gallery = await client.Galleries.CreateAsync(new GalleryRequest("load"), cancellationToken: cancellation);
        using var http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(10) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", server.Key);
        using var content = new StringContent(Lines(model, count), Encoding.UTF8, "application/x-ndjson");
        using var accepted = await http.PostAsync(new Uri($"/v1/galleries/{gallery.Id}/imports", UriKind.Relative), content, cancellation);
        accepted.EnsureSuccessStatusCode();
        for (var job = accepted.Headers.Location!; ; await Task.Delay(500, cancellation))
        {
            var state = await http.GetFromJsonAsync<JsonElement>(job, cancellation);
            if (state.GetProperty("state").GetString() == "done") break;
            if (state.GetProperty("state").GetString() is "failed" or "cancelled")
                throw new InvalidOperationException($"the import failed: {state}");
        }
        return gallery.Id;
    }

    private static string Lines(EmbeddingsResult model, int count)
    {
        var (random, lines) = (new Random(1), new StringBuilder());
        lines.AppendLine(JsonSerializer.Serialize(new
        {
            format = "pfe-gallery", version = 1, gallery = "load", modelId = model.ModelId, modelName = "model",
            dimension = model.Dimension,
        }));
        var logVariance = Bytes([.. model.Faces[0].LogVariance]);
        for (var person = 0; person < count; person++)
        {
            lines.AppendLine(JsonSerializer.Serialize(new
            {
                id = Guid.CreateVersion7(), externalId = $"id-{person}", name = $"Person {person}", metadata = new { },
                created = DateTimeOffset.UnixEpoch,
                images = new[]
                {
                    new
                    {
                        id = Guid.CreateVersion7(), created = DateTimeOffset.UnixEpoch, quality = 50, mu = Bytes(Direction(random,
                            model.Dimension)), logVariance,
                    },
                },
            }));
        }
        return lines.ToString();
    }

    private static float[] Direction(Random random, int dimension)
    {
        var vector = new float[dimension];
        for (var l = 0; l < dimension; l++)
            vector[l] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return Array.ConvertAll(vector, value => value / length);
    }

    private static byte[] Bytes(float[] vector) => MemoryMarshal.AsBytes<float>(vector).ToArray();
}
