using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Pfe.Gallery;
using Pfe.Server.Api;
using Pfe.Server.Messages;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>Every operation with a line to try it by, from the same descriptions as the document. No other host is asked for
/// anything.</summary>
internal static class ApiPage
{
    private static readonly string[] Order = ["faces", "galleries", "persons", "search", "reviews", "jobs", "administration"];

    public static void Map(RouteGroupBuilder pages) =>
        pages.MapGet("/api", async (HttpContext context, GalleryCatalog catalog, EndpointDataSource endpoints) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            var address = $"{context.Request.Scheme}://{context.Request.Host}";
            var operations = endpoints.Endpoints.OfType<RouteEndpoint>()
                .Where(endpoint => endpoint.RoutePattern.RawText?.StartsWith("/v1", StringComparison.Ordinal) == true)
                .GroupBy(endpoint => endpoint.Metadata.GetMetadata<ITagsMetadata>()?.Tags[0] ?? "")
                .OrderBy(group => Array.IndexOf(Order, group.Key));
            return frame.Page("API", Html.Of($"""
                <p class="lead">Everything the pages do, for programs. The document: <a href="/openapi/v1.json">OpenAPI 3.1</a>.</p>
                <section class="card"><h2>Begin</h2>
                  <pre tabindex="0"><code>export PFE_KEY=pfe_...
                curl -s -H "Authorization: Bearer $PFE_KEY" -F image=@photo.jpg {address}/v1/detect</code></pre>
                  <p>Photographs are sent as <code>multipart/form-data</code>, or as JSON with base64. Problems are
                      <code>application/problem+json</code> with a stable <code>code</code>.
                    Whatever writes takes an <code>Idempotency-Key</code>: repeated with it,
                        a request gets its first answer and changes nothing. 429 and 503 say in <code>Retry-After</code>
                        when to come again.</p>
                </section>
                {Html.Each(operations, group => Html.Of($"""
                  <h2>{char.ToUpperInvariant(group.Key[0]) + group.Key[1..]}</h2>
                  {Html.Each(group, endpoint => Operation(endpoint, address, frame.Gallery?.Id))}
                  """))}
                """));
        }).Needs(KeyScopes.Read);

    private static Html Operation(RouteEndpoint endpoint, string address, Guid? gallery)
    {
        var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
        var path = endpoint.RoutePattern.RawText!.Replace(":guid", "", StringComparison.Ordinal).TrimEnd('/');
        return Html.Of($"""
            <details class="operation"><summary><span class="method {method.ToLowerInvariant()}">{method}</span> <code>{path}</code>
                <span>{endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary}</span></summary>
              <p>{endpoint.Metadata.GetMetadata<IEndpointDescriptionMetadata>()?.Description}</p>
              <pre tabindex="0"><code>{Line(endpoint, method, address + (gallery is { } id ? path.Replace("{gallery}", $"{id}",
                  StringComparison.Ordinal) : path))}</code></pre>
              {Html.When(endpoint.Metadata.GetMetadata<PhotoForm>() is { Fields.Count: > 0 }, () => Html.Of($"""
                <dl>{Html.Each(endpoint.Metadata.GetMetadata<PhotoForm>()!.Fields, field =>
                    Html.Of($"<dt><code>{field.Name}</code></dt><dd>{field.Description}</dd>"))}</dl>
                """))}
            </details>
            """);
    }

    private static string Line(RouteEndpoint endpoint, string method, string address)
    {
        var words = new List<string> { "curl -s -H \"Authorization: Bearer $PFE_KEY\"" };
        if (endpoint.Metadata.GetMetadata<PhotoForm>() is { } form)
        {
            if (form.One is { } one) words.Add($"-F {one}=@photo.jpg");
            words.AddRange(form.Many.Select(many => $"-F {many}=@photo1.jpg -F {many}=@photo2.jpg"));
        }
        else if (endpoint.Metadata.GetMetadata<JsonBody>() is { } body)
        {
            words.Add($"-X {method} -H \"Content-Type: application/json\" -d '{Example(body.Type)}'");
        }
        else if (method != "GET") words.Add($"-X {method}");
        words.Add($"\"{address}\"");
        return string.Join(' ', words);
    }

    private static string Example(Type type) => type.Name switch
    {
        nameof(Client.GalleryRequest) => """{"name": "staff", "policy": {"keepPhotos": true}}""",
        nameof(Client.PersonRequest) => """{"name": "Ann", "externalId": "4711"}""",
        nameof(Client.MergeRequest) => """{"into": "PERSON"}""",
        nameof(Client.SplitRequest) => """{"images": ["IMAGE"], "name": "Bea"}""",
        nameof(Client.MoveRequest) => """{"personId": "PERSON"}""",
        nameof(Client.DecisionRequest) => """{"decision": "same"}""",
        nameof(Client.ReembedRequest) => """{"modelId": "MODEL"}""",
        nameof(Client.KeyRequest) => """{"name": "door", "scopes": ["read"]}""",
        _ => "{}",
    };
}
