using Pfe.Client;
using Pfe.Server.Faces;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>Pieces that several pages show.</summary>
internal static class Parts
{
    /// <summary>A field to choose or drop photographs, or take them with the camera.</summary>
    /// <param name="name">The field.</param>
    /// <param name="label">What it is for.</param>
    /// <param name="many">Whether several may be chosen.</param>
    public static Html PhotoField(string name, string label, bool many = false) => Html.Of($"""
        <div class="drop" data-drop>
          <label for="{name}">{label}</label>
          <input id="{name}" name="{name}" type="file" accept="image/jpeg,image/png,image/webp,image/bmp,image/gif" required{(many
              ? Html.Of($" multiple") : Html.Empty)}>
          <p class="hint">Choose {(many ? "photographs, or drop them" : "a photograph, or drop it")} here.</p>
          <button type="button" class="quiet" data-camera="{name}" hidden>Use the camera</button>
          <div class="chosen" data-chosen aria-live="polite"></div>
        </div>
        """);

    /// <summary>How certain the model is of a face: a bar with words.</summary>
    public static Html Certainty(double quality)
    {
        // Cut, not rounded: the number shown and its words are the same side of every limit.
        var shown = Math.Floor(quality);
        return Html.Of($"""
            <p class="certainty"><meter min="0" max="100" low="15" high="40" optimum="90" value="{shown:0}"
              aria-label="Quality {shown:0} of 100"></meter>
            <span>{Words.Certainty(shown)} <small>quality {shown:0} of 100</small></span></p>
            """);
    }

    /// <summary>A photograph with its faces boxed, the one that counts more strongly.</summary>
    public static Html Boxed(AnalysedPhoto photo, string description)
    {
        var preview = PreviewImage.Of(photo.Image, 560);
        var main = photo.Faces.Count > 0 ? photo.Faces[0].Detection : null;
        return Html.Of($"""
            <svg class="photo" viewBox="0 0 {preview.Width} {preview.Height}" role="img" aria-label="{description}">
              <image href="{preview.Source}" width="{preview.Width}" height="{preview.Height}"/>
              {Html.Each(photo.Detections, face => Html.Of($"""
                <rect class="{(face == main ? "face main" : "face")}" x="{face.Box.Left * preview.Scale:0.0}"
                    y="{face.Box.Top * preview.Scale:0.0}" width="{face.Box.Width * preview.Scale:0.0}"
                    height="{face.Box.Height * preview.Scale:0.0}" rx="4"/>
                """))}
            </svg>
            """);
    }

    /// <summary>A picture.</summary>
    public static Html Picture(PreviewImage preview, string description, string style = "") => Html.Of(
        $"""<img class="{style}" src="{preview.Source}" width="{preview.Width}" height="{preview.Height}" alt="{description}">""");

    /// <summary>A box with a message.</summary>
    public static Html Note(string kind, string text) => Html.Of($"""<p class="note {kind}" role="status">{text}</p>""");

    /// <summary>A list of advice.</summary>
    public static Html AdviceList(IReadOnlyList<Advice> advice) => Html.When(advice.Count > 0, () => Html.Of(
        $"""<ul class="advice">{Html.Each(advice, entry => Html.Of($"<li>{entry.Text}</li>"))}</ul>"""));

    /// <summary>What to do where no gallery is there yet.</summary>
    public static Html NoGallery(PageFrame frame) => frame.May(Gallery.KeyScopes.Admin) ? Html.Of($"""
        <p>No gallery is there yet. A gallery holds people, enrolled with one model.</p>
        <div class="columns">
          <section class="card"><h2>Try it</h2>
            <p>Enrols the faces of six sample photographs, which come from a package registry. They lie in a gallery of their own,
                which can be removed as one.</p>
            <form method="post" action="/samples"><button class="first">Try it with sample people</button></form></section>
          <section class="card"><h2>Begin</h2>{NewGallery()}</section>
        </div>
        """) : Note("", "No gallery is there that this key may see.");

    /// <summary>A form that makes a gallery.</summary>
    public static Html NewGallery() => Html.Of($"""
        <form method="post" action="/galleries" class="stack">
          <label for="new-gallery">Name of the gallery</label>
          <input id="new-gallery" name="name" required maxlength="200" autocomplete="off">
          <label class="check"><input type="checkbox" name="keepPhotos" value="true"> Keep photographs beside their templates
            <small>People can then be shown, and a change of model needs no photographs again.</small></label>
          <button>Make a gallery</button>
        </form>
        """);
}
