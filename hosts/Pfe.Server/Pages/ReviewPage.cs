using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Gallery;
using Pfe.Server.Galleries;
using Pfe.Server.Messages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>What the numbers could not decide, the costliest first; decided by a key each.</summary>
internal static class ReviewPage
{
    private const int Listed = 50;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/review", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations, Guid? at) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            if (frame.Gallery is null) return frame.Page("Review", Parts.NoGallery(frame));
            var open = await operations.OpenAsync(context.User, frame.Gallery.Id, context.RequestAborted);
            var reviews = (await open.People.ListReviewsAsync(limit: Listed, cancellation: context.RequestAborted)).Items;
            var current = reviews.FirstOrDefault(review => review.Id == at) ?? (reviews.Count > 0 ? reviews[0] : null);
            var content = current is null ? Parts.Note("good", "Nothing waits for a review.")
                : await ContentAsync(open.People, reviews, current, context.RequestAborted);
            var decided = await DecidedAsync(open.People, context.RequestAborted);
            return frame.Page("Review", Html.Of($"""
                <p class="lead">Questions the numbers could not decide in <strong>{frame.Gallery.Name}</strong>; those where a wrong
                    automatic answer is likeliest come first.</p>
                {content}{decided}
                """));
        }).Needs(KeyScopes.Review);

        pages.MapGet("/review/decisions.csv", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            if (frame.Gallery is null) return Results.Redirect("/review");
            var open = await operations.OpenAsync(context.User, frame.Gallery.Id, context.RequestAborted);
            var pairs = await open.People.ListReviewedPairsAsync(context.RequestAborted);
            return Results.File(System.Text.Encoding.UTF8.GetBytes(pairs.ToCsv()), "text/csv", "decisions.csv");
        }).Needs(KeyScopes.Review);

        pages.MapPost("/review/{review:guid}", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations,
            Guid review) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            if (frame.Gallery is null) return Results.Redirect("/review");
            var open = await operations.OpenAsync(context.User, frame.Gallery.Id, context.RequestAborted);
            var form = await context.FormAsync();
            var (decision, merge) = form["decision"].ToString() switch
            {
                "same" => (ReviewState.Same, false),
                "merge" => (ReviewState.Same, true),
                "different" => (ReviewState.Different, false),
                "open" => (ReviewState.Open, false),
                _ => (ReviewState.Skipped, false),
            };
            var decided = await open.People.DecideReviewAsync(review, decision, long.TryParse(form["version"],
                out var version) ? version : null,
                context.Who(), context.RequestAborted);
            if (merge && decided.PersonId is { } person && frame.May(KeyScopes.Enrol))
                await open.People.MergeAsync(person, decided.CandidateId, context.Who(), context.RequestAborted);
            return Results.Redirect("/review");
        }).Needs(KeyScopes.Review);
    }

    private static async Task<Html> ContentAsync(
        FaceGallery people, IReadOnlyList<Review> reviews, Review review, CancellationToken cancellation)
    {
        var place = reviews.ToList().IndexOf(review);
        var candidate = await people.GetPersonAsync(review.CandidateId, cancellation);
        var person = review.PersonId is { } id ? await people.GetPersonAsync(id, cancellation) : null;
        var theirs = (await people.ListImagesAsync(candidate.Id, cancellation)).Where(image => image.HasPhoto).Take(4).ToList();
        var image = review.ImageId is { } imageId && person is not null
            ? (await people.ListImagesAsync(person.Id, cancellation)).FirstOrDefault(shown => shown.Id == imageId) : null;
        return Html.Of($"""
            <section class="card" data-review>
              <p class="small">{place + 1} of {reviews.Count}{(reviews.Count == Listed ? " or more" : "")}: {Words.Date(review.Created)}</p>
              <h2>{(person is null ? "A face that was looked for: is it this person?" : "One person, enrolled twice?")}</h2>
              <p>P(same person) <strong>{Words.Percent(review.Probability)}</strong>: {review.Reason}.</p>
              <div class="columns">
                <div><h3>{(person is null ? Html.Of($"The face that was looked for") : Html.Of($"""
                    <a href="/people/{person.Id}">{Words.NameOf(person)}</a>
                    """))}</h3>{(image is { HasPhoto: true }
                    ? Html.Of($"""<img class="thumbnail" src="/photos/{image.Id}" alt="The photograph in question">""")
                    : Html.Of($"""
                        <p class="nophoto">{(person is null ?
                            "Nothing of it was kept but score and uncertainty; decide where the photograph is at hand." :
                            "The photograph was not kept.")}</p>
                        """))}</div>
                <div><h3><a href="/people/{candidate.Id}">{Words.NameOf(candidate)}</a></h3><div class="strip">{Html.Each(theirs, shown =>
                    Html.Of(
                    $"""
                        <img class="thumbnail" src="/photos/{shown.Id}" alt="A photograph of the candidate">
                        """))}</div>{Html.When(theirs.Count == 0, () => Html.Of(
                    $"""<p class="nophoto">Photographs were not kept.</p>"""))}</div>
              </div>
              <form method="post" action="/review/{review.Id}" class="actions"><input type="hidden" name="version" value="{review.Version}">
                <button class="first" name="decision" value="same" data-key="y">Same person <kbd>Y</kbd></button>
                {Html.When(person is not null, () => Html.Of($"""<button name="decision" value="merge">Same, and merge them</button>"""))}
                <button name="decision" value="different" data-key="n">Different people <kbd>N</kbd></button>
                <button class="quiet" name="decision" value="skip" data-key="s">Cannot tell <kbd>S</kbd></button>
              </form>
              <p class="small">{Step(reviews, place + 1, "j", "Next")} {Step(reviews, place - 1, "k", "Back")}</p>
            </section>
            """);
    }

    private static Html Step(IReadOnlyList<Review> reviews, int place, string key, string text) => place < 0 ||
        place >= reviews.Count ? Html.Empty
        : Html.Of($"""<a href="/review?at={reviews[place].Id}" data-key="{key}">{text} <kbd>{key.ToUpperInvariant()}</kbd></a>""");

    private static async Task<Html> DecidedAsync(FaceGallery people, CancellationToken cancellation)
    {
        var decided = new List<Review>();
        foreach (var state in new[] { ReviewState.Same, ReviewState.Different, ReviewState.Skipped })
            decided.AddRange((await people.ListReviewsAsync(state, limit: Listed, cancellation: cancellation)).Items);
        return Html.When(decided.Count > 0, () => Html.Of($"""
            <details><summary>{Words.Count(decided.Count, "decision", "decisions")}</summary><div class="scroll" tabindex="0"
                role="region" aria-label="Decisions"><table>
              <thead><tr><th scope="col">When</th><th scope="col">Decision</th><th scope="col">P(same)</th><th scope="col">Key</th><th
                  scope="col">Take back</th></tr></thead>
              <tbody>{Html.Each(decided.OrderByDescending(review => review.Decided), review => Html.Of($"""
                <tr><td>{(review.Decided is { } at ? Words.Date(at) :
                    "")}</td><td>{WireRecords.Camel(review.State)}</td><td>{Words.Percent(review.Probability)}</td>
                    <td>{review.DecidedBy}</td>
                  <td>{Html.When(review.PersonId != review.CandidateId, () => Html.Of($"""
                    <form method="post" action="/review/{review.Id}"><button class="quiet" name="decision" value="open">Open
                      again</button></form>
                    """))}</td></tr>
                """))}</tbody></table></div>
              <p><a href="/review/decisions.csv" download>Decisions as scored pairs (CSV)</a>, for <code>pfe calibrate --reviews</code>:
                scores and uncertainties, no names and no faces.</p></details>
            """));
    }
}
