using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pfe.Client;
using Pfe.Server.Messages;
using Pfe.Server.Observability;

namespace Pfe.Server.Pipeline;

/// <summary>
/// Turns exceptions and bare error statuses into problems. The framework's own handler is not used: it logs an exception's message, and
/// messages may hold what a caller sent.
/// </summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    private static readonly string[] AnswerHeaders = ["ETag", "Location", "Content-Type", "Content-Length"];

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            // The time was up, or nobody waits any more.
            await Problems.WriteAsync(context, 503, ProblemCodes.Timeout, "the request took longer than it may; send less, or try later");
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            // What the handler said of an answer that does not come; the request's id and the safety headers stay.
            foreach (var header in AnswerHeaders) context.Response.Headers.Remove(header);
            var known = Problems.Of(e);
            if (known is null) ServerLog.Fault(logger, context.TraceIdentifier, e.GetType().Name, e.StackTrace ?? "");
            var (status, code, detail) = known ?? (500, ProblemCodes.Internal, "the service failed; its log has the request under the id");
            await Problems.WriteAsync(context, status, code, detail, e);
            return;
        }
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
        {
            var (code, detail) = Problems.Of(context.Response.StatusCode);
            await Problems.WriteAsync(context, context.Response.StatusCode, code, detail);
        }
    }
}
