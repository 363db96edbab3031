using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Gallery;
using Pfe.Server.Faces;
using Pfe.Server.Messages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>Which gallery is open; making and removing one.</summary>
internal static class GalleryForms
{
    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapPost("/gallery", async (HttpContext context) =>
        {
            var form = await context.FormAsync();
            if (Guid.TryParse(form["id"], out var id)) Open(context, id);
            return Results.Redirect("/people");
        }).Needs(KeyScopes.Read);

        pages.MapPost("/galleries", async (HttpContext context, GalleryCatalog catalog, FaceEngine engine) =>
        {
            context.User.RequireAllGalleries();
            var form = await context.FormAsync();
            var info = await catalog.CreateAsync(form["name"].ToString().Trim(), engine.Default.Description,
                new GalleryPolicy { KeepPhotos = form["keepPhotos"] == "true" }, context.Who(), context.RequestAborted);
            Open(context, info.Id);
            return Results.Redirect("/enrol");
        }).Needs(KeyScopes.Admin);

        pages.MapPost("/galleries/remove", async (HttpContext context, GalleryCatalog catalog) =>
        {
            var form = await context.FormAsync();
            if (!Guid.TryParse(form["id"], out var id)) throw ProblemException.Invalid("which gallery?");
            context.User.RequireGallery(id);
            await catalog.RemoveAsync(id, context.Who(), context.RequestAborted);
            return Results.Redirect("/people");
        }).Needs(KeyScopes.Admin);

        pages.MapPost("/samples", async (HttpContext context, SamplePeople samples) =>
        {
            context.User.RequireAllGalleries();
            Open(context, await samples.EnrolAsync(context.Who(), context.RequestAborted));
            return Results.Redirect("/people");
        }).Needs(KeyScopes.Admin).RequireRateLimiting(RequestLimits.Photographs).DisableRequestTimeout();
    }

    private static void Open(HttpContext context, Guid id) => context.Response.Cookies.Append(PageFrame.GalleryCookie, $"{id}",
        new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/" });
}
