using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pfe.Client;
using Pfe.Server.Messages;
using Pfe.Server.Observability;
using Pfe.Server.Settings;

namespace Pfe.Server.Security;

/// <summary>
/// How many requests there may be. Each key has its quota (429); requests with photographs are worked on a few at a time,
/// a few more wait, and whoever comes then is put off at once (503): a short answer now is worth more than a late one.
/// </summary>
internal static class RequestLimits
{
    /// <summary>The policy of requests with photographs.</summary>
    public const string Photographs = "photographs";

    public static IServiceCollection AddRequestLimits(this IServiceCollection services, ServerLimits limits)
    {
        services.AddRateLimiter(options =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                context.User.KeyId() is not { } key ? RateLimitPartition.GetNoLimiter("")
                : RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = limits.Burst,
                    TokensPerPeriod = Math.Max(1, limits.RequestsPerSecond / 5),
                    ReplenishmentPeriod = TimeSpan.FromSeconds(0.2),
                    QueueLimit = 0,
                }));
            options.AddPolicy(Photographs, _ => RateLimitPartition.GetConcurrencyLimiter(Photographs, _ => new ConcurrencyLimiterOptions
            {
                PermitLimit = limits.Concurrency, QueueLimit = limits.Queue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            }));
            options.OnRejected = (context, _) => new ValueTask(RefuseAsync(context));
        });
        services.AddRequestTimeouts(options => options.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = limits.Timeout,
            TimeoutStatusCode = 503,
            WriteTimeoutResponse = context => Problems.WriteAsync(context, 503, ProblemCodes.Timeout,
                $"the request took longer than {limits.Timeout.TotalSeconds:0} seconds; send less, or try later"),
        });
        return services;
    }

    /// <summary>
    /// Lets an answer that is ready be sent although its time is up by then: writing by a token that has been cancelled would break the
    /// connection in place of it.
    /// </summary>
    public static RouteGroupBuilder SendWhatIsReady(this RouteGroupBuilder group) => group.AddEndpointFilter(async (context, next) =>
    {
        var http = context.HttpContext;
        var answer = await next(context);
        http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        if (http.RequestAborted.IsCancellationRequested) http.RequestAborted = CancellationToken.None;
        return answer;
    });

    private static Task RefuseAsync(OnRejectedContext context)
    {
        var http = context.HttpContext;
        // Only the token bucket knows when there is room again.
        var isQuota = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var code = isQuota ? ProblemCodes.QuotaExceeded : ProblemCodes.Overloaded;
        http.RequestServices.GetRequiredService<ServerMetrics>().Refused(code);
        return isQuota
            ? Problems.WriteAsync(http, 429, code, "this key asked more often than its quota; wait as Retry-After says")
            : Problems.WriteAsync(http, 503, code, "more requests than the service can hold; wait as Retry-After says");
    }
}
