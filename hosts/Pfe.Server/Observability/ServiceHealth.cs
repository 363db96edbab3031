using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Pfe.Cluster;
using Pfe.Gallery;

namespace Pfe.Server.Observability;

/// <summary>
/// Ready: the store answers, the networks are loaded (nothing listens before), nobody told the service to stop, and a node of a cluster has
/// loaded its share once. What it has to load later, as another node went, degrades it: the other replicas answer meanwhile.
/// </summary>
internal sealed class ServiceHealth(GalleryCatalog catalog, IHostApplicationLifetime lifetime, ClusterNode? node = null) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return HealthCheckResult.Unhealthy("the service stops");
        try
        {
            await catalog.ListAsync(limit: 1, cancellation: cancellationToken);
            return node?.Status switch
            {
                { HasJoined: false } => HealthCheckResult.Unhealthy("the node loads its share of the galleries"),
                { } status when status.LoadedParts < status.Parts => HealthCheckResult.Degraded("the node loads a part that came to it"),
                _ => HealthCheckResult.Healthy(),
            };
        }
        catch (PfeException)
        {
            return HealthCheckResult.Unhealthy("the store does not answer");
        }
    }
}
