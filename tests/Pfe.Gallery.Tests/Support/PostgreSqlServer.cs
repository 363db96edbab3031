using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Pfe.Gallery.Tests.Support;

/// <summary>Debian's PostgreSQL on a free loopback port, with its data in a temporary folder; gone when the tests end.</summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private readonly string _data = Path.Combine(Path.GetTempPath(), $"pfe-postgresql-{Guid.NewGuid():N}");
    private readonly int _port = FreePort();
    private Process? _server;
    private int _databases;

    /// <summary>Why there is no server; null where there is one.</summary>
    public string? MissingReason { get; private set; }

    /// <summary>The server's own process, to be killed by a test that means it.</summary>
    public Process? Process => _server;

    /// <summary>The data folder.</summary>
    public string Data => _data;

    public async ValueTask InitializeAsync()
    {
        if (Binary("postgres") is null)
        {
            MissingReason = "PostgreSQL is not installed (apt-get install postgresql)";
            return;
        }
        Directory.CreateDirectory(_data);
        if (IsRoot) await RunAsync("chown", "postgres", _data);
        var made = await RunAsync(Binary("initdb")!, "-D", Path.Combine(_data, "db"), "-U", "pfe", "--auth=trust", "-E", "UTF8",
            "--no-sync");
        if (made is not null) MissingReason = $"PostgreSQL's initdb failed: {made}";
        else await StartAsync();
    }

    /// <summary>Starts the server, or starts it again after a test killed it.</summary>
    public async Task StartAsync()
    {
        var (file, arguments) = AsServer(Binary("postgres")!,
            ["-D", Path.Combine(_data, "db"), "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c",
                $"unix_socket_directories={_data}", "-c", "recovery_init_sync_method=syncfs"]);
        _server = System.Diagnostics.Process.Start(
            new ProcessStartInfo(file, arguments)
            {
                UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput =
                true
            })!;
        _server.ErrorDataReceived += (_, _) => { };
        _server.BeginErrorReadLine();
        _server.BeginOutputReadLine();
        for (var attempt = 0; attempt < 300; attempt++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Connection("postgres") + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(200);
            }
        }
        MissingReason = "PostgreSQL did not start within a minute";
    }

    /// <summary>A new, empty database.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(Connection("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return Connection(name);
    }

    /// <summary>Ends the server's main process at once, as a power cut would; its children follow.</summary>
    public async Task KillAsync()
    {
        // runuser is the parent where the tests run as root: the server's own number stands in its file.
        var id = int.Parse((await File.ReadAllLinesAsync(Path.Combine(_data, "db", "postmaster.pid")))[0]);
        using var server = System.Diagnostics.Process.GetProcessById(id);
        server.Kill();
        await server.WaitForExitAsync();
        await _server!.WaitForExitAsync();
        // Its children hold the shared memory until they have noticed.
        await Task.Delay(500);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_server is { HasExited: false }) await RunAsync(Binary("pg_ctl")!, "-D", Path.Combine(_data, "db"), "-m", "immediate", "stop");
        if (_server is not null) await _server.WaitForExitAsync();
        // The server's last children may still take their files away.
        for (var attempt = 1; Directory.Exists(_data); attempt++)
        {
            try { Directory.Delete(_data, recursive: true); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && attempt < 20) { await Task.Delay(200); }
        }
    }

    private static bool IsRoot => Environment.UserName == "root";

    private string Connection(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=pfe;Database={database};Timeout=5;Command Timeout=30";

    private static string? Binary(string name) => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Order().Select(version => Path.Combine(version, "bin", name))
            .LastOrDefault(File.Exists) : null;

    // PostgreSQL refuses to run as root.
    private static (string File, IEnumerable<string> Arguments) AsServer(string file, IEnumerable<string> arguments) =>
        IsRoot ? ("runuser", ["-u", "postgres", "--", file, .. arguments]) : (file, arguments);

    private static async Task<string?> RunAsync(string program, params string[] words)
    {
        var (file, arguments) = program == "chown" ? (program, words) : AsServer(program, words);
        using var process = System.Diagnostics.Process.Start(
            new ProcessStartInfo(file, arguments)
            {
                UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput =
                true
            })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : (await output + await error).ReplaceLineEndings(" ");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
