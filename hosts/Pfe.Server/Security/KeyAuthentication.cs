using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pfe.Client;
using Pfe.Gallery;
using Pfe.Server.Messages;

namespace Pfe.Server.Security;

/// <summary>
/// Who asks: <c>Authorization: Bearer pfe_...</c> of a program, or the cookie of a signed-in browser. The cookie holds the key itself: a
/// key
/// that is removed ends every session at once, and nothing else has to be kept.
/// </summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, GalleryCatalog catalog)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "pfe";
    public const string Cookie = "pfe-key";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        const string Bearer = "Bearer ";
        var fromHeader = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);
        var secret = fromHeader ? header[Bearer.Length..].Trim() : Request.Cookies[Cookie];
        if (string.IsNullOrEmpty(secret)) return AuthenticateResult.NoResult();
        // A browser sends its cookie with whatever page makes it ask; only our own pages may make it write.
        if (!fromHeader && !IsSafe(Request.Method) && !IsFromOurPage(Request)) return AuthenticateResult.Fail("another site's request");
        var key = await catalog.Keys.FindAsync(secret, Context.RequestAborted);
        return key is null ? AuthenticateResult.Fail("unknown or expired key")
            : AuthenticateResult.Success(new AuthenticationTicket(Principal(key), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // A person gets the page to sign in, a program a problem.
        if (Request.Method == HttpMethods.Get && Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
            && !Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
        {
            Response.Redirect("/signin");
            return Task.CompletedTask;
        }
        var sent = Request.Headers.Authorization.Count > 0 || Request.Cookies.ContainsKey(Cookie);
        return Problems.WriteAsync(Context, 401, ProblemCodes.Unauthenticated, sent
            ? "the key is unknown, ended or removed; ask for another"
            : "send a key: Authorization: Bearer pfe_...");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.WriteAsync(Context, 403,
        ProblemCodes.Forbidden, $"this key has the scopes {string.Join(", ", Scopes(Context.User.Key()!.Scopes))}, and another is needed");

    /// <summary>Whether a form or script of this very origin sent the request.</summary>
    public static bool IsFromOurPage(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0) return site == "same-origin";
        // Browsers from before that header name the origin of every form they send.
        var origin = request.Headers.Origin.ToString();
        return origin == $"{request.Scheme}://{request.Host}";
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    internal static IEnumerable<string> Scopes(KeyScopes scopes) =>
        Enum.GetValues<KeyScopes>().Where(scope => scope is not (KeyScopes.None or KeyScopes.All) && scopes.HasFlag(scope))
            .Select(scope => $"{scope}".ToLowerInvariant());

    private static ClaimsPrincipal Principal(ApiKey key)
    {
        var identity = new KeyIdentity(key);
        foreach (var scope in Scopes(key.Scopes)) identity.AddClaim(new Claim(KeyIdentity.ScopeClaim, scope));
        return new ClaimsPrincipal(identity);
    }
}

/// <summary>A key as the framework's identity.</summary>
internal sealed class KeyIdentity(ApiKey key) : ClaimsIdentity(KeyAuthentication.SchemeName)
{
    public const string ScopeClaim = "scope";

    public ApiKey Key { get; } = key;
}

/// <summary>The key behind a request.</summary>
internal static class KeyOfUser
{
    public static ApiKey? Key(this ClaimsPrincipal user) => (user.Identity as KeyIdentity)?.Key;

    public static string? KeyId(this ClaimsPrincipal user) => user.Key()?.Id;

    public static bool May(this ClaimsPrincipal user, KeyScopes scope) => user.Key()?.Scopes.HasFlag(scope) == true;

    /// <summary>Refuses a key that is for other galleries only.</summary>
    /// <exception cref="ProblemException">It is.</exception>
    public static void RequireGallery(this ClaimsPrincipal user, Guid gallery)
    {
        if (!user.MaySee(gallery)) throw new ProblemException(403, ProblemCodes.Forbidden, "this key is for other galleries only");
    }

    public static bool MaySee(this ClaimsPrincipal user, Guid gallery) =>
        user.Key() is { } key && (key.Galleries.Count == 0 || key.Galleries.Contains(gallery));

    /// <summary>Refuses a key that is for some galleries only where the request is about all of them.</summary>
    /// <exception cref="ProblemException">It is.</exception>
    public static void RequireAllGalleries(this ClaimsPrincipal user)
    {
        if (user.Key() is not { Galleries.Count: 0 })
            throw new ProblemException(403, ProblemCodes.Forbidden, "this key is for some galleries only, and the request is about all");
    }
}
