using System.Diagnostics;
using Pfe.Cluster;
using Pfe.Gallery.PostgreSql;
using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>
/// The explicit run of a rolling upgrade: three nodes of an older version, one after the other replaced by this one under questions and
/// changes. <c>PFE_CLUSTER_OLDER</c> names the older version's Pfe.Gallery.Tests, built from its commit.
/// </summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class ClusterUpgradeRun(PostgreSqlServer server)
{
    private const int People = 3000, Shards = 12;

    // Columns of the store's versions that the older program may not know.
    private static readonly string[] s_newer = ["persons", "counted"];

    [Fact(Explicit = true)]
    public async Task Nodes_of_two_versions_answer_together_and_nothing_is_put_off_while_one_takes_the_place_of_the_other()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        var older = Environment.GetEnvironmentVariable("PFE_CLUSTER_OLDER");
        Assert.SkipWhen(older is null, "PFE_CLUSTER_OLDER names no older version's tests");
        using var folder = new TemporaryFolder();
        var connection = $"{await server.NewDatabaseAsync()};Maximum Pool Size=20";
        Guid id;
        await using (var store = await PostgreSqlGalleryStore.OpenAsync(connection, Path.Combine(folder.Path, "single")))
        await using (var single = new GalleryCatalog(store))
        {
            id = (await single.CreateAsync("people", TestFaces.Model)).Id;
            await ManyPeople.FillAsync(connection, id, People);
            // As the older version left it.
            await store.WriteAsync(async session =>
            {
                foreach (var column in s_newer) await session.ScriptAsync($"ALTER TABLE gallery DROP COLUMN {column}", default);
                return await session.ExecuteAsync($"DELETE FROM schema_version WHERE n > 3", default);
            }, default);
        }
        var ports = Enumerable.Range(0, 3).Select(_ => ClusterWorker.FreePort()).ToArray();
        var nodes = ports.Select((port, i) => Start(i, port, older)).ToArray();
        foreach (var one in nodes) await one.JoinedAsync();
        await WholeAsync(nodes);
        var asked = nodes[1].AskAsync($"ask {id} {People} 20");
        nodes[0].Kill();
        await using var node = await ClusterNode.StartAsync(ClusterWorker.Options(connection, Path.Combine(folder.Path, "0"), ports[0])
            with
        { Shards = Shards }, [TestFaces.Model]);
        await using var catalog = new GalleryCatalog(node.Store, new GalleryOptions { Searcher = node.Searcher });
        var gallery = await catalog.OpenAsync(id, TestFaces.Model);
        var load = new ClusterLoad(gallery, People);
        await WholeAsync(nodes[1..], node);
        Say($"the first one replaced: {await asked}");
        await PhaseAsync("one newer and two older nodes", 15, 1, () => Task.CompletedTask);
        await PhaseAsync("the second one replaced", 25, 2, () => ReplaceAsync(1));
        await PhaseAsync("two newer nodes and an older one", 15, 2, () => Task.CompletedTask);
        await PhaseAsync("the third one replaced", 25, 1, () => ReplaceAsync(2));
        var lost = 0;
        foreach (var (person, isThere) in load.Acknowledged)
            if (await gallery.FindPersonAsync(person) is not null != isThere) lost++;
        lost.ShouldBe(0);
        (await gallery.CheckAsync()).Problems.ShouldBeEmpty();
        Say($"{load.Acknowledged.Count} acknowledged changes, none lost; the gallery's check finds nothing");
        foreach (var one in nodes) one.Dispose();

        NodeProcess Start(int number, int port, string? program) =>
            NodeProcess.Start(Path.Combine(folder.Path, $"{number}"), connection, port, shards: Shards, program: program);

        // Without a warning, as no upgrade would do it.
        async Task ReplaceAsync(int i)
        {
            nodes[i].Kill();
            nodes[i] = Start(i, ports[i], null);
            await nodes[i].JoinedAsync();
            await WholeAsync(nodes[1..], node);
        }

        async Task PhaseAsync(string what, int seconds, int other, Func<Task> happens)
        {
            var through = nodes[other].AskAsync($"ask {id} {People} {seconds}");
            var loading = load.RunAsync(TimeSpan.FromSeconds(seconds), callers: 2, writes: true);
            await Task.Delay(2000);
            await happens();
            var line = await loading;
            Say($"{what}: {line}; through another node: {await through}");
            line.ShouldContain(" 0 put off, 0 wrong");
            line.ShouldContain(" 0 writes put off");
            (await through).ShouldContain(" 0 put off, 0 wrong");
        }
    }

    private static async Task WholeAsync(NodeProcess[] nodes, ClusterNode? here = null)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(5); await Task.Delay(100))
        {
            if (here?.Status is { } status && (status.LoadedParts < status.Parts || status.AnsweringParts < status.Parts
                || status.Members <= nodes.Length)) continue;
            var whole = true;
            foreach (var one in nodes) whole &= await one.IsWholeAsync();
            if (whole) return;
        }
        Assert.Fail("not whole within 5 minutes");
    }

    private static void Say(string line) => Console.Error.WriteLine(line);
}
