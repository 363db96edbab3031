using Microsoft.AspNetCore.Http;

namespace Pfe.Server.Security;

/// <summary>What a browser may do with an answer: nothing but our own files, no frame, no cache of people's data.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    // Pictures of an answer travel inside it (data:), those that a person just chose stay in the browser (blob:).
    private const string Policy =
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; " +
        "frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        // At the last moment: whoever clears an answer that is given up clears its headers as well.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
            headers["X-Request-Id"] = context.TraceIdentifier;
            return Task.CompletedTask;
        });
        return next(context);
    }
}
