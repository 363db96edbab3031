using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Gallery;
using Pfe.Server.Faces;
using Pfe.Server.Galleries;
using Pfe.Server.Messages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;
using Pfe.Server.Settings;
using Pfe.Vision.Imaging;

namespace Pfe.Server.Pages;

/// <summary>Several photographs of one person: each accepted, or to be taken again with advice.</summary>
internal static class EnrolPage
{
    public static void Map(RouteGroupBuilder pages, ServerLimits limits)
    {
        pages.MapGet("/enrol", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations, Guid? person) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            if (frame.Gallery is null) return frame.Page("Enrol", Parts.NoGallery(frame));
            var known = person is not { } id ? null : await (await operations.OpenAsync(context.User, frame.Gallery.Id,
                context.RequestAborted))
                .People.GetPersonAsync(id, context.RequestAborted);
            return frame.Page("Enrol", Content(frame, known, Html.Empty));
        }).Needs(KeyScopes.Enrol);

        pages.MapPost("/enrol", async (HttpContext context, GalleryCatalog catalog, GalleryOperations operations, FaceEngine engine) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            if (frame.Gallery is null) return frame.Page("Enrol", Parts.NoGallery(frame));
            var upload = await Upload.ReadAsync(context, limits.Enrolment, limits);
            var open = await operations.OpenAsync(context.User, frame.Gallery.Id, context.RequestAborted);
            var who = new Enrolment
            {
                PersonId = Guid.TryParse(upload.Text("person"), out var person) ? person : null,
                ExternalId = Text(upload, "externalId"), Name = Text(upload, "name"),
                MainFace = upload.Flag("mainFace"), IgnoreGate = upload.Flag("ignoreGate"),
            };
            var photos = upload.Photos("images");
            if (photos.Count == 0) throw ProblemException.Invalid("choose at least one photograph");
            try
            {
                var result = await operations.EnrolAsync(open, who, photos, context.Who(upload.Hash), context.RequestAborted);
                return frame.Page("Enrol", Content(frame, null, Result(engine, result, photos)));
            }
            catch (GalleryException e) when (e.Error == GalleryError.NoUsableFace)
            {
                return frame.Page("Enrol", Content(frame, null, Html.Of($"""
                    <section class="verdict no"><h2>Nobody enrolled</h2><p>None of the photographs can be used.</p></section>
                    {Rejected(engine, [.. e.Rejected.Select((image, i) => WireRecords.Of(image, i))], photos)}
                    """)), 422);
            }
        }).Needs(KeyScopes.Enrol).RequireRateLimiting(RequestLimits.Photographs);
    }

    private static string? Text(Upload upload, string field) => upload.Text(field) is { Length: > 0 } text ? text.Trim() : null;

    private static Html Content(PageFrame frame, Gallery.Person? known, Html result) => Html.Of($"""
        <p class="lead">Photographs of one person for <strong>{frame.Gallery!.Name}</strong>. {(frame.Gallery.Policy.KeepPhotos
            ? "Photographs are kept beside their templates." : "Templates are kept, photographs are not.")}</p>
        <form method="post" action="/enrol" enctype="multipart/form-data" data-progressive class="stack">
          {(known is null ? Html.Of($"""
            <div class="columns"><div class="stack"><label for="name">Name</label><input id="name" name="name" maxlength="200"
                autocomplete="off"></div>
            <div class="stack"><label for="externalId">Your own id <small>optional; somebody who has it gets the photographs</small></label>
              <input id="externalId" name="externalId" maxlength="200" autocomplete="off"></div></div>
            """) : Html.Of($"""
            <p>More photographs of <strong>{Words.NameOf(known)}</strong>.</p><input type="hidden" name="person" value="{known.Id}">
            """))}
          {Parts.PhotoField("images", "Photographs, three to five are good", many: true)}
          <label class="check"><input type="checkbox" name="mainFace" value="true"> Take the main face where a photograph shows
              several</label>
          <button class="first">Enrol</button>
        </form>
        <div id="result" aria-live="polite">{result}</div>
        """);

    private static Html Result(FaceEngine engine, Client.EnrolResult result, IReadOnlyList<UploadedPhoto> photos) => Html.Of($"""
        <section class="verdict yes"><h2>{Words.Count(result.Accepted.Count, "photograph", "photographs")} of {photos.Count} enrolled</h2>
          <p><a href="/people/{result.Person.Id}">{result.Person.Name ?? result.Person.ExternalId ?? "A person without a name"}</a>
              has {Words.Count(
              result.Person.Images, "photograph", "photographs")} now{(result.Anchors > 1
              ? $", in {result.Anchors} groups that do not look like one another: child and adult are kept apart so" : "")}.</p></section>
        <div class="tiles">{Html.Each(result.Accepted, image => Html.Of($"""
          <section class="card tile">{Thumbnail(engine, photos[image.Index])}<h3>Accepted</h3>{Parts.Certainty(image.Image.Quality)}
            <p class="small">Counts for {100 * image.Weight:0} % of {(result.Anchors > 1 ? $"group {image.Anchor + 1}" :
                "the person's template")}</p>
            {Parts.AdviceList(image.Warnings)}</section>
          """))}</div>
        {Rejected(engine, result.Rejected, photos)}
        """);

    private static Html Rejected(FaceEngine engine, IReadOnlyList<Client.RejectedImage> rejected, IReadOnlyList<UploadedPhoto> photos) =>
        Html.When(rejected.Count > 0, () => Html.Of($"""
        <h2>To be taken again</h2>
        <div class="tiles">{Html.Each(rejected, image => Html.Of($"""
          <section class="card tile bad">{Thumbnail(engine, photos[image.Index])}<h3>Retake</h3>{Parts.AdviceList(image.Advice)}</section>
          """))}</div>
        """));

    private static Html Thumbnail(FaceEngine engine, UploadedPhoto photo)
    {
        try { return Parts.Picture(PreviewImage.Of(engine.Decode(photo.Bytes, "the photograph"), 220), "The photograph", "thumbnail"); }
        catch (Exception e) when (e is ImageException or ProblemException) { return Html.Empty; }
    }
}
