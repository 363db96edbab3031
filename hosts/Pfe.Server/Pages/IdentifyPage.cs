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

namespace Pfe.Server.Pages;

/// <summary>Who is this: a person, nobody known, or cannot tell.</summary>
internal static class IdentifyPage
{
    public static void Map(RouteGroupBuilder pages, ServerLimits limits)
    {
        pages.MapGet("/identify", async (HttpContext context, GalleryCatalog catalog) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            return frame.Page("Identify", frame.Gallery is null ? Parts.NoGallery(frame) : Content(frame, Html.Empty));
        }).Needs(KeyScopes.Read);

        pages.MapPost("/identify", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            if (frame.Gallery is null) return frame.Page("Identify", Parts.NoGallery(frame));
            var upload = await Upload.ReadAsync(context, limits.Body, limits);
            var open = await operations.OpenAsync(context.User, frame.Gallery.Id, context.RequestAborted);
            var (answer, photo) = await operations.IdentifyAsync(open, upload.Photo("image"),
                new IdentifyOptions { OpenReview = upload.Flag("openReview") && frame.May(KeyScopes.Review) }, context.Who(upload.Hash),
                context.RequestAborted);
            return frame.Page("Identify", Content(frame, Result(answer, photo!, open.Model)));
        }).Needs(KeyScopes.Read).RequireRateLimiting(RequestLimits.Photographs);
    }

    private static Html Content(PageFrame frame, Html result) => Html.Of($"""
        <p class="lead">Looks for a face among the people of <strong>{frame.Gallery!.Name}</strong>. The photograph is not kept.</p>
        <form method="post" action="/identify" enctype="multipart/form-data" data-progressive>
          {Parts.PhotoField("image", "Photograph")}
          {Html.When(frame.May(KeyScopes.Review), () => Html.Of($"""
            <label class="check"><input type="checkbox" name="openReview" value="true"> Put it up for review where the answer is
                "cannot tell"</label>
            """))}
          <button class="first">Identify</button>
        </form>
        <div id="result" aria-live="polite">{result}</div>
        """);

    private static Html Result(Client.Identification found, AnalysedPhoto photo, FaceModel model)
    {
        var (text, style) = Words.Of(found.Answer);
        var first = found.Candidates.Count > 0 ? found.Candidates[0] : null;
        if (found.Answer == Client.IdentityAnswer.Person) text = NameOf(first!);
        var aligned = PreviewImage.Aligned(photo.Image, photo.Faces[0].Detection.Landmarks, model.Embedder.Template);
        return Html.Of($"""
            <section class="verdict {style}" aria-label="Answer">
              <h2>{text}</h2>
              <p class="probability">{Sentence(found)}</p>
              <p>{Words.Sentence(found.Reason)}</p>
              {Html.When(found.ReviewId is not null, () => Html.Of($"""<p><a href="/review">It waits for a review.</a></p>"""))}
            </section>
            <div class="columns">
              <section class="card"><h3>The photograph</h3>
                {Parts.Boxed(photo, $"{Words.Count(photo.Detections.Count, "face", "faces")} found")}
                <div class="aligned">{Parts.Picture(aligned,
                    "The face as the model sees it")}<div>{Parts.Certainty(found.Probe.Quality)}</div></div></section>
              <section class="card"><h3>The likeliest</h3>
                <table><thead><tr><th scope="col">Person</th><th scope="col">Probability</th></tr></thead><tbody>
                {Html.Each(found.Candidates, candidate => Html.Of($"""
                  <tr><td><a href="/people/{candidate.PersonId}">{NameOf(candidate)}</a></td>
                    <td>{Words.Percent(candidate.Probability)}</td></tr>
                  """))}
                <tr><td>nobody who is enrolled</td><td>{Words.Percent(found.UnknownProbability)}</td></tr></tbody></table>
                <p class="small">They and the people not listed sum to 100 %. Gallery version {found.GalleryVersion}.</p></section>
            </div>
            """);
    }

    private static Html Sentence(Client.Identification found) => found.Answer switch
    {
        Client.IdentityAnswer.Person => Html.Of($"Probability <strong>{Words.Percent(found.Probability)}</strong>{RunnerUp(found)}"),
        Client.IdentityAnswer.Unknown =>
            Html.Of($"Probability <strong>{Words.Percent(found.Probability)}</strong> that nobody who is enrolled is shown"),
        _ when found.Candidates.Count > 0 => Html.Of($"""
            {NameOf(found.Candidates[0])} with <strong>{Words.Percent(found.Probability)}</strong>{RunnerUp(found)}, nobody who is enrolled
            with <strong>{Words.Percent(found.UnknownProbability)}</strong>: none of it is enough for an answer
            """),
        _ => Html.Of($"Nobody who is enrolled with <strong>{Words.Percent(found.UnknownProbability)}</strong>"),
    };

    private static Html RunnerUp(Client.Identification found) => found.RunnerUp is { } second
        ? Html.Of($"; next {NameOf(second)} with {Words.Percent(second.Probability)}") : Html.Empty;

    private static string NameOf(Client.Candidate candidate) => candidate.Name ?? candidate.ExternalId ?? "a person without a name";
}
