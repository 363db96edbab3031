using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Pfe.Server.Pages;

/// <summary>Style, script and mark, from this assembly: a page needs no other host.</summary>
internal static class Assets
{
    private static readonly FrozenDictionary<string, (byte[] Bytes, string Type, EntityTagHeaderValue Tag)> Files =
        new[] { ("pfe.css", "text/css"), ("pfe.js", "text/javascript"), ("pfe.svg", "image/svg+xml") }
            .ToFrozenDictionary(file => file.Item1, file => Load(file.Item1, file.Item2));

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/assets/{file}", (HttpContext context, string file) =>
        {
            if (!Files.TryGetValue(file, out var found)) return Results.NotFound();
            // Asked for again with its tag, and not sent again while it is the same.
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(found.Bytes, found.Type, entityTag: found.Tag);
        }).AllowAnonymous().ExcludeFromDescription();

    private static (byte[], string, EntityTagHeaderValue) Load(string name, string type)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream($"assets/{name}")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return (bytes, type, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\""));
    }
}
