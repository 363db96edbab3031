using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Pfe.Gallery;

namespace Pfe.Server.Observability;

/// <summary>Ready: the store answers, the networks are loaded (nothing listens before), and nobody told the service to stop.</summary>
internal sealed class ServiceHealth(GalleryCatalog catalog, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return HealthCheckResult.Unhealthy("the service stops");
        try
        {
            await catalog.ListAsync(limit: 1, cancellation: cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (PfeException)
        {
            return HealthCheckResult.Unhealthy("the store does not answer");
        }
    }
}
