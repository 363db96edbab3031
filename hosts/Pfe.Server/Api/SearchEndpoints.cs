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

/// <summary>Who is this, and is this that person?</summary>
internal static class SearchEndpoints
{
    public static void MapSearch(this RouteGroupBuilder api, ServerLimits limits)
    {
        var search = api.MapGroup("/galleries/{gallery:guid}").WithTags("search").RequireRateLimiting(RequestLimits.Photographs)
            .Needs(KeyScopes.Read);

        search.MapPost("/identify", async (HttpContext context, GalleryOperations operations, Guid gallery) =>
        {
            var upload = await Upload.ReadAsync(context, limits.Body, limits);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var options = new IdentifyOptions
            {
                K = (int)Math.Clamp(upload.Number("k", 5), int.MinValue, int.MaxValue),
                MinimumVersion = upload.Number("minimumVersion", 0),
                OpenReview = upload.Flag("openReview"),
                MinimumCoverage = upload.Flag("allowPartial") ? double.Epsilon : 1,
            };
            if (GivenEmbedding(upload) is { } probe)
                return TypedResults.Ok(WireRecords.Of(await open.People.IdentifyAsync(probe, options, context.Who(),
                    context.RequestAborted),
                    null, 0));
            var (answer, _) = await operations.IdentifyAsync(open, upload.Photo("image"), options, context.Who(), context.RequestAborted);
            return TypedResults.Ok(answer);
        }).Described("Identify", "A person, nobody known, or cannot tell: with probability, reason and the likeliest persons.")
            .TakesPhotos("image", [], ("k", "How many persons to list, 1 to 100; 5 by default."),
                ("minimumVersion", "Answer only from this version of the gallery or a later one."),
                ("openReview", "true: 'cannot tell' opens a review."),
                ("allowPartial", "true: a gallery of which a part is missing answers a person or 'cannot tell', never 'unknown', " +
                    "with its coverage; otherwise 503."));

        search.MapPost("/persons/{person:guid}/verify", async (HttpContext context, GalleryOperations operations, Guid gallery,
            Guid person) =>
        {
            var upload = await Upload.ReadAsync(context, limits.Body, limits);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            return TypedResults.Ok(GivenEmbedding(upload) is { } probe
                ? WireRecords.Of(await open.People.VerifyAsync(person, probe, context.RequestAborted), null, 0)
                : await operations.VerifyAsync(open, person, upload.Photo("image"), context.RequestAborted));
        }).Described("Verify", "Is this that person? Same, different or cannot tell.").TakesPhotos("image");
    }

    /// <summary>An embedding in place of a photograph: <c>{"embedding": {"modelId": ..., "mu": [...], "logVariance": [...]}}</c>.</summary>
    private static FaceEmbedding? GivenEmbedding(Upload upload) =>
        upload.Json is { } json && json.TryGetProperty("embedding", out var given) && given.ValueKind != JsonValueKind.Null
            ? GalleryOperations.Given(given.Deserialize(ServerJson.Default.Embedding)!) : null;
}
