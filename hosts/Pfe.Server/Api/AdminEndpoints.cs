using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Calibration;
using Pfe.Client;
using Pfe.Gallery;
using Pfe.Server.Faces;
using Pfe.Server.Messages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;

namespace Pfe.Server.Api;

/// <summary>Models, keys, the audit log.</summary>
internal static class AdminEndpoints
{
    public static void MapAdministration(this RouteGroupBuilder api)
    {
        var admin = api.MapGroup("").WithTags("administration");

        admin.MapGet("/models", (FaceEngine engine) => TypedResults.Ok(new ModelList([.. engine.Models.Select(model => Of(model,
            engine))])))
            .Needs(KeyScopes.Read).Described("List models",
                "Those that the service runs, with thresholds; the first is that of new galleries.");

        admin.MapGet("/audit", async (HttpContext context, GalleryCatalog catalog, Guid? gallery, string? cursor, int? limit) =>
        {
            if (gallery is { } id) context.User.RequireGallery(id);
            else context.User.RequireAllGalleries();
            var page = await catalog.Audit.ListAsync(gallery, cursor, limit ?? 100, context.RequestAborted);
            return TypedResults.Ok(new Client.Page<Client.AuditEntry>([.. page.Items.Select(WireRecords.Of)], page.Next));
        }).Needs(KeyScopes.Admin).Described("Read the audit log",
            "Of a gallery, or of the service: newest first, each entry chained to the one before.");

        admin.MapPost("/keys", async (HttpContext context, GalleryCatalog catalog) =>
        {
            context.User.RequireAllGalleries();
            var (request, _) = await context.JsonAsync(ServerJson.Default.KeyRequest);
            if (string.IsNullOrWhiteSpace(request.Name)) throw ProblemException.Invalid("a key needs a name that says what it is for");
            // No idempotency key: the answer holds a secret, which is kept nowhere.
            var made = await catalog.Keys.CreateAsync(request.Name, WireRecords.Scopes(request.Scopes), request.Galleries, request.Expires,
                context.Who(isIdempotent: false), context.RequestAborted);
            return TypedResults.Created($"/v1/keys/{made.Key.Id}", WireRecords.Of(made.Key, made.Secret));
        }).Needs(KeyScopes.Admin).Described("Make a key", "Its secret is in this answer and nowhere else.").Takes(typeof(KeyRequest));

        admin.MapGet("/keys", async (HttpContext context, GalleryCatalog catalog) =>
        {
            context.User.RequireAllGalleries();
            return TypedResults.Ok(new KeyList(
                [.. (await catalog.Keys.ListAsync(context.RequestAborted)).Select(key => WireRecords.Of(key))]));
        }).Needs(KeyScopes.Admin).Described("List keys", "Without their secrets, of which only a hash is kept.");

        admin.MapDelete("/keys/{key}", async (HttpContext context, GalleryCatalog catalog, string key) =>
        {
            context.User.RequireAllGalleries();
            await catalog.Keys.RemoveAsync(key, context.Who(), context.RequestAborted);
            return TypedResults.NoContent();
        }).Needs(KeyScopes.Admin).Described("Remove a key", "It ends at once, with every session that uses it.");
    }

    /// <summary>A model with its thresholds, each with what the calibration's pairs say of its rate.</summary>
    public static Model Of(FaceModel model, FaceEngine engine)
    {
        var calibration = model.Calibration;
        var thresholds = calibration.FalseMatch.Select(point =>
        {
            var interval = RateInterval.OfShare(point.Rate, calibration.ImpostorPairs);
            return new ModelThreshold(point.Rate, point.Threshold, interval.Low, interval.High);
        });
        return new(model.Description.Id, model.Description.Name, model.Description.Dimension, model == engine.Default, calibration.Source,
            calibration.GenuinePairs, calibration.ImpostorPairs, [.. thresholds]);
    }
}
