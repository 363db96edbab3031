using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Gallery;
using Pfe.Server.Faces;
using Pfe.Server.Messages;
using Pfe.Server.Security;
using Pfe.Server.Settings;

namespace Pfe.Server.Pages;

/// <summary>Are these two photographs one person?</summary>
internal static class ComparePage
{
    public static void Map(RouteGroupBuilder pages, ServerLimits limits)
    {
        pages.MapGet("/", async (HttpContext context, GalleryCatalog catalog) =>
            (await PageFrame.ReadAsync(context, catalog)).Page("Compare", Content(Html.Empty))).Needs(KeyScopes.Read);
        pages.MapGet("/compare", () => Results.Redirect("/")).Needs(KeyScopes.Read);

        pages.MapPost("/compare", async (HttpContext context, GalleryCatalog catalog, FaceOperations operations, FaceEngine engine) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            var upload = await Upload.ReadAsync(context, limits.Enrolment, limits);
            var first = await operations.MainAsync(upload.Photo("first"), "the first photograph", context.RequestAborted);
            var second = await operations.MainAsync(upload.Photo("second"), "the second photograph", context.RequestAborted);
            return frame.Page("Compare", Content(Result(operations, engine, first, second)));
        }).Needs(KeyScopes.Read).RequireRateLimiting(RequestLimits.Photographs);
    }

    private static Html Content(Html result) => Html.Of($"""
        <p class="lead">Two photographs: do they show one person? Nothing of them is kept.</p>
        <form method="post" action="/compare" enctype="multipart/form-data" data-progressive>
          <div class="columns">{Parts.PhotoField("first", "First photograph")}{Parts.PhotoField("second", "Second photograph")}</div>
          <button class="first">Compare</button>
        </form>
        <div id="result" aria-live="polite">{result}</div>
        """);

    private static Html Result(FaceOperations operations, FaceEngine engine, ComparedPhoto first, ComparedPhoto second)
    {
        var (verdict, score, cosine) = operations.Decide(first.Face, second.Face);
        var (text, style) = Words.Of(verdict.Answer);
        return Html.Of($"""
            <section class="verdict {style}" aria-label="Answer">
              <h2>{text}</h2>
              <p class="probability">P(same person): <strong>{Words.Percent(verdict.Probability)}</strong></p>
              <meter min="0" max="1" value="{verdict.Probability:0.000}" aria-label="P(same person)"></meter>
              <p>{Words.Sentence(verdict.Reason)}</p>
              <p class="small">"The same" is wrong for {Words.OneIn(verdict.FalseMatchRate)} pairs of different people,
                  "different" for {Words.OneIn(
                  verdict.FalseNonMatchRate)} pairs of one person, counted on the calibration's photographs. The probability takes both
                      answers as equally likely before.</p>
              <details><summary>Numbers</summary><dl><dt>Mutual likelihood
                  score</dt><dd>{score:0.0}</dd><dt>Cosine</dt><dd>{cosine:0.000}</dd>
                <dt>ln likelihood ratio</dt><dd>{verdict.LogLikelihoodRatio:0.00}</dd></dl></details>
            </section>
            <div class="columns">{Side(engine, first, "First photograph")}{Side(engine, second,
                "Second photograph")}</div>
            """);
    }

    private static Html Side(FaceEngine engine, ComparedPhoto photo, string name)
    {
        var faces = photo.Photo.Detections.Count;
        var aligned = PreviewImage.Aligned(photo.Photo.Image, photo.Face.Detection.Landmarks, engine.Default.Embedder.Template);
        return Html.Of($"""
            <section class="card"><h3>{name}</h3>
              {Parts.Boxed(photo.Photo, $"{name}: {Words.Count(faces, "face", "faces")} found, the compared one is framed more strongly")}
              <div class="aligned">{Parts.Picture(aligned,
                  $"{name}: the face as the model sees it")}<div>{Parts.Certainty(engine.Default.QualityOf(photo.Face))}
              <p class="small">{(faces > 1 ? $"{faces} faces found; the main one is compared." : "One face found.")} Detector's confidence
                  {photo.Face.Detection.Score:0.00}.</p></div></div>
            </section>
            """);
    }
}
