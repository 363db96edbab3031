using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pfe.Gallery;
using Pfe.Server.Observability;

namespace Pfe.Server.Galleries;

/// <summary>Work that may wait: index files anew, deleted bytes gone, expired idempotency keys and job files forgotten.</summary>
internal sealed class Maintenance(GalleryCatalog catalog, JobFolder folder, TimeProvider time, ILogger<Maintenance>
    logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await catalog.MaintainAsync(stoppingToken);
                    folder.Tidy();
                }
                catch (Exception e) when (e is PfeException or IOException or UnauthorizedAccessException)
                {
                    ServerLog.MaintenanceFailed(logger, e.GetType().Name);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }
}
