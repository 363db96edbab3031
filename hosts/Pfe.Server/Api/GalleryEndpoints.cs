using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Client;
using Pfe.Gallery;
using Pfe.Server.Faces;
using Pfe.Server.Galleries;
using Pfe.Server.Messages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;

namespace Pfe.Server.Api;

/// <summary>Galleries.</summary>
internal static class GalleryEndpoints
{
    public static void MapGalleries(this RouteGroupBuilder api)
    {
        var galleries = api.MapGroup("/galleries").WithTags("galleries");

        galleries.MapGet("", async (HttpContext context, GalleryCatalog catalog, string? cursor, int? limit) =>
        {
            var page = await catalog.ListAsync(cursor, limit ?? 100, context.RequestAborted);
            return TypedResults.Ok(new Client.Page<GalleryRecord>(
                [.. page.Items.Where(info => context.User.MaySee(info.Id)).Select(info => WireRecords.Of(info))], page.Next));
        }).Needs(KeyScopes.Read).Described("List galleries", "Oldest first, those that the key may touch.");

        galleries.MapPost("", async (HttpContext context, GalleryCatalog catalog, FaceEngine engine) =>
        {
            context.User.RequireAllGalleries();
            var (request, hash) = await context.JsonAsync(ServerJson.Default.GalleryRequest);
            var model = request.ModelId is null ? engine.Default : engine.Find(request.ModelId) ?? throw new ProblemException(409,
                ProblemCodes.ModelNotLoaded, "this service does not run that model; GET /v1/models lists those it runs");
            if (request.Name is null) throw ProblemException.Invalid("a gallery needs a name");
            var info = await catalog.CreateAsync(request.Name, model.Description, WireRecords.Changed(new GalleryPolicy(), request.Policy),
                context.Who(hash), context.RequestAborted);
            return TypedResults.Created($"/v1/galleries/{info.Id}", WireRecords.Of(info, 0));
        }).Needs(KeyScopes.Admin).Described("Make a gallery", "Bound to a model: embeddings of another are refused.")
            .Takes(typeof(GalleryRequest));

        galleries.MapGet("/{gallery:guid}", async (HttpContext context, GalleryOperations operations, Guid gallery) =>
        {
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var info = await open.People.GetInfoAsync(context.RequestAborted);
            return TypedResults.Ok(WireRecords.Of(info, await open.People.CountAsync(context.RequestAborted)));
        }).Needs(KeyScopes.Read).Described("Read a gallery", "With its policy, its version and the number of its people.");

        galleries.MapPatch("/{gallery:guid}", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations,
            Guid gallery) =>
        {
            var (request, hash) = await context.JsonAsync(ServerJson.Default.GalleryRequest);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var before = await open.People.GetInfoAsync(context.RequestAborted);
            var info = await catalog.UpdateAsync(gallery, open.Model.Description, request.Name,
                request.Policy is null ? null : WireRecords.Changed(before.Policy, request.Policy), context.Who(hash),
                    context.RequestAborted);
            return TypedResults.Ok(WireRecords.Of(info));
        }).Needs(KeyScopes.Admin).Described("Change a gallery",
            "Its name or policy; what is left out stays.").Takes(typeof(GalleryRequest));

        galleries.MapDelete("/{gallery:guid}", async (HttpContext context, GalleryCatalog catalog, Guid gallery) =>
        {
            context.User.RequireGallery(gallery);
            await catalog.RemoveAsync(gallery, context.Who(), context.RequestAborted);
            return TypedResults.NoContent();
        }).Needs(KeyScopes.Admin).Described("Remove a gallery", "With everybody in it: persons, images, templates, photographs, reviews.");
    }
}
