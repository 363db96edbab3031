using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Pfe.Client;

namespace Pfe.Server.Tests.Support;

/// <summary>Requests as any program would send them, without the client library.</summary>
internal static class Requests
{
    public static MultipartFormDataContent Form(params (string Field, byte[] Bytes)[] photos)
    {
        var form = new MultipartFormDataContent();
        foreach (var (field, bytes) in photos)
            form.Add(new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } }, field, "x.jpg");
        return form;
    }

    public static MultipartFormDataContent With(this MultipartFormDataContent form, string field, string value)
    {
        form.Add(new StringContent(value), field);
        return form;
    }

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    /// <summary>A problem of that status and code, in the form that all problems have.</summary>
    public static async Task<Problem> ShouldBeProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json", text);
        var problem = JsonSerializer.Deserialize(text, WireJson.Default.Problem)!;
        problem.Code.ShouldBe(code, text);
        problem.Status.ShouldBe(status);
        problem.Detail.ShouldNotBeNullOrWhiteSpace();
        problem.RequestId.ShouldBe(response.Headers.GetValues("X-Request-Id").Single());
        if (status is 429 or 503) response.Headers.RetryAfter.ShouldNotBeNull();
        return problem;
    }
}
