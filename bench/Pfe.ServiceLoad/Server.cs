using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pfe.ServiceLoad;

/// <summary>A service of its own with an empty store, gone when it is disposed.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private Server(DirectoryInfo folder, Process process, Uri address, string key) =>
        (_folder, _process, Address, Key) = (folder, process, address, key);

    public Uri Address { get; }

    /// <summary>The first key, an admin's.</summary>
    public string Key { get; }

    /// <summary>Resident memory in megabytes.</summary>
    public double ResidentMegabytes => long.Parse(File.ReadLines($"/proc/{_process.Id}/status")
        .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024.0;

    /// <summary>Open descriptors.</summary>
    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length;

    /// <summary>Processor time so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<Server> StartAsync(CancellationToken cancellation)
    {
        var (folder, port) = (Directory.CreateTempSubdirectory("pfe-load-"), FreePort());
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pfe-server"),
            ["serve", "--data", folder.FullName, "--listen", $"http://127.0.0.1:{port}", "--rate", "100000"])
        { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var key = new TaskCompletionSource<string>();
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) key.TrySetException(new InvalidOperationException("pfe-server did not start; try it by hand"));
            else if (line.Data.TrimStart().StartsWith("pfe_", StringComparison.Ordinal)) key.TrySetResult(line.Data.Trim());
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(folder, process, new Uri($"http://127.0.0.1:{port}"), await key.Task.WaitAsync(cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
