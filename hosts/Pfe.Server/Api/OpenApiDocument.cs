using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Pfe.Server.Api;

/// <summary>The document of the operations, OpenAPI 3.1.</summary>
internal static class OpenApiDocumentSetup
{
    private const string Scheme = "key";

    public static IServiceCollection AddDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = description => description.RelativePath?.StartsWith("v1/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Pfe", Version = "v1",
                Description = "Faces as Gaussians: detect, embed, compare, enrol, identify, review. Every answer says how certain it is; " +
                    "every problem is application/problem+json with a stable code. Operations that write take an " +
                    "Idempotency-Key: repeated " +
                    "with it, a request gets its first answer and changes nothing.",
            };
            document.Servers = null;
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key: Authorization: Bearer pfe_...",
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(async (operation, context, cancellation) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<PhotoForm>().FirstOrDefault() is { } form) operation.RequestBody = BodyOf(form);
            if (metadata.OfType<JsonBody>().FirstOrDefault() is { } json)
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/json"] = new()
                        { Schema = await context.GetOrCreateSchemaAsync(json.Type, cancellationToken: cancellation) },
                    },
                };
        });
    });

    private static OpenApiRequestBody BodyOf(PhotoForm form)
    {
        var (files, base64) = (Object(), Object());
        var photo = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "base64" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["base64"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The file's bytes." },
                ["reference"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The caller's own reference." },
            },
        };
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        if (form.One is { } one)
        {
            files.Properties![one] = file;
            base64.Properties![one] = photo;
            (files.Required, base64.Required) = (new HashSet<string> { one }, new HashSet<string> { one });
        }
        foreach (var many in form.Many)
        {
            files.Properties![many] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = file };
            base64.Properties![many] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = photo };
        }
        foreach (var field in form.Fields)
        {
            var text = new OpenApiSchema { Type = JsonSchemaType.String, Description = field.Description };
            files.Properties![field.Name] = text;
            if (field.Name != "references") base64.Properties![field.Name] = text;
        }
        return new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["multipart/form-data"] = new() { Schema = files }, ["application/json"] = new() { Schema = base64 },
            },
        };
    }

    private static OpenApiSchema Object() => new()
    { Type = JsonSchemaType.Object, Properties = new Dictionary<string, IOpenApiSchema>() };
}
