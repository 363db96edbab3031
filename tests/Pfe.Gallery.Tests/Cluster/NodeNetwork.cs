using System.Diagnostics;
using System.Net;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>
/// Machines that are none: network namespaces behind one bridge, each with an address of its own, whose cables can be cut. This process is
/// the one with the first address. Needs root and Linux's <c>ip</c>; PostgreSQL is reached through its socket in the file system.
/// </summary>
internal sealed class NodeNetwork : IDisposable
{
    private const string Bridge = "pfe-run";

    private readonly List<string> _names = [];

    public NodeNetwork()
    {
        Run($"link add {Bridge} type bridge");
        Run($"addr add {Of(1)}/24 dev {Bridge}");
        Run($"link set {Bridge} up");
    }

    public static IPAddress Of(int machine) => IPAddress.Parse($"10.77.0.{machine}");

    /// <summary>Adds a machine; the words with which a program is started on it.</summary>
    public IReadOnlyList<string> Add(int machine)
    {
        var name = $"pfe-{machine}";
        Run($"netns add {name}");
        _names.Add(name);
        Run($"link add {name} type veth peer name eth0 netns {name}");
        Run($"link set {name} master {Bridge} up");
        Run($"-n {name} addr add {Of(machine)}/24 dev eth0");
        Run($"-n {name} link set eth0 up");
        Run($"-n {name} link set lo up");
        return ["ip", "netns", "exec", name];
    }

    /// <summary>Machines that are apart do not hear each other; every other machine hears them.</summary>
    public static void Part(bool apart, params int[] machines)
    {
        foreach (var machine in machines) Run($"link set dev pfe-{machine} type bridge_slave isolated {(apart ? "on" : "off")}");
    }

    /// <summary>Takes a machine's cable out, or puts it in again.</summary>
    public static void Connect(int machine, bool connected) => Run($"link set pfe-{machine} {(connected ? "up" : "down")}");

    public void Dispose()
    {
        foreach (var name in _names) Run($"netns del {name}");
        Run($"link del {Bridge}");
    }

    private static void Run(string words)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", words) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ip {words}: {error.Trim()}");
    }
}
