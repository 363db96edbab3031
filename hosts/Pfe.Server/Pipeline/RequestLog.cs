using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Pfe.Server.Messages;
using Pfe.Server.Observability;
using Pfe.Server.Security;

namespace Pfe.Server.Pipeline;

/// <summary>One line a request: the route's pattern, never the address, which may hold what a caller typed.</summary>
internal sealed class RequestLog(RequestDelegate next, ILogger<RequestLog> logger, ServerMetrics metrics, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        context.TraceIdentifier = Guid.CreateVersion7(time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture);
        var start = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var took = time.GetElapsedTime(start);
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "-";
            var status = context.Response.StatusCode;
            metrics.Answered(route, context.Request.Method, status, took);
            // Probes of a load balancer would be most of the log.
            if (!route.StartsWith("/health", StringComparison.Ordinal) && route != "/metrics")
                ServerLog.Request(logger, Known(context.Request.Method), route, status, context.Items[Problems.CodeItem] as string ?? "-",
                    took.TotalMilliseconds, context.User.KeyId() ?? "-", context.TraceIdentifier);
        }
    }

    // Whatever else a caller sends as a method is the caller's text.
    private static string Known(string method) => method is "GET" or "POST" or "PATCH" or "DELETE" or "PUT" or "HEAD" or "OPTIONS"
        ? method : "OTHER";
}
