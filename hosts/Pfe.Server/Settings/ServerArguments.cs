using System.Globalization;
using System.Net;
using Pfe.Cluster;
using Pfe.Vision.Networks;

namespace Pfe.Server.Settings;

/// <summary>A command line that cannot be understood; says what would be right.</summary>
internal sealed class ServerUsageException(string message) : Exception(message);

/// <summary>What the command line and the environment ask for. Each option has a variable, for containers and units.</summary>
/// <param name="Command"><c>serve</c>, <c>health</c>, <c>key</c>, <c>backup</c> or <c>help</c>.</param>
/// <param name="Words">What stands behind the command.</param>
/// <param name="Options">How the service is run.</param>
internal sealed record ServerArguments(string Command, IReadOnlyList<string> Words, ServerOptions Options)
{
    public const string Help = """
        pfe-server [serve]      run the service and its pages
        pfe-server health       ask a running service whether it is ready: exit 0 or 1
        pfe-server key NAME     make another admin key and print it
        pfe-server backup FILE  copy the embedded store while the service runs

        --data FOLDER           galleries, keys, index files        (PFE_DATA; default: the user's data folder)
        --listen ADDRESS        default http://127.0.0.1:7333        (PFE_LISTEN)
        --model MODEL           a PFE model; may be given twice      (PFE_MODEL; default: the default model)
        --models FOLDER         the folder of the networks           (PFE_MODELS; default: the user's cache)
        --device DEVICE         cpu, cuda, cuda:N or auto            (PFE_DEVICE; default: cpu)
        --concurrency N         photographs worked on at once        (PFE_CONCURRENCY; default: 2 a core)
        --queue N               requests that wait                   (PFE_QUEUE; default: 4 a core)
        --rate N                requests a second of one key         (PFE_RATE; default: 50)
        --timeout SECONDS       how long a request may take          (PFE_TIMEOUT; default: 30)

        --cluster CONNECTION    join the cluster whose members and galleries this PostgreSQL database holds: "Host=...;Database=..."
                                                                     (PFE_CLUSTER, which keeps a password out of the list of processes)
        --cluster-name NAME     nodes of other names do not meet     (PFE_CLUSTER_NAME; default: pfe)
        --node-address IP       where the other nodes reach this one (PFE_NODE_ADDRESS; default: 127.0.0.1)
        --node-port N           the port for the other nodes         (PFE_NODE_PORT; default: 11111)
        --shards N              parts of a gallery, on all nodes the same  (PFE_SHARDS; default: 12)
        --replicas N            nodes that hold each part, likewise  (PFE_REPLICAS; default: 2)

        PFE_POSTGRESQL holds the connection of a PostgreSQL server that several services share; without it the store is embedded.
        OTEL_EXPORTER_OTLP_ENDPOINT sends metrics to a collector.
        """;

    private static readonly string[] Commands = ["serve", "health", "key", "backup", "help"];

    /// <summary>Reads a command line.</summary>
    /// <param name="args">The words.</param>
    /// <param name="variable">A variable of the environment; null where it is not set.</param>
    /// <exception cref="ServerUsageException">An option or command is unknown, or a value is out of range.</exception>
    public static ServerArguments Parse(IReadOnlyList<string> args, Func<string, string?> variable)
    {
        var (words, given) = (new List<string>(), new List<(string Name, string Value)>());
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "--help" or "-h" or "-?") return new("help", [], new ServerOptions { DataFolder = "" });
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(args[i]);
                continue;
            }
            var (name, value) = args[i].Split('=', 2) is [var before, var after] ? (before, after)
                : (args[i], i + 1 < args.Count ? args[++i] : throw new ServerUsageException($"{args[i]} needs a value"));
            if (!Known.Contains(name)) throw new ServerUsageException($"there is no option '{name}'; pfe-server --help lists them");
            given.Add((name, value));
        }
        // pfe serve key NAME comes as it was typed.
        if (words is ["serve", _, ..]) words.RemoveAt(0);
        var command = words.Count == 0 ? "serve" : words[0];
        if (!Commands.Contains(command))
            throw new ServerUsageException($"there is no command '{command}'; there are {string.Join(", ", Commands)}");
        var wanted = command is "key" or "backup" ? 2 : 1;
        if (words.Count > wanted) throw new ServerUsageException($"'{words[wanted]}' is one word too many");
        if (wanted == 2 && words.Count < 2) throw new ServerUsageException($"{command} needs a {(command == "key" ? "name" : "file")}");
        return new(command, words.Skip(1).ToList(), OptionsOf(given, variable));
    }

    private static readonly string[] Known =
    [
        "--data", "--listen", "--model", "--models", "--device", "--concurrency", "--queue", "--rate", "--timeout", "--cluster",
        .. OfACluster,
    ];

    private static string[] OfACluster => ["--cluster-name", "--node-address", "--node-port", "--shards", "--replicas"];

    private static ServerOptions OptionsOf(List<(string Name, string Value)> given, Func<string, string?> variable)
    {
        string? Last(string name) => given.LastOrDefault(option => option.Name == $"--{name}").Value
            ?? (variable($"PFE_{name.ToUpperInvariant().Replace('-', '_')}") is { Length: > 0 } value ? value : null);
        int Number(string name, int usual, int least, int most = int.MaxValue) => Last(name) is not { } text ? usual
            : int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw new ServerUsageException($"--{name} is a whole number of at least {least}" +
                $"{(most < int.MaxValue ? $" and at most {most}" : "")}, not '{text}'");
        var models = given.Where(option => option.Name == "--model").Select(option => option.Value).ToList();
        if (models.Count == 0 && variable("PFE_MODEL") is { Length: > 0 } named) models.Add(named);
        var limits = new ServerLimits();
        var folder = Path.GetFullPath(Last("data") ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "pfe"));
        var cluster = Last("cluster") is { } members ? new ClusterNodeOptions { Connection = members, CacheFolder = folder } : null;
        if (cluster is null && given.FirstOrDefault(option => OfACluster.Contains(option.Name)).Name is { } lonely)
            throw new ServerUsageException($"{lonely} says how to take part in a cluster: name it with --cluster \"Host=...\"");
        return new ServerOptions
        {
            DataFolder = folder,
            Listen = Address(Last("listen") ?? ServerOptions.UsualAddress),
            Models = models,
            ModelsFolder = Last("models"),
            Device = Device(Last("device") ?? "cpu"),
            PostgreSql = cluster?.Connection ?? (variable("PFE_POSTGRESQL") is { Length: > 0 } connection ? connection : null),
            Cluster = cluster is null ? null : cluster with
            {
                Cluster = Last("cluster-name") ?? cluster.Cluster,
                Address = IPAddress.TryParse(Last("node-address") ?? $"{cluster.Address}", out var address) ? address
                    : throw new ServerUsageException($"--node-address is an IP address, not '{Last("node-address")}'"),
                Port = Number("node-port", cluster.Port, 1, 65535),
                Shards = Number("shards", cluster.Shards, 1, 4096),
                Replicas = Number("replicas", cluster.Replicas, 1, 8),
            },
            Limits = limits with
            {
                Concurrency = Number("concurrency", limits.Concurrency, 1),
                Queue = Number("queue", limits.Queue, 0),
                RequestsPerSecond = Number("rate", limits.RequestsPerSecond, 1),
                Burst = Math.Max(limits.Burst, Number("rate", limits.RequestsPerSecond, 1)),
                Timeout = TimeSpan.FromSeconds(Number("timeout", (int)limits.Timeout.TotalSeconds, 1)),
            },
        };
    }

    private static ComputeDevice Device(string text)
    {
        try { return ComputeDevice.Parse(text); }
        catch (InvalidConfigurationException e) { throw new ServerUsageException($"--device: {e.Message}"); }
    }

    private static string Address(string text) =>
        Uri.TryCreate(text.Replace("//*", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" && address.AbsolutePath == "/" ? text
        : throw new ServerUsageException($"--listen is an address such as {ServerOptions.UsualAddress}, not '{text}'");
}
