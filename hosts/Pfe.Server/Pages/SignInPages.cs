using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Gallery;
using Pfe.Server.Messages;
using Pfe.Server.Security;

namespace Pfe.Server.Pages;

/// <summary>Signing in with a key, and out.</summary>
internal static class SignInPages
{
    private static readonly TimeSpan Session = TimeSpan.FromHours(12);

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/signin", () => PageFrame.Outside("Sign in", Form(Html.Empty))).AllowAnonymous();

        pages.MapPost("/signin", async (HttpContext context, GalleryCatalog catalog) =>
        {
            if (!KeyAuthentication.IsFromOurPage(context.Request))
                return PageFrame.Outside("Sign in", Form(Parts.Note("bad", "Another site sent this form; sign in here.")), 403);
            var form = await context.FormAsync();
            var secret = form["key"].ToString().Trim();
            var key = await catalog.Keys.FindAsync(secret, context.RequestAborted);
            if (key is null)
                return PageFrame.Outside("Sign in", Form(Parts.Note("bad", "That key is unknown, ended or removed.")), 401);
            context.Response.Cookies.Append(KeyAuthentication.Cookie, secret, new CookieOptions
            {
                HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, MaxAge = Session, Path = "/",
            });
            return Results.Redirect("/");
        }).AllowAnonymous();

        pages.MapPost("/signout", (HttpContext context) =>
        {
            context.Response.Cookies.Delete(KeyAuthentication.Cookie);
            return Results.Redirect("/signin");
        }).RequireAuthorization();
    }

    private static Html Form(Html message) => Html.Of($"""
        {message}
        <form method="post" action="/signin" class="card stack narrow" data-signin>
          <p>The service prints its first key where it was started. Others are made on the page Keys.</p>
          <label for="key">Key</label>
          <input id="key" name="key" type="password" required autocomplete="current-password" placeholder="pfe_..." spellcheck="false">
          <button class="first">Sign in</button>
        </form>
        """);
}
