using System.Net;
using System.Net.Sockets;
using Pfe.Cluster;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>A node in a process of its own, to be killed.</summary>
internal static class ClusterWorker
{
    public const string Variable = "PFE_CLUSTER_WORKER";

    /// <summary>Runs until it is killed.</summary>
    /// <param name="settings">Port, folder and connection string; a tab between.</param>
    public static async Task<int> RunAsync(string settings)
    {
        if (settings.Split('\t') is not [var port, var folder, var connection]) return 2;
        await using var node = await ClusterNode.StartAsync(Options(connection, folder, int.Parse(port)), TestFaces.Calibration);
        await Console.Out.WriteLineAsync("ready");
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
