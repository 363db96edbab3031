using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Gallery;
using Pfe.Server.Galleries;
using Pfe.Server.Messages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>People: find, read, correct, remove.</summary>
internal static class PeoplePages
{
    private const int Listed = 60;
    private const int Choices = 200;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/people", (HttpContext context, GalleryCatalog catalog, GalleryOperations operations, string? after) =>
            ListAsync(context, catalog, operations, null, after)).Needs(KeyScopes.Read);

        // A name is searched by a form that is sent, not by an address: addresses end up in logs.
        pages.MapPost("/people", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations) =>
            await ListAsync(context, catalog, operations, (await context.FormAsync())["text"].ToString().Trim(),
                null)).Needs(KeyScopes.Read);

        pages.MapGet("/people/{person:guid}", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations,
            Guid person) =>
        {
            var (frame, open) = await OpenAsync(context, catalog, operations);
            var found = await open.People.GetPersonAsync(person, context.RequestAborted);
            var images = await open.People.ListImagesAsync(person, context.RequestAborted);
            var others = (await open.People.ListPersonsAsync(limit: Choices, cancellation: context.RequestAborted)).Items
                .Where(other => other.Id != person).ToList();
            return frame.Page(Words.NameOf(found), PersonPage.Content(frame, found, images, others));
        }).Needs(KeyScopes.Read);

        pages.MapGet("/photos/{image:guid}", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations,
            Guid image) =>
        {
            var (_, open) = await OpenAsync(context, catalog, operations);
            var photo = await open.People.GetPhotoAsync(image, context.RequestAborted);
            if (photo is null) return Results.NotFound();
            context.Response.Headers.CacheControl = "private, max-age=600";
            return Results.Bytes(photo, "image/jpeg");
        }).Needs(KeyScopes.Read);

        Change(pages, "/people/{person:guid}/edit", async (context, open, person, form) =>
        {
            await open.People.UpdatePersonAsync(person, new PersonChange(form["externalId"].ToString().Trim(),
                form["name"].ToString().Trim()),
                long.TryParse(form["version"], out var version) ? version : null, context.Who(), context.RequestAborted);
            return $"/people/{person}";
        });
        Change(pages, "/people/{person:guid}/remove", async (context, open, person, _) =>
        {
            await open.People.RemovePersonAsync(person, null, context.Who(), context.RequestAborted);
            return "/people";
        });
        Change(pages, "/people/{person:guid}/merge", async (context, open, person, form) =>
        {
            var into = IdOf(form["into"], "whom to merge into");
            await open.People.MergeAsync(person, into, context.Who(), context.RequestAborted);
            return $"/people/{into}";
        });
        Change(pages, "/people/{person:guid}/images", async (context, open, person, form) =>
        {
            var images = form["image"].Select(id => IdOf(id, "which photograph")).ToList();
            if (images.Count == 0) throw ProblemException.Invalid("tick the photographs that are meant");
            switch (form["action"].ToString())
            {
                case "split":
                    var split = await open.People.SplitAsync(person, images, null, null, context.Who(), context.RequestAborted);
                    return $"/people/{split.Person.Id}";
                case "move":
                    var to = IdOf(form["to"], "whom to move them to");
                    foreach (var image in images) await open.People.MoveImageAsync(image, to, context.Who(), context.RequestAborted);
                    return $"/people/{to}";
                default:
                    foreach (var image in images) await open.People.RemoveImageAsync(image, context.Who(), context.RequestAborted);
                    return $"/people/{person}";
            }
        });
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, GalleryCatalog catalog, GalleryOperations operations, string? text, string? after)
    {
        var frame = await PageFrame.ReadAsync(context, catalog);
        if (frame.Gallery is null) return frame.Page("People", Parts.NoGallery(frame));
        var open = await operations.OpenAsync(context.User, frame.Gallery.Id, context.RequestAborted);
        var page = await open.People.ListPersonsAsync(text, after, Listed, context.RequestAborted);
        var faces = new Dictionary<Guid, Guid>();
        if (frame.Gallery.Policy.KeepPhotos)
        {
            foreach (var person in page.Items)
                if ((await open.People.ListImagesAsync(person.Id, context.RequestAborted)).FirstOrDefault(image =>
                    image.HasPhoto) is { } image)
                    faces[person.Id] = image.Id;
        }
        return frame.Page("People", PersonPage.List(frame, page, faces, await open.People.CountAsync(context.RequestAborted), text));
    }

    private static void Change(RouteGroupBuilder pages, string path, Func<HttpContext, OpenGallery, Guid, IFormCollection, Task<string>>
        work) =>
        pages.MapPost(path, async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations, Guid person) =>
        {
            var (_, open) = await OpenAsync(context, catalog, operations);
            return Results.Redirect(await work(context, open, person, await context.FormAsync()));
        }).Needs(KeyScopes.Enrol);

    private static async Task<(PageFrame Frame, OpenGallery Gallery)> OpenAsync(
        HttpContext context, GalleryCatalog catalog, GalleryOperations operations)
    {
        var frame = await PageFrame.ReadAsync(context, catalog);
        if (frame.Gallery is null) throw new ProblemException(404, Client.ProblemCodes.NotFound, "there is no gallery yet");
        return (frame, await operations.OpenAsync(context.User, frame.Gallery.Id, context.RequestAborted));
    }

    private static Guid IdOf(string? text, string what) =>
        Guid.TryParse(text, out var id) ? id : throw ProblemException.Invalid($"choose {what}");
}
