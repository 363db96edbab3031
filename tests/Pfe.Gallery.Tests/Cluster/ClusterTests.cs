using System.Diagnostics;
using Pfe.Cluster;
using Pfe.Gallery.PostgreSql;
using Pfe.Gallery.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>
/// Three nodes on loopback, two of them processes of their own: their answers are those of one index, also while one is killed.
/// </summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class ClusterTests(PostgreSqlServer server, ITestOutputHelper output)
{
    private const int People = 60;

    [Fact]
    public async Task A_node_of_other_parts_or_replicas_is_refused_while_another_runs()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        using var folder = new TemporaryFolder();
        var connection = await server.NewDatabaseAsync();
        var (options, other) = (Options(folder, connection, "a"), Options(folder, connection, "b"));
        await using (await ClusterNode.StartAsync(options, [TestFaces.Model]))
        {
            foreach (var wrong in new[] { other with { Shards = options.Shards + 1 }, other with { Replicas = options.Replicas + 1 } })
                (await Should.ThrowAsync<InvalidConfigurationException>(() => ClusterNode.StartAsync(wrong, [TestFaces.Model])))
                    .Message.ShouldContain($"in {options.Shards} parts with {options.Replicas} replicas each, this one is set to " +
                        $"{wrong.Shards} and {wrong.Replicas}");
            await using var right = await ClusterNode.StartAsync(other, [TestFaces.Model]);
        }
        // All are stopped: any numbers may begin.
        var more = Options(folder, connection, "c") with { Shards = options.Shards + 1 };
        await using var changed = await ClusterNode.StartAsync(more, [TestFaces.Model]);
    }

    [Fact]
    public async Task A_node_that_joins_takes_its_parts_files_from_the_others_and_follows_from_there()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        using var folder = new TemporaryFolder();
        var connection = await server.NewDatabaseAsync();
        await using var store = await PostgreSqlGalleryStore.OpenAsync(connection, folder.File("single", "x")[..^2]);
        await using var single = new GalleryCatalog(store, new GalleryOptions { Threads = 1, FollowWithin = TimeSpan.Zero });
        var alone = await single.OpenAsync((await single.CreateAsync("people", TestFaces.Model)).Id, TestFaces.Model);
        // So many that parts have files.
        await ManyPeople.FillAsync(connection, alone.Id, 2500);
        var first = await ClusterNode.StartAsync(Options(folder, connection, "a"), [TestFaces.Model]);
        await EventuallyAsync(() => Task.FromResult(first.Status is { HasJoined: true, LoadedParts: 6 }), "the first node is whole");
        first.FetchedFiles.ShouldBe(0);
        // Behind the files' watermark.
        await alone.EnrolAsync(TestFaces.Request(5000, 0));
        await alone.RemovePersonAsync((await alone.FindPersonAsync("id-7"))!.Id);

        await using var second = await ClusterNode.StartAsync(Options(folder, connection, "b"), [TestFaces.Model]);
        await EventuallyAsync(() => Task.FromResult(second.Status is { HasJoined: true, LoadedParts: 6, AnsweringParts: 6 }),
            "the second node is whole");
        second.FetchedFiles.ShouldBe(6);
        await first.DisposeAsync();
        await using var catalog = new GalleryCatalog(second.Store, new GalleryOptions { Threads = 1, Searcher = second.Searcher });
        var gallery = await catalog.OpenAsync(alone.Id, TestFaces.Model);
        await EventuallyAsync(async () => (await AskAsync(gallery, 0)) is { Coverage: 1 }, "whole on the second node");
        foreach (var person in new[] { 0, 7, 2499, 5000, 9999 }) await ShouldAgreeAsync(gallery, alone, person);
    }

    [Fact]
    public async Task Three_nodes_answer_as_one_index_does_and_go_on_when_one_is_killed()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        using var folder = new TemporaryFolder();
        var connection = await server.NewDatabaseAsync();
        await using var store = await PostgreSqlGalleryStore.OpenAsync(connection, folder.File("single", "x")[..^2]);
        await using var single = new GalleryCatalog(store, new GalleryOptions { Threads = 1, FollowWithin = TimeSpan.Zero });
        var alone = await single.OpenAsync((await single.CreateAsync("people", TestFaces.Model)).Id, TestFaces.Model);
        for (var person = 0; person < People; person++) await alone.EnrolAsync(TestFaces.Request(person, 0, 1));

        using var second = NodeProcess.Start(folder.File("b", "x")[..^2], connection, ClusterWorker.FreePort());
        using var third = NodeProcess.Start(folder.File("c", "x")[..^2], connection, ClusterWorker.FreePort());
        await using var node = await ClusterNode.StartAsync(
            ClusterWorker.Options(connection, folder.File("a", "x")[..^2], ClusterWorker.FreePort()), [TestFaces.Model]);
        await EventuallyAsync(() => Task.FromResult(node.Status.Members == 3), "three members");
        await using var catalog = new GalleryCatalog(node.Store, new GalleryOptions { Threads = 1, Searcher = node.Searcher });
        var gallery = await catalog.OpenAsync(alone.Id, TestFaces.Model);
        await EventuallyAsync(async () => (await AskAsync(gallery, 0)) is { Coverage: 1 }, "every shard loaded");

        for (var person = 0; person < People + 10; person++) await ShouldAgreeAsync(gallery, alone, person);

        // Reads what was written, and no longer what was removed.
        var enrolled = await gallery.EnrolAsync(TestFaces.Request(500, 0));
        var options = new IdentifyOptions { MinimumVersion = enrolled.GalleryVersion };
        (await gallery.IdentifyAsync(TestFaces.Image(500, 5), options)).Candidates[0].ExternalId.ShouldBe("id-500");
        var removed = await gallery.RemovePersonAsync(enrolled.Person.Id);
        options = new IdentifyOptions { MinimumVersion = removed.GalleryVersion };
        (await gallery.IdentifyAsync(TestFaces.Image(500, 5), options)).Candidates.ShouldAllBe(one =>
            one.PersonId != enrolled.Person.Id);

        second.Kill();
        var (asked, refused, wrong, slowest) = (0, 0, 0, TimeSpan.Zero);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(15); asked++)
        {
            var start = clock.Elapsed;
            // A question that is not answered in full is refused, never answered with "unknown".
            try
            {
                if ((await gallery.IdentifyAsync(TestFaces.Image(asked % People,
                9))).Candidates[0].ExternalId != $"id-{asked % People}") wrong++;
            }
            catch (GalleryException e) when (e.Error == GalleryError.Incomplete) { refused++; }
            slowest = clock.Elapsed - start > slowest ? clock.Elapsed - start : slowest;
        }
        output.WriteLine($"a node killed: {asked} questions, {refused} refused, {wrong} wrong, slowest {slowest.TotalSeconds:0.0} s");
        wrong.ShouldBe(0);
        await EventuallyAsync(() => Task.FromResult(node.Status.Members == 2), "the dead node was noticed");
        for (var person = 0; person < People; person += 7) await ShouldAgreeAsync(gallery, alone, person);

        // The last other one too: this node loads what it did not hold.
        third.Kill();
        await EventuallyAsync(() => Task.FromResult(node.Status.Members == 1), "the second dead node was noticed");
        await EventuallyAsync(async () => (await AskAsync(gallery, 0)) is { Coverage: 1 }, "whole again on one node");
        for (var person = 0; person < People; person += 7) await ShouldAgreeAsync(gallery, alone, person);
    }

    private static ClusterNodeOptions Options(TemporaryFolder folder, string connection, string name) =>
        ClusterWorker.Options(connection, folder.File(name, "x")[..^2], ClusterWorker.FreePort());

    private static async Task<Identification?> AskAsync(FaceGallery gallery, int person)
    {
        try { return await gallery.IdentifyAsync(TestFaces.Image(person, 9), new IdentifyOptions { MinimumCoverage = 0.01 }); }
        catch (GalleryException e) when (e.Error == GalleryError.Incomplete) { return null; }
    }

    private static async Task ShouldAgreeAsync(FaceGallery cluster, FaceGallery alone, int person)
    {
        var (probe, options) = (TestFaces.Image(person, 9), new IdentifyOptions
        {
            K = 10, MinimumVersion =
            (await alone.GetInfoAsync()).Version
        });
        var (mine, theirs) = (await cluster.IdentifyAsync(probe, options), await alone.IdentifyAsync(probe, options));
        mine.Candidates.Select(one => one.PersonId).ShouldBe(theirs.Candidates.Select(one => one.PersonId));
        (mine.Answer, mine.PersonId, mine.GalleryVersion).ShouldBe((theirs.Answer, theirs.PersonId, theirs.GalleryVersion));
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); !await condition(); await Task.Delay(200))
            clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(2), $"never: {what}");
    }
}
