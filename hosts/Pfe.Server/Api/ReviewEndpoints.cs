using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Client;
using Pfe.Gallery;
using Pfe.Server.Galleries;
using Pfe.Server.Messages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;

namespace Pfe.Server.Api;

/// <summary>What the numbers could not decide.</summary>
internal static class ReviewEndpoints
{
    public static void MapReviews(this RouteGroupBuilder api)
    {
        var reviews = api.MapGroup("/galleries/{gallery:guid}/reviews").WithTags("reviews");

        reviews.MapGet("", async (HttpContext context, GalleryOperations operations, Guid gallery, string? state, string? cursor,
            int? limit) =>
        {
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var page = await open.People.ListReviewsAsync(State(state), cursor, limit ?? 100, context.RequestAborted);
            return TypedResults.Ok(new Client.Page<Client.Review>([.. page.Items.Select(WireRecords.Of)], page.Next));
        }).Needs(KeyScopes.Read).Described("List reviews",
            "Those where a wrong automatic answer is likeliest come first. state: open (default), same, different, skipped.");

        reviews.MapPost("/{review:guid}/decision", async (HttpContext context, GalleryOperations operations, Guid gallery, Guid review) =>
        {
            var (request, hash) = await context.JsonAsync(ServerJson.Default.DecisionRequest);
            var open = await operations.OpenAsync(context.User, gallery, context.RequestAborted);
            var decided = await open.People.DecideReviewAsync(review, (Gallery.ReviewState)request.Decision, context.ExpectedVersion(),
                context.Who(hash), context.RequestAborted);
            context.SetVersion(decided.Version);
            return TypedResults.Ok(WireRecords.Of(decided));
        }).Needs(KeyScopes.Review).Described("Decide a review",
            "Kept with score and uncertainties. It changes nobody's images: merge or move them besides.").Takes(typeof(DecisionRequest));
    }

    private static Gallery.ReviewState State(string? text) => text is null ? Gallery.ReviewState.Open
        : Enum.TryParse<Gallery.ReviewState>(text, ignoreCase: true, out var state) && !char.IsAsciiDigit(text[0]) ? state
        : throw ProblemException.Invalid("'state' is open, same, different or skipped");
}
