using System.Text;
using Pfe.Gallery.Search;
using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Search;

public sealed class SqliteGalleryShardTests : GalleryShardTests
{
    protected override async Task<GalleryStore> OpenStoreAsync() => await SqliteGalleryStore.OpenAsync(Path.Combine(Folder, "store"));
}

[Collection(nameof(PostgreSqlServer))]
public sealed class PostgreSqlGalleryShardTests(PostgreSqlServer server) : GalleryShardTests
{
    private readonly PostgreSqlStores _stores = new(server);

    protected override Task<GalleryStore> OpenStoreAsync() => _stores.OpenAsync(Path.Combine(Folder, "cache"));
}

/// <summary>A part of a gallery as a node of a cluster keeps it.</summary>
public abstract class GalleryShardTests : StoreTests
{
    private const int People = 40, Shards = 3;

    protected override GalleryOptions Options => new()
    { Threads = 1, FollowWithin = TimeSpan.Zero, FacesForAFile = 10, RemoveWithin = TimeSpan.Zero };

    [Fact]
    public async Task The_parts_of_a_gallery_hold_everybody_once()
    {
        for (var person = 0; person < People; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        var everybody = new List<Guid>();
        for (var number = 0; number < Shards; number++) everybody.AddRange(Persons(await OpenAsync(number)));
        everybody.Order().ShouldBe((await Gallery.ListPersonsAsync(limit: 1000)).Items.Select(person => person.Id).Order());
    }

    [Fact]
    public async Task A_file_written_anew_from_itself_answers_as_the_store_and_keeps_nothing_of_who_was_removed()
    {
        var ids = new List<Guid>();
        for (var person = 0; person < People; person++) ids.Add((await Gallery.EnrolAsync(TestFaces.Request(person, 0))).Person.Id);
        var mine = Enumerable.Range(0, People).Where(person => new ShardFilter(1, Shards).Holds(ids[person])).ToArray();
        mine.Length.ShouldBeGreaterThan(4);
        var shard = await OpenAsync(1);
        shard.IsDue.ShouldBeFalse();

        var (gone, changed) = (mine[0], mine[1]);
        IsInFile(ids[gone]).ShouldBeTrue();
        await Gallery.RemovePersonAsync(ids[gone]);
        await Gallery.EnrolAsync(TestFaces.Request(changed, 1));
        for (var person = People; person < People + 10; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        await shard.FollowAsync(0, CancellationToken.None);
        shard.IsDue.ShouldBeTrue();
        await shard.CompactAsync(CancellationToken.None);
        shard.IsDue.ShouldBeFalse();
        IsInFile(ids[gone]).ShouldBeFalse();
        IsInFile(ids[changed]).ShouldBeTrue();
        await ShouldAnswerAsTheStoreAsync(shard);

        // What happens afterwards goes on top of it, and a node that starts again begins with it.
        await Gallery.RemovePersonAsync(ids[mine[2]]);
        await Gallery.EnrolAsync(TestFaces.Request(People + 10, 0));
        await shard.FollowAsync(0, CancellationToken.None);
        await ShouldAnswerAsTheStoreAsync(shard);
        await ShouldAnswerAsTheStoreAsync(await OpenAsync(1));
    }

    [Fact]
    public async Task Who_changes_while_the_file_is_written_anew_is_found_as_they_are()
    {
        for (var person = 0; person < People; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        var shard = await OpenAsync(1);
        for (var round = 1; round < 6; round++)
        {
            foreach (var person in (await Gallery.ListPersonsAsync()).Items.Take(3)) await Gallery.RemovePersonAsync(person.Id);
            await shard.FollowAsync(0, CancellationToken.None);
            var folding = shard.CompactAsync(CancellationToken.None);
            for (var person = 0; person < 8; person++) await Gallery.EnrolAsync(TestFaces.Request(100 * round + person, 0));
            foreach (var person in (await Gallery.ListPersonsAsync()).Items.Take(3)) await Gallery.RemovePersonAsync(person.Id);
            await shard.FollowAsync(0, CancellationToken.None);
            await ShouldAnswerAsTheStoreAsync(shard);
            await folding;
            await ShouldAnswerAsTheStoreAsync(shard);
        }
        await ShouldAnswerAsTheStoreAsync(await OpenAsync(1));
    }

    [Fact]
    public async Task A_file_whose_rewriting_was_cut_off_before_it_took_the_place_of_the_older_one_is_passed_over()
    {
        for (var person = 0; person < People; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        await OpenAsync(1);
        var whole = Directory.GetFiles(PartFolder, "*.pfi").ShouldHaveSingleItem();
        foreach (var person in (await Gallery.ListPersonsAsync()).Items.Take(6)) await Gallery.RemovePersonAsync(person.Id);
        await File.WriteAllBytesAsync(whole.Replace(".pfi", "9.pfi"), (await File.ReadAllBytesAsync(whole))[..5000]);
        await ShouldAnswerAsTheStoreAsync(await OpenAsync(1));
        Directory.GetFiles(PartFolder, "*.pfi").ShouldBe([whole]);
    }

    /// <summary>Unlinked files take up the disk as long as they are mapped.</summary>
    [Fact]
    public async Task A_file_that_was_written_anew_is_let_go_at_once()
    {
        for (var person = 0; person < People; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        var shard = await OpenAsync(1);
        for (var round = 0; round < 3; round++)
        {
            foreach (var person in (await Gallery.ListPersonsAsync()).Items.Take(3)) await Gallery.RemovePersonAsync(person.Id);
            await shard.FollowAsync(0, CancellationToken.None);
            await shard.CompactAsync(CancellationToken.None);
            await ShouldAnswerAsTheStoreAsync(shard);
        }
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the maps of a process are Linux'");
        (await File.ReadAllLinesAsync("/proc/self/maps")).Where(line => line.Contains(PartFolder, StringComparison.Ordinal)
            && line.EndsWith("(deleted)", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_that_begins_on_a_file_that_was_closed_is_made_on_the_newer_one()
    {
        for (var person = 0; person < People; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        using var index = new GalleryIndex(Store, Gallery.Id, _ => TestFaces.Calibration, Options, null, Path.Combine(Folder, "own"));
        var older = await index.CatchUpAsync((await Gallery.GetInfoAsync()).Version, CancellationToken.None);
        var gone = (await Gallery.ListPersonsAsync()).Items[0];
        var version = (await Gallery.RemovePersonAsync(gone.Id)).GalleryVersion;
        await index.CatchUpAsync(version, CancellationToken.None);
        await index.FoldAsync(CancellationToken.None);
        using var set = EmbeddingSet.Of([TestFaces.Image(3, 9)], ["a"]);
        Should.Throw<ObjectDisposedException>(() => older.Search(set, 1000, 1, CancellationToken.None));
        var (found, shown) = index.Search(older, set, 1000, 1, CancellationToken.None);
        shown.ShouldBe(version);
        found[0].Length.ShouldBe(People - 1);
        found[0].ShouldNotContain(one => one.PersonId == gone.Id);
    }

    [Theory]
    [InlineData(Sent.Whole)]
    [InlineData(Sent.CutOff)]
    [InlineData(Sent.BitFlipped)]
    [InlineData(Sent.OfAnotherModel)]
    [InlineData(Sent.Nothing)]
    public async Task A_file_of_another_node_is_taken_if_it_is_whole_and_fits_and_the_store_is_read_if_not(Sent sent)
    {
        for (var person = 0; person < People; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        var (path, manifest) = (await OpenAsync(1)).Finished!.Value;
        var bytes = await File.ReadAllBytesAsync(path);
        // Behind the file's watermark; and the folder of a node that has nothing yet.
        foreach (var person in (await Gallery.ListPersonsAsync()).Items.Take(6)) await Gallery.RemovePersonAsync(person.Id);
        Directory.Delete(PartFolder, recursive: true);
        switch (sent)
        {
            case Sent.CutOff: bytes = bytes[..^3000]; break;
            case Sent.BitFlipped: bytes[bytes.Length / 2] ^= 16; break;
            case Sent.OfAnotherModel: manifest = manifest with { ModelId = "another" }; break;
        }
        var shard = new GalleryShard(Store, Gallery.Id, [TestFaces.Model], 1, Shards, Options, async (cache, cancellation) =>
        {
            if (sent == Sent.Nothing) return false;
            await cache.ReceiveAsync(manifest, bytes.Chunk(1000).ToAsyncEnumerable(), cancellation);
            return true;
        });
        await shard.FollowAsync(0, CancellationToken.None);
        await ShouldAnswerAsTheStoreAsync(shard);
        // The file that was sent shows the version from before the removals; one that was made from the store shows them.
        shard.Finished!.Value.Manifest.Version.ShouldBe(sent == Sent.Whole ? manifest.Version : (await Gallery.GetInfoAsync()).Version);
        Directory.GetFiles(PartFolder, "*.pfi").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_file_of_another_gallery_is_not_received()
    {
        for (var person = 0; person < People; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        var (_, manifest) = (await OpenAsync(1)).Finished!.Value;
        var cache = new IndexCache(Path.Combine(Folder, "other"), Guid.NewGuid());
        foreach (var wrong in new[] { manifest, manifest with { File = "../x.pfi" } })
            (await Should.ThrowAsync<InvalidDataException>(() => cache.ReceiveAsync(wrong, AsyncEnumerable.Empty<byte[]>(),
                CancellationToken.None))).Message.ShouldContain("no index file of the gallery");
        Directory.Exists(Path.Combine(Folder, "other")).ShouldBeFalse();
    }

    /// <summary>What another node sends of a part.</summary>
    public enum Sent { Whole, CutOff, BitFlipped, OfAnotherModel, Nothing }

    private string PartFolder => Path.Combine(Store.CacheFolder, $"shard-1-of-{Shards}");

    private async Task<GalleryShard> OpenAsync(int number)
    {
        var shard = new GalleryShard(Store, Gallery.Id, [TestFaces.Model], number, Shards, Options);
        await shard.FollowAsync(0, CancellationToken.None);
        return shard;
    }

    private static IEnumerable<Guid> Persons(GalleryShard shard) =>
        shard.Search([TestFaces.Image(0, 9)], 1000, CancellationToken.None)[0].Select(found => found.PersonId);

    /// <summary>Every person and score of the part, as a part that was read from the store just now has them.</summary>
    private async Task ShouldAnswerAsTheStoreAsync(GalleryShard shard)
    {
        var store = new GalleryIndex(Store, Gallery.Id, _ => TestFaces.Calibration, Options with { FacesForAFile = int.MaxValue },
            new ShardFilter(1, Shards), Path.Combine(Folder, $"{Guid.NewGuid():N}"));
        var fresh = await store.CatchUpAsync((await Gallery.GetInfoAsync()).Version, CancellationToken.None);
        FaceEmbedding[] probes = [TestFaces.Image(3, 9), TestFaces.Image(777, 0)];
        using var set = EmbeddingSet.Of(probes, ["a", "b"]);
        var (mine, right) = (shard.Search(probes, 1000, CancellationToken.None), fresh.Search(set, 1000, 1, CancellationToken.None));
        for (var probe = 0; probe < probes.Length; probe++) mine[probe].ShouldBe(right[probe]);
    }

    /// <summary>Whether the part's file has a row of a person; that all of its bytes go with it is a test of FileIndex.</summary>
    private bool IsInFile(Guid person) => File.ReadAllBytes(Directory.GetFiles(PartFolder, "*.pfi").ShouldHaveSingleItem()).AsSpan()
        .IndexOf(Encoding.ASCII.GetBytes($"{person:N}")) >= 0;
}
