using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Gallery;
using Pfe.Server.Messages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>API keys: what each may do, until when.</summary>
internal static class KeysPage
{
    private static readonly (KeyScopes Scope, string Text)[] Scopes =
    [
        (KeyScopes.Read, "read: compare, identify, look at people"), (KeyScopes.Enrol, "enrol: add, correct and remove people"),
        (KeyScopes.Review, "review: decide reviews"), (KeyScopes.Admin, "admin: galleries, keys, audit, jobs"),
    ];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/keys", async (HttpContext context, GalleryCatalog catalog) => await ShowAsync(context, catalog,
            null)).Needs(KeyScopes.Admin);

        pages.MapPost("/keys", async (HttpContext context, GalleryCatalog catalog) =>
        {
            context.User.RequireAllGalleries();
            var form = await context.FormAsync();
            var scopes = Scopes.Where(scope => form["scope"].Contains($"{scope.Scope}")).Aggregate(KeyScopes.None, (all, scope) =>
                all | scope.Scope);
            var name = form["name"].ToString().Trim();
            if (name.Length == 0) throw ProblemException.Invalid("a key needs a name that says what it is for");
            DateTimeOffset? expires = int.TryParse(form["days"], CultureInfo.InvariantCulture, out var days)
                ? catalog.Options.Time.GetUtcNow().AddDays(days) : null;
            return await ShowAsync(context, catalog,
                await catalog.Keys.CreateAsync(name, scopes, null, expires, context.Who(isIdempotent: false), context.RequestAborted));
        }).Needs(KeyScopes.Admin);

        pages.MapPost("/keys/remove", async (HttpContext context, GalleryCatalog catalog) =>
        {
            context.User.RequireAllGalleries();
            var form = await context.FormAsync();
            await catalog.Keys.RemoveAsync(form["id"].ToString(), context.Who(), context.RequestAborted);
            return Results.Redirect("/keys");
        }).Needs(KeyScopes.Admin);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, GalleryCatalog catalog, NewApiKey? made)
    {
        context.User.RequireAllGalleries();
        var frame = await PageFrame.ReadAsync(context, catalog);
        var keys = await catalog.Keys.ListAsync(context.RequestAborted);
        return frame.Page("Keys", Html.Of($"""
            <p class="lead">Whoever asks shows a key. Of a key only a hash is kept: it is shown once, when it is made.</p>
            {Html.When(made is not null, () => Html.Of($"""
              <section class="verdict yes"><h2>Key made</h2><p>Copy it now; it cannot be shown again.</p><p><code
                  class="break secret">{made!.Secret}</code></p></section>
              """))}
            <div class="scroll" tabindex="0" role="region" aria-label="Keys"><table><thead><tr><th scope="col">Name</th><th
                scope="col">Id</th><th scope="col">May</th><th scope="col">Made</th><th scope="col">Ends</th><th scope="col">Last
                used</th><th scope="col">Remove</th></tr></thead>
            <tbody>{Html.Each(keys, key => Html.Of($"""
              <tr><td>{key.Name}</td><td><code>{key.Id}</code></td><td>{string.Join(", ",
                  KeyAuthentication.Scopes(key.Scopes))}{(key.Galleries.Count > 0 ?
                  $" in {Words.Count(key.Galleries.Count, "gallery", "galleries")}" : "")}</td>
                <td class="nowrap">{Words.Date(key.Created)}</td><td class="nowrap">{(key.Expires is { } end ? Words.Date(end) :
                    "never")}</td><td class="nowrap">{(key.LastUsed is { } used ? Words.Date(used) : "never")}</td>
                <td>{(key.Id == context.User.KeyId() ? Html.Of($"<small>signed in with it</small>") : Html.Of($"""
                  <form method="post" action="/keys/remove"><input type="hidden" name="id" value="{key.Id}"><button class="danger"
                      aria-label="Remove key {key.Name}">Remove</button></form>
                  """))}</td></tr>
              """))}</tbody></table></div>
            <section class="card narrow"><h2>Another key</h2>
              <form method="post" action="/keys" class="stack">
                <label for="name">What it is for</label><input id="name" name="name" required maxlength="200" autocomplete="off">
                <fieldset><legend>What it may do</legend>{Html.Each(Scopes, scope => Html.Of($"""
                  <label class="check"><input type="checkbox" name="scope" value="{scope.Scope}"{(scope.Scope == KeyScopes.Read ?
                      Html.Of($" checked") : Html.Empty)}> {scope.Text}</label>
                  """))}</fieldset>
                <label for="days">Ends</label><select id="days" name="days"><option value="30">in 30 days</option><option value="365"
                    selected>in a year</option><option value="">never</option></select>
                <button class="first">Make a key</button>
              </form></section>
            """));
    }
}
