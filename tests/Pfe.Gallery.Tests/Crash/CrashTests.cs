using System.Diagnostics;
using System.Globalization;
using Pfe.Gallery.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Gallery.Tests.Crash;

/// <summary>
/// kill -9 at a random moment of enrolments, merges, removals and compactions, again and again on one gallery: what was acknowledged is
/// there, what was removed stays away, and the one change that was cut off is there as a whole or not at all and, repeated with its key,
/// exactly once.
/// </summary>
/// <remarks><c>PFE_CRASH_CYCLES</c> sets the number of kills, 20 otherwise, and with it the sequence of operations.</remarks>
[Collection(nameof(PostgreSqlServer))]
public sealed class CrashTests(PostgreSqlServer server, ITestOutputHelper output)
{
    private static readonly int Cycles =
        int.Parse(Environment.GetEnvironmentVariable("PFE_CRASH_CYCLES") ?? "20", CultureInfo.InvariantCulture);

    [Fact]
    public Task Nothing_is_lost_doubled_or_brought_back_by_a_kill_on_SQLite() => KillAsync("");

    [Fact]
    public async Task Nothing_is_lost_doubled_or_brought_back_by_a_kill_on_PostgreSQL()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        await KillAsync(await server.NewDatabaseAsync());
    }

    private async Task KillAsync(string connection)
    {
        using var folder = new TemporaryFolder();
        var (expected, random, operations) = (new Dictionary<int, HashSet<string>>(), new Random(Cycles), 0);
        var (wholeUnacknowledged, cutOff) = (0, 0);
        await using (var store = await CrashWorker.OpenAsync(folder.Path, connection))
        await using (var catalog = new GalleryCatalog(store, CrashWorker.Options)) await catalog.CreateAsync("people", TestFaces.Model);
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            var settings = $"{Cycles * 10_000 + cycle}\t{operations}\t{folder.Path}\t{connection}";
            // Every tenth time it is PostgreSQL itself that is killed; its client ends by itself.
            var killsServer = connection.Length > 0 && cycle % 10 == 9;
            var pending = await WorkAsync(settings, random.Next(500), expected, count => operations += count, killsServer
                ? server.KillAsync : null);
            if (killsServer) await server.StartAsync();
            await using var store = await CrashWorker.OpenAsync(folder.Path, connection);
            await using var catalog = new GalleryCatalog(store, CrashWorker.Options);
            var gallery = await catalog.OpenAsync((await catalog.FindAsync("people"))!.Id, TestFaces.Model);
            var found = await CrashWorker.ReadAsync(gallery);
            if (pending is not null)
            {
                cutOff++;
                operations++;
                var with = Copy(expected);
                pending.Apply(with);
                var isWhole = Same(found, with);
                (isWhole || Same(found, expected)).ShouldBeTrue($"cycle {cycle}: neither before nor after {pending.ToLine()}");
                if (isWhole && !Same(with, expected)) wholeUnacknowledged++;
                await pending.DoAsync(gallery);
                expected = with;
                found = await CrashWorker.ReadAsync(gallery);
            }
            Same(found, expected).ShouldBeTrue($"cycle {cycle}: what was acknowledged is not what is there");
            await SearchAsync(gallery, expected, operations);
        }
        output.WriteLine($"{Cycles} kills, {operations} operations, {cutOff} cut off, {wholeUnacknowledged} stored and not acknowledged");
        cutOff.ShouldBeGreaterThan(0, "no kill met a change: nothing was tested");
    }

    /// <summary>
    /// Starts the worker, kills it after its first operations, and applies what it acknowledged. Returns what it was about to do.
    /// </summary>
    private static async Task<CrashOperation?> WorkAsync(string settings, int milliseconds, Dictionary<int, HashSet<string>> expected,
        Action<int> counted, Func<Task>? kill)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false, RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment[CrashWorker.Variable] = settings;
        start.Environment[TestFaces.CalibrationVariable] = TestFaces.Calibration.ToJson();
        using var worker = Process.Start(start)!;
        // A client that lost its server says so at length.
        worker.BeginErrorReadLine();
        CrashOperation? pending = null;
        var (done, killing) = (0, Task.CompletedTask);
        while (await worker.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready") killing = KillAsync();
            // A line that the kill cut off was not said.
            if (line.Split(' ', 2) is not [var what, ['{', .., '}'] operation]) continue;
            if (what == "begin") pending = CrashOperation.FromLine(operation);
            else
            {
                pending!.Apply(expected);
                (pending, done) = (null, done + 1);
            }
        }
        await worker.WaitForExitAsync();
        await killing;
        counted(done);
        return pending;

        async Task KillAsync()
        {
            await Task.Delay(milliseconds);
            if (kill is null) worker.Kill();
            else await kill();
        }
    }

    /// <summary>The index shows the same people as the store.</summary>
    private static async Task SearchAsync(FaceGallery gallery, Dictionary<int, HashSet<string>> expected, int operations)
    {
        (await gallery.CheckAsync()).Problems.ShouldBeEmpty();
        // Who was merged from more faces than a person has anchors is found by some of them only.
        var anchors = new GalleryPolicy().MaximumAnchors;
        foreach (var (person, images) in expected.Where(person => Faces(person.Value) is > 0 && Faces(person.Value) <= anchors).Take(5))
        {
            var shot = images.First().Split('-');
            var answer = await gallery.IdentifyAsync(TestFaces.Image(int.Parse(shot[1]), int.Parse(shot[3])));
            answer.Candidates[0].ExternalId.ShouldBe($"id-{person}");
        }
        var there = expected.Values.SelectMany(images => images).Select(image => int.Parse(image.Split('-')[1])).ToHashSet();
        foreach (var gone in Enumerable.Range(0, operations).Where(person => !there.Contains(person)).TakeLast(5))
            (await gallery.IdentifyAsync(TestFaces.Image(gone, gone * 10)))
                .Answer.ShouldNotBe(IdentityAnswer.Person, $"person {gone} came back");
    }

    private static int Faces(HashSet<string> images) => images.Select(image => image.Split('-')[1]).Distinct().Count();

    private static Dictionary<int, HashSet<string>> Copy(Dictionary<int, HashSet<string>> people) =>
        people.ToDictionary(person => person.Key, person => person.Value.ToHashSet());

    private static bool Same(Dictionary<int, HashSet<string>> a, Dictionary<int, HashSet<string>> b) =>
        a.Count == b.Count && a.All(person => b.TryGetValue(person.Key, out var images) && images.SetEquals(person.Value));
}
