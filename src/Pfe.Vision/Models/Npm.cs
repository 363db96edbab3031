using System.ComponentModel;
using System.Diagnostics;

namespace Pfe.Vision.Models;

/// <summary>Brings a package's tarball into a folder and returns its path.</summary>
/// <exception cref="NpmException">It cannot be had.</exception>
internal delegate Task<string> PackageFetcher(string package, string folder, CancellationToken cancellationToken);

/// <summary>npm is missing or could not fetch a package.</summary>
internal sealed class NpmException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>
/// The npm client, for its registry settings, proxies and mirrors. Only <c>npm pack</c> is used: it downloads one tarball and neither
/// installs dependencies nor runs a package's scripts.
/// </summary>
internal static class Npm
{
    public static async Task<string> PackAsync(string package, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            ["pack", package, "--pack-destination", folder, "--ignore-scripts", "--loglevel=error"])
        {
            // Not the caller's folder: a .npmrc or package.json lying there is none of this program's business.
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using var npm = Start(start);
        await using var kill = cancellationToken.Register(() => Kill(npm)).ConfigureAwait(false);
        npm.StandardInput.Close();
        var output = npm.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = await npm.StandardError.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false);
        await npm.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        await output.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var reason = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Replace("npm ERR!", "", StringComparison.Ordinal).Replace("npm error", "",
                StringComparison.Ordinal).Trim())
            .Where(line => line.Length > 0).Take(2);
        if (npm.ExitCode != 0) throw new NpmException($"npm could not fetch {package} ({string.Join("; ", reason)})");
        return Directory.EnumerateFiles(folder, "*.tgz").FirstOrDefault() ?? throw new NpmException($"npm pack {package} left no tarball");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new NpmException("npm is not installed (Node.js brings it)", e);
        }
    }

    private static void Kill(Process npm)
    {
        try { npm.Kill(entireProcessTree: true); }
        catch (InvalidOperationException) { /* it has just ended by itself */ }
    }
}
