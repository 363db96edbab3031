using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pfe.Server.Api;

/// <summary>A field of a form besides photographs.</summary>
internal sealed record FormField(string Name, string Description);

/// <summary>What a form of photographs holds, for the document of the operations.</summary>
/// <param name="One">The field of one photograph; null for none.</param>
/// <param name="Many">Fields of several photographs.</param>
/// <param name="Fields">Further fields.</param>
internal sealed record PhotoForm(string? One, IReadOnlyList<string> Many, IReadOnlyList<FormField> Fields);

/// <summary>A body of JSON, for the document of the operations; the handler reads it itself, to know its checksum.</summary>
internal sealed record JsonBody(Type Type);

/// <summary>What the document of the operations says of each.</summary>
internal static class Descriptions
{
    /// <summary>Names an operation.</summary>
    public static RouteHandlerBuilder Described(this RouteHandlerBuilder endpoint, string summary, string description) =>
        endpoint.WithSummary(summary).WithDescription(description).ProducesProblem(400).ProducesProblem(401).ProducesProblem(403);

    /// <summary>The operation takes photographs, as a form or as JSON with base64.</summary>
    public static RouteHandlerBuilder TakesPhotos(
        this RouteHandlerBuilder endpoint, string? one, IReadOnlyList<string>? many = null, params (string Name,
            string Description)[] fields) =>
        endpoint.WithMetadata(new PhotoForm(one, many ?? [], [.. fields.Select(field => new FormField(field.Name, field.Description))]))
            .ProducesProblem(413).ProducesProblem(422).ProducesProblem(429).ProducesProblem(503);

    /// <summary>The operation takes JSON.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder endpoint, Type type) =>
        endpoint.WithMetadata(new JsonBody(type)).ProducesProblem(404);
}
