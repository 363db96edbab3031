using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Pfe.Server.Tests.Support;

/// <summary>The program <c>pfe-server</c> as a process of its own, a node of a cluster: to be stopped, frozen or killed.</summary>
internal sealed partial class ServiceProcess : IDisposable
{
    private readonly ConcurrentQueue<string> _said = new();
    private readonly Process _process;

    private ServiceProcess(Process process, string address)
    {
        (_process, Address) = (process, address);
        process.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Address { get; }

    /// <summary>What it printed so far.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>The first key, which the first service of a store prints.</summary>
    public string FirstKey => KeyPattern().Match(Said).Value;

    /// <summary>A service alone, with an empty store.</summary>
    /// <param name="folder">Its data.</param>
    /// <param name="settings">Environment variables.</param>
    public static ServiceProcess Start(string folder, IReadOnlyDictionary<string, string> settings) => Start(folder, settings, []);

    /// <summary>A node of a cluster.</summary>
    public static ServiceProcess Start(string folder, string connection, int nodePort, params string[] more) =>
        // By the environment, as a connection with a password would be.
        Start(folder, new Dictionary<string, string> { ["PFE_CLUSTER"] = connection }, ["--node-port", $"{nodePort}", .. more]);

    private static ServiceProcess Start(string folder, IReadOnlyDictionary<string, string> settings, string[] more)
    {
        var address = $"http://127.0.0.1:{FreePort()}";
        string[] words = ["serve", "--data", folder, "--listen", address, "--rate", "100000", .. more];
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pfe-server"), words)
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return new ServiceProcess(Process.Start(start)!, address);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until it says that it is ready.</summary>
    public async Task ReadyAsync()
    {
        using var http = new HttpClient();
        await Eventually.IsAsync(async () =>
        {
            _process.HasExited.ShouldBeFalse(Said);
            try { return (await http.GetStringAsync($"{Address}/health/ready")) == "Healthy"; }
            catch (HttpRequestException) { return false; }
        }, () => $"ready: {Said}");
    }

    /// <summary>A number of its metrics.</summary>
    public static async Task<double> MetricAsync(HttpClient http, string name) =>
        (await http.GetStringAsync("metrics")).Split('\n').FirstOrDefault(line => line.StartsWith($"{name} ", StringComparison.Ordinal)
            || line.StartsWith($"{name}{{", StringComparison.Ordinal)) is { } line
            ? double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture) : double.NaN;

    /// <summary>Ends it at once, as a power cut would.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks it to end, as a service manager does.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("-TERM");
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Sends a signal.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    [GeneratedRegex(@"pfe_\w{8}_[\w-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyPattern();
}

/// <summary>Waits for what must come in the end, however slow the machine is.</summary>
internal static class Eventually
{
    public static async Task IsAsync(Func<Task<bool>> condition, Func<string> what)
    {
        for (var clock = Stopwatch.StartNew(); !await condition(); await Task.Delay(200))
            if (clock.Elapsed > TimeSpan.FromMinutes(3)) Assert.Fail($"never: {what()}");
    }
}
