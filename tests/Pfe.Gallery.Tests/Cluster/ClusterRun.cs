using System.Diagnostics;
using System.Net;
using Pfe.Cluster;
using Pfe.Gallery.PostgreSql;
using Pfe.Gallery.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>
/// The explicit run of docs/results.md: many simulated people on three nodes that are killed, frozen and cut off from each other under
/// questions. <c>PFE_CLUSTER_PEOPLE</c> says how many, 100,000 by default; with <c>PFE_TEST_DIMENSION=512</c> their templates are as large
/// as real ones. <c>PFE_CLUSTER_PROBES</c> says how many are compared with one index, 1,000 by default. As root the nodes are network
/// namespaces with addresses of their own. What happened is printed as it happens.
/// </summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class ClusterRun(PostgreSqlServer server)
{
    private const int Port = 11111, Shards = 12;

    private static readonly int s_probes = int.Parse(Environment.GetEnvironmentVariable("PFE_CLUSTER_PROBES") ?? "1000");

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    [Fact(Explicit = true)]
    public async Task Nothing_is_wrong_or_lost_while_nodes_die_freeze_and_are_cut_off()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        var people = int.Parse(Environment.GetEnvironmentVariable("PFE_CLUSTER_PEOPLE") ?? "100000");
        using var folder = new TemporaryFolder();
        using var network = Environment.UserName == "root" ? new NodeNetwork() : null;
        var connection = $"{await server.NewDatabaseAsync()};Host={server.Data};Maximum Pool Size=20";
        // Three times what its parts take: a file that is written anew lies beside the older one.
        using var disk = network is null ? null : new SmallDisk((long)people * (TestFaces.Dimension * 8 + 256) * 3);
        NodeProcess Start(int machine, IReadOnlyList<string>? words) => NodeProcess.Start(
            machine == 3 && disk is not null ? disk.Path : Path.Combine(folder.Path, $"{machine}"), connection,
            network is null ? Port + machine : Port, network is null ? null : NodeNetwork.Of(machine), words, Shards);

        await using var store = await PostgreSqlGalleryStore.OpenAsync(connection, Path.Combine(folder.Path, "single"));
        await using var single = new GalleryCatalog(store, new GalleryOptions { FollowWithin = TimeSpan.Zero });
        var alone = await single.OpenAsync((await single.CreateAsync("people", TestFaces.Model)).Id, TestFaces.Model);
        await TimedAsync($"{people:N0} people of D = {TestFaces.Dimension} stored",
            () => ManyPeople.FillAsync(connection, alone.Id, people));
        await TimedAsync("one index built", () => alone.IdentifyAsync(TestFaces.Image(0, 9)));

        var (here2, here3) = (network?.Add(2), network?.Add(3));
        await using var node = await ClusterNode.StartAsync(ClusterWorker.Options(connection, Path.Combine(folder.Path, "1"),
            network is null ? Port + 1 : Port) with
        { Address = network is null ? IPAddress.Loopback : NodeNetwork.Of(1), Shards = Shards }, [TestFaces.Model]);
        using var second = Start(2, here2);
        using var third = Start(3, here3);
        await Task.WhenAll(second.JoinedAsync(), third.JoinedAsync());
        await using var catalog = new GalleryCatalog(node.Store, new GalleryOptions { Searcher = node.Searcher });
        var gallery = await catalog.OpenAsync(alone.Id, TestFaces.Model);
        await TimedAsync("three nodes whole, every part read from PostgreSQL twice", () => WholeAsync(node, 3, second, third));

        await EmptyFanOutAsync(node, catalog);
        await OneShardAsync(node, alone.Id);
        var load = new ClusterLoad(gallery, people);
        await PhaseAsync("nothing wrong with any node", load, 30, () => Task.CompletedTask);
        await CompareAsync(gallery, alone, people);

        await PhaseAsync("node 2 killed", load, 40, () => { second.Kill(); return WholeAsync(node, 2, third); });
        NodeProcess? back = null;
        await PhaseAsync("node 2 started again", load, 40, async () =>
        {
            back = Start(2, here2);
            await back.JoinedAsync();
            await WholeAsync(node, 3, back, third);
        });
        using var secondAgain = back!;
        await PhaseAsync("node 3 frozen for 8 s", load, 40, async () =>
        {
            await third.SignalAsync("-STOP");
            await Task.Delay(8000);
            await third.SignalAsync("-CONT");
            await WholeAsync(node, 3, secondAgain, third);
        });
        await PhaseAsync("node 3 frozen until it is given up", load, 60, async () =>
        {
            await third.SignalAsync("-STOP");
            await WholeAsync(node, 2, secondAgain);
        });
        await third.SignalAsync("-CONT");
        await third.EndedAsync(TimeSpan.FromMinutes(1));
        Say($"  it {(third.HasExited ? "ended itself when it went on" : "still runs")}");
        third.Kill();
        using var thawed = Start(3, here3);
        await thawed.JoinedAsync();
        await TimedAsync("  node 3 started again: whole", () => WholeAsync(node, 3, secondAgain, thawed));
        if (network is not null)
        {
            // A node learns within a round or two where the parts are that it does not hold.
            await Task.Delay(TimeSpan.FromSeconds(10));
            await PhaseAsync("nodes 2 and 3 do not hear each other for 30 s, both hear node 1", load, 60, async () =>
            {
                NodeNetwork.Part(apart: true, 2, 3);
                var asked = Task.WhenAll(((NodeProcess[])[secondAgain, thawed]).Select(one => one.AskAsync($"ask {alone.Id} {people} 30")));
                await Task.Delay(30_000);
                NodeNetwork.Part(apart: false, 2, 3);
                foreach (var said in await asked) Say($"  through a parted node: {said}");
                await WholeAsync(node, node.Status.Members, secondAgain, thawed);
            });
            await PhaseAsync("node 3's cable out for 60 s", load, 90, async () =>
            {
                NodeNetwork.Connect(3, false);
                await WholeAsync(node, 2, secondAgain);
                Say($"  {_clock.Elapsed.TotalSeconds:0} s: the two others whole");
                await Task.Delay(TimeSpan.FromSeconds(20));
                NodeNetwork.Connect(3, true);
            });
            await thawed.EndedAsync(TimeSpan.FromMinutes(1));
            Say($"  node 3 {(thawed.HasExited ? "ended itself" : "still runs")}, {node.Status.Members} members");
        }
        thawed.Kill();
        using var thirdAgain = Start(3, here3);
        await thirdAgain.JoinedAsync();
        await TimedAsync("node 3 started again: whole", () => WholeAsync(node, 3, secondAgain, thirdAgain));
        if (disk is not null) await PhaseAsync("node 3's disk full for 60 s", load, 80, async () =>
        {
            disk.Fill();
            await Task.Delay(60_000);
            disk.Empty();
            await WholeAsync(node, 3, secondAgain, thirdAgain);
        });
        await PhaseAsync("PostgreSQL's postmaster killed, started 5 s later", load, 45, async () =>
        {
            await server.KillAsync();
            await Task.Delay(5000);
            await server.StartAsync();
            Say($"  PostgreSQL takes connections again after {_clock.Elapsed.TotalSeconds:0.0} s of the run");
            await WholeAsync(node, 3, secondAgain, thirdAgain);
        });

        var (kept, lost) = (0, 0);
        foreach (var (id, isThere) in load.Acknowledged)
        {
            var found = await gallery.FindPersonAsync(id) is not null;
            if (found == isThere) kept++; else lost++;
        }
        Say($"acknowledged changes: {kept} as they should be, {lost} not");
        await CompareAsync(gallery, alone, people);
        lost.ShouldBe(0);
    }

    /// <summary>What it costs to ask twelve parts of which none holds anything, and what a question costs besides.</summary>
    private static async Task EmptyFanOutAsync(ClusterNode node, GalleryCatalog catalog)
    {
        var empty = await catalog.CreateAsync("nobody", TestFaces.Model);
        var times = new List<double>();
        for (var i = 0; i < 2200; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await node.Searcher.SearchAsync(empty.Id, [TestFaces.Image(i, 0)], 10, 0);
            if (i >= 200) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        times.Sort();
        Say($"empty fan-out over {Shards} parts, 2,000 times: " +
            $"p50 {times[1000]:0.0} ms, p95 {times[1900]:0.0} ms, p99 {times[1980]:0.0} ms");
        await catalog.RemoveAsync(empty.Id);
    }

    /// <summary>Times of one shard after the other, for the simulation in bench; to a file where PFE_SHARD_TIMES names one.</summary>
    private static async Task OneShardAsync(ClusterNode node, Guid gallery)
    {
        var lines = new List<string>();
        for (var i = 0; i < 2100; i++)
        {
            var probe = TestFaces.Image(i, 9);
            var question = new ShardQuestion
            { Count = 1, Mu = probe.Mu.ToArray(), LogVariance = probe.LogVariance.ToArray(), K = 64, MinimumVersion = 0 };
            var key = new ShardKey(new(gallery, i % Shards, Shards), i / Shards % 2);
            var start = Stopwatch.GetTimestamp();
            await node.Grains.GetGrain<IShardGrain>(key.ToString()).SearchAsync(question, CancellationToken.None);
            if (i >= 100) lines.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.00}"));
        }
        if (Environment.GetEnvironmentVariable("PFE_SHARD_TIMES") is { } file) await File.WriteAllLinesAsync(file, lines);
    }

    /// <summary>
    /// The ten best of each probe by the cluster and by one index, while people come and go. Versions pass while one asks, so an answer
    /// that differs is compared anew at a later version; one that differs five times is wrong.
    /// </summary>
    private static async Task CompareAsync(FaceGallery gallery, FaceGallery alone, int people)
    {
        using var stop = new CancellationTokenSource();
        var changes = Task.Run(async () =>
        {
            for (var i = 200_000_000; !stop.IsCancellationRequested; i++)
            {
                try
                {
                    var enrolled = await gallery.EnrolAsync(TestFaces.Request(i, 0));
                    if (i % 2 == 0) await gallery.RemovePersonAsync(enrolled.Person.Id);
                }
                catch (GalleryException) { }
                await Task.Delay(200);
            }
        });
        var (atOnce, wrong, putOff, random) = (0, 0, 0, new Random(1));
        for (var i = 0; i < s_probes; i++)
        {
            // Half of them strangers.
            var probe = TestFaces.Image(i % 2 == 0 ? random.Next(people) : 300_000_000 + i, 9);
            var isEqual = false;
            for (var attempt = 0; attempt < 5 && !isEqual; attempt++)
            {
                var options = new IdentifyOptions { K = 10, MinimumVersion = (await alone.GetInfoAsync()).Version };
                Identification many, one;
                try
                {
                    (many, one) = (await gallery.IdentifyAsync(probe, options), await alone.IdentifyAsync(probe, options));
                }
                catch (GalleryException e) when (e.Error == GalleryError.Incomplete && putOff++ < 1000)
                {
                    attempt--;
                    continue;
                }
                isEqual = many.Coverage == 1 && many.Candidates.Select(found => (found.PersonId, found.Score))
                    .SequenceEqual(one.Candidates.Select(found => (found.PersonId, found.Score)));
                if (isEqual && attempt == 0) atOnce++;
            }
            if (!isEqual) wrong++;
        }
        await stop.CancelAsync();
        await changes;
        Say($"{s_probes:N0} probes, ten best persons and scores against one index, while people come and go: {atOnce} equal at once, " +
            $"{s_probes - atOnce - wrong} at a later version, {wrong} differ, {putOff} times put off");
        wrong.ShouldBe(0);
    }

    private async Task PhaseAsync(string what, ClusterLoad load, int seconds, Func<Task> happens)
    {
        var asking = load.RunAsync(TimeSpan.FromSeconds(seconds), callers: 2, writes: true);
        await Task.Delay(2000);
        var start = _clock.Elapsed;
        await happens();
        var whole = _clock.Elapsed - start;
        var line = await asking;
        Say($"{what}: whole after {whole.TotalSeconds:0.0} s; {line}");
        line.ShouldContain(" 0 wrong");
    }

    private static async Task WholeAsync(ClusterNode node, int members, params NodeProcess[] others)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(20); await Task.Delay(100))
        {
            var status = node.Status;
            if (status.Members != members || status.Parts == 0 || status.LoadedParts < status.Parts || status.AnsweringParts < status.Parts)
                continue;
            var whole = true;
            foreach (var other in others) whole &= await other.IsWholeAsync();
            if (whole) return;
        }
        Assert.Fail("not whole within 20 minutes");
    }

    private async Task TimedAsync(string what, Func<Task> work)
    {
        var start = _clock.Elapsed;
        await work();
        Say($"{what}: {(_clock.Elapsed - start).TotalSeconds:0.0} s");
    }

    private static void Say(string line) => Console.Error.WriteLine(line);
}
