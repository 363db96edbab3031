using System.Diagnostics;
using System.Net;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>A node in a process of its own, as a test holds it.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;
    private readonly SemaphoreSlim _turn = new(1);

    private NodeProcess(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a node.</summary>
    /// <param name="folder">Of its index files.</param>
    /// <param name="connection">The database.</param>
    /// <param name="port">The port for other nodes.</param>
    /// <param name="address">Its address; null for loopback.</param>
    /// <param name="before">Words before the program, such as those that run it elsewhere.</param>
    /// <param name="shards">Parts of a gallery.</param>
    /// <param name="program">Another version of this program; null for this one.</param>
    public static NodeProcess Start(string folder, string connection, int port, IPAddress? address = null,
        IReadOnlyList<string>? before = null, int shards = 6, string? program = null)
    {
        string[] words = [.. before ?? [], program ?? Environment.ProcessPath!];
        var start = new ProcessStartInfo(words[0], words[1..])
        { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment[ClusterWorker.Variable] = $"{address ?? IPAddress.Loopback}\t{port}\t{folder}\t{shards}\t{connection}";
        start.Environment[TestFaces.CalibrationVariable] = TestFaces.Calibration.ToJson();
        return new NodeProcess(Process.Start(start)!);
    }

    /// <summary>Waits until the node is a member.</summary>
    public async Task JoinedAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            if (line == "ready") return;
        throw new InvalidOperationException("the node ended before it was a member");
    }

    /// <summary>Says a line and reads the answer.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _turn.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
            return await _process.StandardOutput.ReadLineAsync() ?? "it ended";
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether all that belongs to it is loaded, and questions are sent to it.</summary>
    public async Task<bool> IsWholeAsync() =>
        (await AskAsync("status")).Split(' ') is [var loaded, var answering, var parts] && parts != "0"
            && loaded == parts && answering == parts;

    /// <summary>Sends a signal.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended, for a time at most.</summary>
    public async Task EndedAsync(TimeSpan atMost)
    {
        using var stop = new CancellationTokenSource(atMost);
        try { await _process.WaitForExitAsync(stop.Token); }
        catch (OperationCanceledException) { }
    }

    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        _turn.Dispose();
    }
}
