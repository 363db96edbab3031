using System.Net;
using System.Net.Sockets;
using Pfe.Cluster;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>A node in a process of its own, to be killed.</summary>
internal static class ClusterWorker
{
    public const string Variable = "PFE_CLUSTER_WORKER";

    /// <summary>
    /// Runs until it is killed. It answers lines: <c>status</c>, and <c>ask GALLERY PEOPLE SECONDS</c>, which puts questions through this
    /// node.
    /// </summary>
    /// <param name="settings">Address, port, folder, parts and connection string; a tab between.</param>
    public static async Task<int> RunAsync(string settings)
    {
        if (settings.Split('\t') is not [var address, var port, var folder, var shards, var connection]) return 2;
        await using var node = await ClusterNode.StartAsync(Options(connection, folder, int.Parse(port)) with
        { Address = IPAddress.Parse(address), Shards = int.Parse(shards) }, [TestFaces.Model]);
        await using var catalog = new GalleryCatalog(node.Store, new GalleryOptions { Threads = 1, Searcher = node.Searcher });
        await Console.Out.WriteLineAsync("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line.Split(' ') is ["ask", var gallery, var people, var seconds])
                await Console.Out.WriteLineAsync(await new ClusterLoad(await catalog.OpenAsync(Guid.Parse(gallery), TestFaces.Model),
                    int.Parse(people)).RunAsync(TimeSpan.FromSeconds(int.Parse(seconds)), callers: 1, writes: false));
            else await Console.Out.WriteLineAsync($"{node.Status.LoadedParts} {node.Status.AnsweringParts} {node.Status.Parts}");
        }
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    public static ClusterNodeOptions Options(string connection, string folder, int port) => new()
    {
        Connection = connection, CacheFolder = folder, Port = port, Shards = 6, Replicas = 2, RebalanceEvery = TimeSpan.FromSeconds(2),
    };

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
