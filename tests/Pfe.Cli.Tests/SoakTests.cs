using System.Diagnostics;
using Pfe.Calibration;
using Pfe.Search;
using Pfe.TestSupport;
using Pfe.Vision;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;
using Pfe.Vision.Models;
using Pfe.Vision.Verification;

namespace Pfe.Cli.Tests;

/// <summary>
/// Hours of the same work in one process, as a program on the libraries does it: networks loaded, pictures embedded, photographs compared,
/// an index searched and appended to, everything disposed of, over and over. Memory and descriptors stay as they are. (The commands
/// themselves are one process each: the tree of options of every call in one process is kept for ever.) Explicit, as it takes as long as
/// one says, by the tests' own program, which prints the figures:
/// <c>PFE_SOAK_MINUTES=120 bin/Release/net10.0/Pfe.Cli.Tests -class "*SoakTests" -showLiveOutput</c>.
/// </summary>
public sealed class SoakTests : IDisposable
{
    private static readonly TimeSpan Warm = TimeSpan.FromMinutes(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Memory_and_descriptors_stay_as_they_are()
    {
        _ = double.TryParse(Environment.GetEnvironmentVariable("PFE_SOAK_MINUTES"), out var minutes);
        Assert.SkipUnless(minutes > 0, "PFE_SOAK_MINUTES says for how long");
        for (var i = 0; i < 8; i++) BadPictures.Noise(112, 112, i).Save(_folder.File("in", $"{i}.png"));
        BadPictures.Faces(1).Save(_folder.File("face.png"));
        var (faces, index) = (_folder.File("faces.safetensors"), _folder.File("people.pfi"));
        Embed(faces);
        using (var set = EmbeddingSet.Load(faces)) FileIndex.Build(index, [set]);
        var (clock, rounds, log) = (Stopwatch.StartNew(), 0, new List<(double Minutes, double Megabytes, int Descriptors)>());
        while (clock.Elapsed.TotalMinutes < minutes)
        {
            Embed(faces);
            using (var verifier = await FaceVerifier.OpenAsync(new ModelStore(), cancellationToken: TestContext.Current.CancellationToken))
                verifier.Compare(_folder.File("face.png"), _folder.File("face.png")).Verdict!.Answer.ShouldBe(Answer.Same);
            using (var set = EmbeddingSet.Load(faces))
            using (var open = FileIndex.Open(index))
            {
                open.SearchFaces(set[0], new SearchOptions { K = 3 })[0].Id.ShouldBe(set.Paths[0]);
                open.Add(set, replace: true, cancellation: TestContext.Current.CancellationToken);
            }
            rounds++;
            if (clock.Elapsed > Warm) log.Add((clock.Elapsed.TotalMinutes, Resident(), Descriptors()));
        }
        log.Count.ShouldBeGreaterThan(20, "more time is needed to tell");
        // The first and the last tenth: what grows does so all the time.
        var tenth = Math.Max(1, log.Count / 10);
        var (before, after) = (log.Take(tenth).Average(point => point.Megabytes), log.TakeLast(tenth).Average(point => point.Megabytes));
        var (first, last) = (log.Take(tenth).Max(point => point.Descriptors), log.TakeLast(tenth).Max(point => point.Descriptors));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{rounds} rounds in {clock.Elapsed.TotalMinutes:0} minutes: {before:0} MB, {first} descriptors at first; {after:0} MB, " +
                $"{last} at last");
        after.ShouldBeLessThan(1.1 * before + 50);
        last.ShouldBeLessThanOrEqualTo(first + 8);
    }

    private void Embed(string output)
    {
        using var embedder = new FaceEmbedder(DefaultModel.Load(new ModelStore()));
        EmbeddingRun.Run(FaceSource.InFolder(Path.Combine(_folder.Path, "in")), embedder, null, output,
            new EmbeddingRunOptions { Aligned = true });
    }

    private static double Resident()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }

    private static int Descriptors() => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0;
}
