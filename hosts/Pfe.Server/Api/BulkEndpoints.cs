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
using Pfe.Server.Settings;

namespace Pfe.Server.Api;

/// <summary>Work that outlives its request: imports, exports, another model.</summary>
internal static class BulkEndpoints
{
    public static void MapBulk(this RouteGroupBuilder api, ServerLimits limits)
    {
        var bulk = api.MapGroup("").WithTags("jobs").Needs(KeyScopes.Admin);

        bulk.MapPost("/galleries/{gallery:guid}/imports", async (HttpContext context, GalleryOperations operations, JobRunner jobs,
            JobFolder folder, Guid gallery, bool? newIds) =>
        {
            await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            context.LimitBody(limits.Import);
            var name = JobFolder.NewName();
            try
            {
                await using var file = folder.Create(name);
                await context.Request.Body.CopyToAsync(file, context.RequestAborted);
            }
            catch
            {
                File.Delete(folder.Of(name));
                throw;
            }
            return Accepted(await jobs.AddAsync(JobKind.Import, gallery, new(name, null, false, newIds ?? false, context.User.KeyId()),
                context.RequestAborted));
        }).Described("Import people", "The lines of an export (application/x-ndjson). Ids stay, so that an import that " +
            "was cut off is simply repeated; newIds=true makes a copy beside the original.")
            .Accepts<string>("application/x-ndjson").DisableRequestTimeout();

        bulk.MapPost("/galleries/{gallery:guid}/exports", async (HttpContext context, GalleryOperations operations, JobRunner jobs,
            Guid gallery) =>
        {
            await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            return Accepted(await jobs.AddAsync(JobKind.Export, gallery, new(JobFolder.NewName(), null, false, false, context.User.KeyId()),
                context.RequestAborted));
        }).Described("Export people",
            "Everybody as lines of JSON, with templates and, where stored, photographs: it holds biometric data. " +
            "The job's result is kept for a day.");

        bulk.MapPost("/galleries/{gallery:guid}/reembed", async (HttpContext context, GalleryOperations operations, JobRunner jobs,
            FaceEngine engine, Guid gallery) =>
        {
            var (request, hash) = await context.JsonAsync(ServerJson.Default.ReembedRequest);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var model = engine.Find(request.ModelId) ?? throw new ProblemException(409, ProblemCodes.ModelNotLoaded,
                "this service does not run that model; start it with both models");
            if (request.Back)
            {
                await open.People.SwitchBackAsync(model.Description, context.Who(hash), context.RequestAborted);
                return (IResult)TypedResults.NoContent();
            }
            return Accepted(await jobs.AddAsync(JobKind.Reembed, gallery, new(null, request.ModelId, request.LeaveMissing, false,
                context.User.KeyId()), context.RequestAborted));
        }).Described("Move a gallery to another model",
            "Every image gets a template of it beside the old one; where it finds as many of the " +
            "gallery's own people again, the gallery switches in one step. back: true returns to a model the gallery had before.")
            .Takes(typeof(ReembedRequest)).Produces<Client.Job>(202).Produces(204);

        bulk.MapGet("/jobs", async (HttpContext context, GalleryCatalog catalog, string? cursor, int? limit) =>
        {
            var page = await catalog.Jobs.ListAsync(cursor, limit ?? 100, context.RequestAborted);
            return TypedResults.Ok(new Client.Page<Client.Job>(
                [.. page.Items.Where(job => job.GalleryId is not { } id || context.User.MaySee(id)).Select(Of)], page.Next));
        }).Described("List jobs", "Oldest first.");

        bulk.MapGet("/jobs/{job:guid}", async (HttpContext context, GalleryCatalog catalog, Guid job) =>
            TypedResults.Ok(Of(await FindAsync(context, catalog, job)))).Described("Read a job", "Where it stands, and what came of it.");

        bulk.MapGet("/jobs/{job:guid}/result", async (HttpContext context, GalleryCatalog catalog, JobFolder folder, Guid job) =>
        {
            var found = await FindAsync(context, catalog, job);
            if (found.Kind != JobKind.Export) throw new ProblemException(404, ProblemCodes.NotFound,
                "only an export has a result to fetch");
            if (found.State != Gallery.JobState.Done)
                throw new ProblemException(409, ProblemCodes.NotDone, "the export is not done; read the job until it is");
            var input = JobRunner.InputOf(found);
            if (input.Node is { } node && node != folder.Node) throw new ProblemException(404, ProblemCodes.NotFound,
                "the export's file lies with the service that was asked for it; fetch it there");
            var path = folder.Of(input.File!);
            return File.Exists(path) ? Results.File(File.OpenRead(path), "application/x-ndjson")
                : throw new ProblemException(404, ProblemCodes.NotFound, "the export's file was removed a day after it was written");
        }).Described("Fetch an export", "Lines of JSON.").Produces<string>(200, "application/x-ndjson").DisableRequestTimeout();

        bulk.MapDelete("/jobs/{job:guid}", async (HttpContext context, GalleryCatalog catalog, JobRunner jobs, Guid job) =>
        {
            await FindAsync(context, catalog, job);
            await jobs.CancelAsync(job, context.RequestAborted);
            return TypedResults.NoContent();
        }).Described("Cancel a job", "One at work stops at its next step; what it has done stays. Its file is removed.");
    }

    private static async Task<Gallery.Job> FindAsync(HttpContext context, GalleryCatalog catalog, Guid id)
    {
        var job = await catalog.Jobs.GetAsync(id, context.RequestAborted);
        if (job.GalleryId is { } gallery) context.User.RequireGallery(gallery);
        return job;
    }

    private static Microsoft.AspNetCore.Http.HttpResults.Accepted<Client.Job> Accepted(Gallery.Job job) =>
        TypedResults.Accepted($"/v1/jobs/{job.Id}", Of(job));

    private static Client.Job Of(Gallery.Job job) => new(job.Id, job.GalleryId, WireRecords.Camel(job.Kind), (Client.JobState)job.State,
        job.Done, job.Total, job.Failure ?? job.Cursor,
        job is { Kind: JobKind.Export, State: Gallery.JobState.Done } ? $"/v1/jobs/{job.Id}/result" : null, job.Created, job.Updated);
}
