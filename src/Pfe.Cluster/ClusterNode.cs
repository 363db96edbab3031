using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Pfe.Gallery;
using Pfe.Gallery.PostgreSql;
using Pfe.Gallery.Storage;

namespace Pfe.Cluster;

/// <summary>How a node stands in its cluster.</summary>
/// <param name="Members">Nodes known to be alive, this one included.</param>
/// <param name="Parts">Parts of galleries that belong to this node.</param>
/// <param name="LoadedParts">Those of them that are loaded.</param>
/// <param name="AnsweringParts">Those of them that questions are sent to here; the others are still asked elsewhere.</param>
/// <param name="HasJoined">Whether all that belonged to it was loaded once since its start.</param>
public sealed record ClusterNodeStatus(int Members, int Parts, int LoadedParts, int AnsweringParts, bool HasJoined);

/// <summary>
/// One node of a cluster: it holds its share of every gallery's parts and searches all of them through <see cref="Searcher"/>. Changes of
/// people go to PostgreSQL through a <see cref="GalleryCatalog"/> as on a single machine; nodes follow them.
/// </summary>
/// <example><code>
/// await using var node = await ClusterNode.StartAsync(options, [model]);
/// await using var catalog = new GalleryCatalog(node.Store, new GalleryOptions { Searcher = node.Searcher });
/// </code></example>
public sealed class ClusterNode : IAsyncDisposable
{
    private readonly IHost _host;

    private ClusterNode(IHost host, PostgreSqlGalleryStore store, ClusterNodeOptions options)
    {
        (_host, Store, Options) = (host, store, options);
        Searcher = new ClusterSearcher(Grains, options);
    }

    /// <summary>How this node takes part.</summary>
    public ClusterNodeOptions Options { get; }

    /// <summary>The galleries.</summary>
    public PostgreSqlGalleryStore Store { get; }

    /// <summary>Searches the whole cluster.</summary>
    public IPersonSearcher Searcher { get; }

    /// <summary>How many parts' files came from other nodes instead of the database.</summary>
    internal int FetchedFiles => _host.Services.GetRequiredService<ShardFiles>().Fetched;

    /// <summary>To ask single shards.</summary>
    internal IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>How it stands now.</summary>
    public ClusterNodeStatus Status
    {
        get
        {
            var (keeper, shards) = (_host.Services.GetRequiredService<ShardKeeper>(), _host.Services.GetRequiredService<ShardHost>());
            var members = _host.Services.GetRequiredService<ISiloStatusOracle>().GetApproximateSiloStatuses(onlyActive: true).Count;
            var share = keeper.Share;
            return new(members, share.Count, share.Count(part => shards.Ready(part) is not null), share.Count(shards.IsUsed),
                keeper.HasJoined);
        }
    }

    /// <summary>Starts a node and waits until the others know it. Its share is loaded in the background.</summary>
    /// <param name="options">How it takes part.</param>
    /// <param name="models">The models whose galleries it can hold.</param>
    /// <param name="logging">Where warnings go: nodes that do not answer, a disk that is full. Ids only; null for nowhere.</param>
    /// <param name="cancellation">Stops the start.</param>
    /// <exception cref="GalleryException">The database cannot be reached, or the node cannot join.</exception>
    /// <exception cref="InvalidConfigurationException">An option is out of range, or the nodes that run have other shards or
    /// replicas.</exception>
    public static async Task<ClusterNode> StartAsync(ClusterNodeOptions options, IReadOnlyList<GalleryModel> models,
        ILoggerFactory? logging = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(models);
        options.Check();
        var store = await PostgreSqlGalleryStore.OpenAsync(options.Connection, options.CacheFolder, cancellation);
        var host = Host(options, store, models, logging);
        try
        {
            await host.StartAsync(cancellation);
            return new ClusterNode(host, store, options);
        }
        catch (Exception e)
        {
            host.Dispose();
            await store.DisposeAsync();
            if (e is PfeException or OperationCanceledException) throw;
            if (e.GetBaseException() is PfeException known) ExceptionDispatchInfo.Throw(known);
            throw new GalleryException(GalleryError.Unavailable,
                $"this node cannot join the cluster '{options.Cluster}' as {options.Address}:{options.Port}: " +
                e.GetBaseException().Message, e);
        }
    }

    /// <summary>Leaves the cluster: finishes what it took and stops; the other replicas of its parts answer from then on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await Store.DisposeAsync();
    }

    private static IHost Host(
        ClusterNodeOptions options, PostgreSqlGalleryStore store, IReadOnlyList<GalleryModel> models, ILoggerFactory? logging)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (logging is not null) builder.Services.AddSingleton(logging);
        // The process is its program's: a signal ends the program, which then ends the node in its turn.
        builder.Services.AddSingleton<IHostLifetime, GuestLifetime>();
        builder.Services.AddSingleton(options);
        // Many parts are searched at once, so each takes one thread.
        builder.Services.AddSingleton(new GalleryOptions { Threads = 1, RemoveWithin = options.RemoveWithin });
        builder.Services.AddSingleton(models);
        builder.Services.AddSingleton<GalleryStore>(store);
        builder.Services.AddSingleton<ShardFiles>();
        builder.Services.AddSingleton<ShardHost>();
        builder.Services.AddSingleton<ShardDirector>();
        builder.Services.AddSingleton<IMembershipTable, MembershipTable>();
        builder.UseOrleans(silo => silo
            .ConfigureEndpoints(options.Address, options.Port, gatewayPort: 0, listenOnAnyHostAddress: false)
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Cluster, options.Cluster))
            // The default of 30 s is how long a question through a node that just died would hang.
            .Configure<SiloMessagingOptions>(messages => messages.ResponseTimeout = options.ResponseTimeout)
            // Who was given up learns it from the table; a minute, the default, is long for those who were not told otherwise.
            .Configure<ClusterMembershipOptions>(membership => membership.TableRefreshTimeout = TimeSpan.FromSeconds(10))
            .AddPlacementDirector<ShardPlacement>(services => services.GetRequiredService<ShardDirector>()));
        // After Orleans, so that it begins behind it and ends before it.
        builder.Services.AddSingleton<ShardKeeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ShardKeeper>());
        return builder.Build();
    }

    private sealed class GuestLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
