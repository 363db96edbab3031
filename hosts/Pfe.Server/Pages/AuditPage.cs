using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Gallery;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>Who did what.</summary>
internal static class AuditPage
{
    private const int Listed = 100;

    public static void Map(RouteGroupBuilder pages) =>
        pages.MapGet("/audit", async (HttpContext context, GalleryCatalog catalog, string? of, string? after) =>
        {
            var frame = await PageFrame.ReadAsync(context, catalog);
            var isService = of == "service" || frame.Gallery is null;
            if (isService) context.User.RequireAllGalleries();
            var scope = isService ? (Guid?)null : frame.Gallery!.Id;
            var page = await catalog.Audit.ListAsync(scope, after, Listed, context.RequestAborted);
            var problems = await catalog.Audit.CheckAsync(scope ?? Guid.Empty, context.RequestAborted);
            return frame.Page("Audit", Html.Of($"""
                <p class="lead">Who did what to which record: ids and numbers, never names. Each entry's hash covers the one before it.</p>
                <p>{(isService ? "The service: keys and galleries." : $"Gallery {frame.Gallery!.Name}.")} {(isService
                    ? Html.When(frame.Gallery is not null, () => Html.Of($"""<a href="/audit">Show the gallery's</a>""")) : Html.Of($"""
                        <a href="/audit?of=service">Show the service's</a>
                        """))}</p>
                {(problems.Count == 0 ? Parts.Note("good", "The chain is whole: no entry is missing, none was altered.")
                    : Html.Each(problems, problem => Parts.Note("bad", problem)))}
                <div class="scroll" tabindex="0" role="region" aria-label="Entries"><table><thead><tr><th scope="col">No.</th><th
                    scope="col">When</th><th scope="col">Key</th><th scope="col">What</th><th scope="col">Outcome</th><th
                    scope="col">Record</th></tr></thead>
                <tbody>{Html.Each(page.Items, entry => Html.Of($"""
                  <tr><td>{entry.Sequence}</td><td class="nowrap">{Words.Date(entry.At)}</td><td>{entry.KeyId ??
                      "here"}</td><td>{entry.Action}</td><td
                      class="wide">{entry.Outcome}</td><td class="nowrap"><code>{entry.SubjectId}</code></td></tr>
                  """))}</tbody></table></div>
                {Html.When(page.Next is not null, () => Html.Of($"""
                    <p><a href="/audit?of={(isService ? "service" : "gallery")}&amp;after={page.Next}">Older entries</a></p>
                    """))}
                """));
        }).Needs(KeyScopes.Admin);
}
