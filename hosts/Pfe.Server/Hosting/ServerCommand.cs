using Pfe.Gallery;
using Pfe.Server.Galleries;
using Pfe.Server.Settings;

namespace Pfe.Server.Hosting;

/// <summary>The program <c>pfe-server</c> behind one call, so that tests drive exactly what a user types.</summary>
internal static class ServerCommand
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 done, 1 the work failed, 2 the request was wrong.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            var (command, words, options) = ServerArguments.Parse(args, Environment.GetEnvironmentVariable);
            switch (command)
            {
                case "help": await output.WriteLineAsync(ServerArguments.Help); return 0;
                case "health": return await HealthAsync(options, output, error, cancellation);
                case "key": await MakeKeyAsync(words[0], options, output, cancellation); return 0;
                case "backup": await StoreBackup.WriteAsync(options, words[0], cancellation); return 0;
                default: await ServeAsync(options, error, cancellation); return 0;
            }
        }
        catch (ServerUsageException e) { return await FailAsync(2, e.Message); }
        catch (PfeException e) { return await FailAsync(1, e.Message); }
        catch (IOException e) { return await FailAsync(1, e.Message); }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { return 130; }

        async Task<int> FailAsync(int code, string message)
        {
            await error.WriteLineAsync($"error: {message.ReplaceLineEndings(" ")}");
            return code;
        }
    }

    private static async Task ServeAsync(ServerOptions options, TextWriter error, CancellationToken cancellation)
    {
        await error.WriteLineAsync("pfe-server: loading the networks ...");
        await using var server = await ServerApplication.CreateAsync(options, cancellation: cancellation);
        await server.StartAsync(cancellation);
        var address = server.Address;
        if (options.Cluster is { } cluster)
        {
            await error.WriteLineAsync($"pfe-server: node {cluster.Address}:{cluster.Port} of the cluster '{cluster.Cluster}'");
            if (!System.Net.IPAddress.IsLoopback(cluster.Address))
                await error.WriteLineAsync("pfe-server: nodes neither encrypt what they send each other nor ask who sends it; " +
                    "let nobody but nodes reach that port");
        }
        await error.WriteLineAsync($"pfe-server: ready at {address}, data in {options.DataFolder}");
        if (server.FirstKey is { } key)
        {
            // The part behind # stays in the browser: it is in no log of any server.
            await error.WriteLineAsync($"""

                The first key, an admin's. It is shown this once:

                    {key}

                Pages, signed in with it:  {address}/signin#{key}

                """);
        }
        else await error.WriteLineAsync($"pfe-server: pages at {address}/; another admin key: pfe-server key NAME");
        if (!server.IsLoopback && address.StartsWith("http:", StringComparison.Ordinal))
            await error.WriteLineAsync("pfe-server: other machines can reach this address, and the traffic is not encrypted; " +
                "put a proxy with TLS in front of it");
        await server.WaitAsync(cancellation);
    }

    private static async Task<int> HealthAsync(
        ServerOptions options, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        var address = options.Listen.Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal)
            .Replace("//*", "//127.0.0.1", StringComparison.Ordinal).TrimEnd('/');
        try
        {
            using var response = await http.GetAsync(new Uri($"{address}/health/ready"), cancellation);
            await output.WriteLineAsync(await response.Content.ReadAsStringAsync(cancellation));
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await error.WriteLineAsync($"error: no service answers at {address}");
            return 1;
        }
    }

    private static async Task MakeKeyAsync(string name, ServerOptions options, TextWriter output, CancellationToken cancellation)
    {
        await using var store = await StoreOpening.OpenAsync(options, cancellation);
        await using var catalog = new GalleryCatalog(store);
        var made = await catalog.Keys.CreateAsync(name, KeyScopes.All, cancellation: cancellation);
        await output.WriteLineAsync(made.Secret);
    }
}
