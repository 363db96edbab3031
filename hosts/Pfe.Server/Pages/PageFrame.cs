using Microsoft.AspNetCore.Http;
using Pfe.Gallery;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>What every page shows around its content: where one can go, which gallery is open, who is signed in.</summary>
internal sealed class PageFrame
{
    public const string GalleryCookie = "pfe-gallery";

    private static readonly (string Path, string Name, KeyScopes Scope)[] Places =
    [
        ("/", "Compare", KeyScopes.Read), ("/identify", "Identify", KeyScopes.Read), ("/enrol", "Enrol", KeyScopes.Enrol),
        ("/people", "People", KeyScopes.Read), ("/review", "Review", KeyScopes.Review), ("/model", "Model", KeyScopes.Read),
        ("/audit", "Audit", KeyScopes.Admin), ("/keys", "Keys", KeyScopes.Admin), ("/api", "API", KeyScopes.Read),
    ];

    private readonly HttpContext _context;
    private readonly IReadOnlyList<GalleryInfo> _galleries;

    private PageFrame(HttpContext context, IReadOnlyList<GalleryInfo> galleries, GalleryInfo? current) =>
        (_context, _galleries, Gallery) = (context, galleries, current);

    /// <summary>The open gallery; null where there is none.</summary>
    public GalleryInfo? Gallery { get; }

    /// <summary>Whether whoever is signed in may do something.</summary>
    public bool May(KeyScopes scope) => _context.User.May(scope);

    /// <summary>Reads which galleries there are and which one is open.</summary>
    public static async Task<PageFrame> ReadAsync(HttpContext context, GalleryCatalog catalog)
    {
        var page = await catalog.ListAsync(limit: 1000, cancellation: context.RequestAborted);
        var seen = page.Items.Where(info => context.User.MaySee(info.Id)).ToList();
        var wanted = Guid.TryParse(context.Request.Cookies[GalleryCookie], out var id) ? id : Guid.Empty;
        return new(context, seen, seen.Find(info => info.Id == wanted) ?? seen.FirstOrDefault());
    }

    /// <summary>A whole page.</summary>
    /// <param name="title">Of the page.</param>
    /// <param name="content">What stands under it.</param>
    /// <param name="status">HTTP status.</param>
    public IResult Page(string title, Html content, int status = 200) => Results.Content(
        Document(title, _context.User.KeyId(), Navigation(), Chooser(), content).ToString(), "text/html; charset=utf-8",
            statusCode: status);

    /// <summary>A page for somebody who is not signed in.</summary>
    public static IResult Outside(string title, Html content, int status = 200) => Results.Content(
        Document(title, null, Html.Empty, Html.Empty, content).ToString(), "text/html; charset=utf-8", statusCode: status);

    private Html Navigation() => Html.Of($"""
        <nav aria-label="Pages"><ul>{Html.Each(Places.Where(place => May(place.Scope)), place => Html.Of(
            $"""<li><a href="{place.Path}"{Here(place.Path)}>{place.Name}</a></li>"""))}</ul></nav>
        """);

    private Html Here(string path)
    {
        var here = _context.Request.Path.Value ?? "/";
        var isHere = path == "/" ? here is "/" or "/compare" : here == path || here.StartsWith($"{path}/", StringComparison.Ordinal);
        return isHere ? Html.Of($" aria-current=\"page\"") : Html.Empty;
    }

    private Html Chooser() => _galleries.Count == 0 ? Html.Empty : Html.Of($"""
        <form class="chooser" method="post" action="/gallery">
          <label for="gallery">Gallery</label>
          <select id="gallery" name="id" data-submit>{Html.Each(_galleries, info => Html.Of(
              $"""
                  <option value="{info.Id}"{(info.Id == Gallery?.Id ? Html.Of($" selected") : Html.Empty)}>{info.Name}</option>
                  """))}</select>
          <button class="quiet">Open</button>
        </form>
        """);

    private static Html Document(string title, string? key, Html navigation, Html chooser, Html content) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>{title} - Pfe</title>
          <link rel="icon" href="/assets/pfe.svg" type="image/svg+xml">
          <link rel="stylesheet" href="/assets/pfe.css">
          <script type="module" src="/assets/pfe.js"></script>
        </head>
        <body>
          <a class="skip" href="#content">To the content</a>
          <header>
            <div class="brand"><img src="/assets/pfe.svg" alt="" width="28" height="28"> Pfe</div>
            {navigation}
            <div class="tools">{chooser}{Html.When(key is not null, () => Html.Of($"""
                <form method="post" action="/signout"><button class="quiet" title="Signed in with key {key}">Sign out</button></form>
                """))}</div>
          </header>
          <main id="content" tabindex="-1">
            <h1>{title}</h1>
            {content}
          </main>
        </body>
        </html>
        """);
}
