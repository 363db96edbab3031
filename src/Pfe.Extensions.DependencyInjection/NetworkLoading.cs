using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pfe.Vision.Imaging;

namespace Pfe.Extensions.DependencyInjection;

/// <summary>Loads the networks before the application takes its first request.</summary>
internal sealed class NetworkLoading(PfeNetworks networks, IOptions<PfeOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        options.Value.LoadAtStart ? networks.LoadAsync(cancellationToken) : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Healthy when the networks are loaded and a grey picture of a face's size comes out as an embedding.</summary>
internal sealed class NetworkHealthCheck(PfeNetworks networks) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!networks.IsLoaded) return Task.FromResult(
            new HealthCheckResult(context.Registration.FailureStatus, "the face networks are not loaded"));
        try
        {
            var template = networks.Embedder.Template;
            var grey = new byte[3 * template.Width * template.Height];
            for (var i = 0; i < grey.Length; i++) grey[i] = (byte)(64 + i % 128);
            networks.Embedder.EmbedAligned(new Image(template.Width, template.Height, grey), cancellationToken);
            return Task.FromResult(HealthCheckResult.Healthy($"model {networks.Embedder.ModelId[..12]}"));
        }
        catch (Exception e) when (e is PfeException or ObjectDisposedException)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, e.Message, e));
        }
    }
}
