using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Client;
using Pfe.Gallery;
using Pfe.Server.Galleries;
using Pfe.Server.Messages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;
using Pfe.Server.Settings;

namespace Pfe.Server.Api;

/// <summary>The people of a gallery: enrol, read, correct, remove.</summary>
internal static class PersonEndpoints
{
    public static void MapPersons(this RouteGroupBuilder api, ServerLimits limits)
    {
        var persons = api.MapGroup("/galleries/{gallery:guid}").WithTags("persons");

        persons.MapGet("/persons", async (HttpContext context, GalleryOperations operations, Guid gallery, string? externalId,
            string? cursor,
            int? limit) =>
        {
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            if (externalId is not null)
            {
                var found = await open.People.FindPersonAsync(externalId, context.RequestAborted);
                return TypedResults.Ok(new Client.Page<Client.Person>(found is null ? [] : [WireRecords.Of(found)], null));
            }
            var page = await open.People.ListPersonsAsync(null, cursor, limit ?? 100, context.RequestAborted);
            return TypedResults.Ok(new Client.Page<Client.Person>([.. page.Items.Select(WireRecords.Of)], page.Next));
        }).Needs(KeyScopes.Read).Described("List people", "Oldest first; or the one with an external id.");

        persons.MapPost("/persons", async (HttpContext context, GalleryOperations operations, Guid gallery) =>
        {
            var upload = await Upload.ReadAsync(context, limits.Enrolment, limits);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var who = EnrolmentOf(upload) with
            {
                ExternalId = upload.Text("externalId"),
                Name = upload.Text("name"),
                Metadata = Metadata(upload)
            };
            var result = upload.All.Count == 0
                ? Empty(await open.People.AddPersonAsync(who.ExternalId, who.Name, who.Metadata, context.Who(upload.Hash),
                    context.RequestAborted),
                    await open.People.GetInfoAsync(context.RequestAborted))
                : await operations.EnrolAsync(open, who, upload.Photos("images"), context.Who(upload.Hash), context.RequestAborted);
            context.SetVersion(result.Person.Version);
            return Results.Json(result, ServerJson.Default.EnrolResult, statusCode: result.Created ? 201 : 200)
                .Located(context, $"/v1/galleries/{gallery}/persons/{result.Person.Id}");
        }).Needs(KeyScopes.Enrol).RequireRateLimiting(RequestLimits.Photographs)
            .Produces<Client.EnrolResult>(201).Produces<Client.EnrolResult>()
            .Described("Enrol a person",
                "With photographs: each is accepted, or refused with advice. An external id that is enrolled gets the " +
                "images; without photographs a person without images is made.")
            .TakesPhotos(null, ["images"], ("externalId", "The caller's own id."), ("name", "The name to show."),
                ("metadata", "JSON object of texts."), ("references", "One text a photograph, in their order."),
                ("mainFace", "true: take the main face where there are several."),
                ("ignoreGate", "true: enrol what the quality gate would refuse."));

        persons.MapGet("/persons/{person:guid}", async (HttpContext context, GalleryOperations operations, Guid gallery, Guid person) =>
        {
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var found = await open.People.GetPersonAsync(person, context.RequestAborted);
            context.SetVersion(found.Version);
            return TypedResults.Ok(WireRecords.Of(found));
        }).Needs(KeyScopes.Read).Described("Read a person", "The ETag is for If-Match.");

        persons.MapPatch("/persons/{person:guid}", async (HttpContext context, GalleryOperations operations, Guid gallery, Guid person) =>
        {
            var (request, hash) = await context.JsonAsync(ServerJson.Default.PersonRequest);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var changed = await open.People.UpdatePersonAsync(person, new PersonChange(request.ExternalId, request.Name, request.Metadata),
                context.ExpectedVersion(), context.Who(hash), context.RequestAborted);
            context.SetVersion(changed.Version);
            return TypedResults.Ok(WireRecords.Of(changed));
        }).Needs(KeyScopes.Enrol).Described("Change a person", "Name, external id, metadata; with If-Match only what was read.")
            .Takes(typeof(PersonRequest));

        persons.MapDelete("/persons/{person:guid}", async (HttpContext context, GalleryOperations operations, Guid gallery, Guid person) =>
        {
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            await open.People.RemovePersonAsync(person, context.ExpectedVersion(), context.Who(), context.RequestAborted);
            return TypedResults.NoContent();
        }).Needs(KeyScopes.Enrol).Described("Remove a person", "With all images, templates, photographs and reviews.");

        persons.MapGet("/persons/{person:guid}/images", async (HttpContext context, GalleryOperations operations, Guid gallery,
            Guid person) =>
        {
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var images = await open.People.ListImagesAsync(person, context.RequestAborted);
            return TypedResults.Ok(new ImageList([.. images.Select(WireRecords.Of)]));
        }).Needs(KeyScopes.Read).Described("List a person's images", "Oldest first.");

        persons.MapPost("/persons/{person:guid}/images", async (HttpContext context, GalleryOperations operations, Guid gallery,
            Guid person) =>
        {
            var upload = await Upload.ReadAsync(context, limits.Enrolment, limits);
            if (upload.Photos("images").Count == 0) throw ProblemException.Invalid("photographs are wanted in the field 'images'");
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var result = await operations.EnrolAsync(open, EnrolmentOf(upload) with { PersonId = person }, upload.Photos("images"),
                context.Who(upload.Hash), context.RequestAborted);
            context.SetVersion(result.Person.Version);
            return Results.Json(result, ServerJson.Default.EnrolResult, statusCode: 201)
                .Located(context, $"/v1/galleries/{gallery}/persons/{person}/images");
        }).Needs(KeyScopes.Enrol).RequireRateLimiting(RequestLimits.Photographs).Produces<Client.EnrolResult>(201)
            .Described("Give a person more images", "Each is accepted, or refused with advice.")
            .TakesPhotos(null, ["images"], ("references", "One text a photograph, in their order."),
                ("mainFace", "true: take the main face where there are several."),
                ("ignoreGate", "true: enrol what the quality gate would refuse."));

        persons.MapDelete("/images/{image:guid}", async (HttpContext context, GalleryOperations operations, Guid gallery, Guid image) =>
        {
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            await open.People.RemoveImageAsync(image, context.Who(), context.RequestAborted);
            return TypedResults.NoContent();
        }).Needs(KeyScopes.Enrol).Described("Remove an image", "Its person stays, if need be without images.");

        MapCorrections(persons);
    }

    private static void MapCorrections(RouteGroupBuilder persons)
    {
        persons.MapPost("/images/{image:guid}:move", async (HttpContext context, GalleryOperations operations, Guid gallery, Guid image) =>
        {
            var (request, hash) = await context.JsonAsync(ServerJson.Default.MoveRequest);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            return TypedResults.Ok(WireRecords.Of(
                await open.People.MoveImageAsync(image, request.PersonId, context.Who(hash), context.RequestAborted)));
        }).Needs(KeyScopes.Enrol).Described("Move an image", "To another enrolled person.").Takes(typeof(MoveRequest));

        persons.MapPost("/persons/{person:guid}:merge", async (HttpContext context, GalleryOperations operations, Guid gallery,
            Guid person) =>
        {
            var (request, hash) = await context.JsonAsync(ServerJson.Default.MergeRequest);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            return TypedResults.Ok(WireRecords.Of(
                await open.People.MergeAsync(person, request.Into, context.Who(hash), context.RequestAborted)));
        }).Needs(KeyScopes.Enrol).Described("Merge two people",
            "The images of this person go to the other, who stays.").Takes(typeof(MergeRequest));

        persons.MapPost("/persons/{person:guid}:split", async (HttpContext context, GalleryOperations operations, Guid gallery,
            Guid person) =>
        {
            var (request, hash) = await context.JsonAsync(ServerJson.Default.SplitRequest);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var result = WireRecords.Of(await open.People.SplitAsync(person, [.. request.Images], request.ExternalId, request.Name,
                context.Who(hash), context.RequestAborted));
            return TypedResults.Created($"/v1/galleries/{gallery}/persons/{result.Person.Id}", result);
        }).Needs(KeyScopes.Enrol).Described("Split a person", "Some images go to a new person.").Takes(typeof(SplitRequest));
    }

    private static Enrolment EnrolmentOf(Upload upload) =>
        new() { MainFace = upload.Flag("mainFace"), IgnoreGate = upload.Flag("ignoreGate") };

    private static Client.EnrolResult Empty(Gallery.Person person, GalleryInfo info) =>
        new(WireRecords.Of(person), true, [], [], 0, info.Version);

    private static Dictionary<string, string>? Metadata(Upload upload)
    {
        if (upload.Text("metadata") is not { Length: > 0 } text) return null;
        try { return JsonSerializer.Deserialize(text, ServerJson.Default.DictionaryStringString); }
        catch (JsonException) { throw ProblemException.Invalid("'metadata' is a JSON object whose values are texts"); }
    }

    private static IResult Located(this IResult result, HttpContext context, string address)
    {
        context.Response.Headers.Location = address;
        return result;
    }
}
