using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Pfe.Calibration;
using Pfe.Gallery;
using Pfe.Gallery.PostgreSql;

namespace Pfe.Cluster;

/// <summary>
/// One node of a cluster: it holds its share of every gallery's parts and searches all of them through <see cref="Searcher"/>. Changes of
/// people go to PostgreSQL through a <see cref="GalleryCatalog"/> as on a single machine; nodes follow them.
/// </summary>
/// <example><code>
/// await using var node = await ClusterNode.StartAsync(options, model.Calibration);
/// await using var catalog = new GalleryCatalog(node.Store, new GalleryOptions { Searcher = node.Searcher });
/// </code></example>
public sealed class ClusterNode : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _rebalancing;

    private ClusterNode(IHost host, PostgreSqlGalleryStore store, ClusterNodeOptions options)
    {
        (_host, Store, Options) = (host, store, options);
        Searcher = new ClusterSearcher(host.Services.GetRequiredService<IGrainFactory>(), options);
        _rebalancing = RebalanceAsync();
    }

    /// <summary>How this node takes part.</summary>
    public ClusterNodeOptions Options { get; }

    /// <summary>The galleries.</summary>
    public PostgreSqlGalleryStore Store { get; }

    /// <summary>Searches the whole cluster.</summary>
    public IPersonSearcher Searcher { get; }

    /// <summary>How many nodes are known to be alive, this one included.</summary>
    public int Members => _host.Services.GetRequiredService<ISiloStatusOracle>().GetApproximateSiloStatuses(onlyActive: true).Count;

    /// <summary>Starts a node and waits until the others know it.</summary>
    /// <param name="options">How it takes part.</param>
    /// <param name="calibration">Of the galleries' model.</param>
    /// <param name="cancellation">Stops the start.</param>
    /// <exception cref="GalleryException">The database cannot be reached.</exception>
    public static async Task<ClusterNode> StartAsync(ClusterNodeOptions options, ScoreCalibration calibration,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(calibration);
        var store = await PostgreSqlGalleryStore.OpenAsync(options.Connection, options.CacheFolder, cancellation);
        var host = Host(options, store, calibration);
        try
        {
            await host.StartAsync(cancellation);
            return new ClusterNode(host, store, options);
        }
        catch
        {
            host.Dispose();
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Leaves the cluster: finishes what it took, hands its shards over, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _rebalancing;
        await _host.StopAsync();
        _host.Dispose();
        _stop.Dispose();
        await Store.DisposeAsync();
    }

    private static IHost Host(ClusterNodeOptions options, PostgreSqlGalleryStore store, ScoreCalibration calibration)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(new ShardHost(store, calibration, new GalleryOptions()));
        builder.Services.AddSingleton<ShardDirector>();
        builder.Services.AddSingleton<IMembershipTable, MembershipTable>();
        builder.UseOrleans(silo => silo
            .ConfigureEndpoints(options.Address, options.Port, gatewayPort: 0, listenOnAnyHostAddress: false)
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Cluster, options.Cluster))
            // The default of 30 s is how long a question through a node that just died would hang.
            .Configure<SiloMessagingOptions>(messages => messages.ResponseTimeout = options.ResponseTimeout)
            .AddPlacementDirector<ShardPlacement>(services => services.GetRequiredService<ShardDirector>()));
        return builder.Build();
    }

    /// <summary>
    /// Orleans places new activations only: what belongs elsewhere since a node came is asked to move, gallery by gallery.
    /// </summary>
    private async Task RebalanceAsync()
    {
        var grains = _host.Services.GetRequiredService<IGrainFactory>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Options.RebalanceEvery, _stop.Token);
                await using var catalog = new GalleryCatalog(Store);
                foreach (var gallery in (await catalog.ListAsync(limit: 1000, cancellation: _stop.Token)).Items)
                    for (var shard = 0; shard < Options.Shards; shard++)
                        for (var replica = 0; replica < Options.Replicas; replica++)
                            await grains.GetGrain<IShardGrain>(new ShardKey(gallery.Id, shard, Options.Shards,
                                replica).ToString()).RebalanceAsync();
            }
            // The next round tries again.
            catch (Exception e) when (e is not OutOfMemoryException) { }
        }
    }
}
