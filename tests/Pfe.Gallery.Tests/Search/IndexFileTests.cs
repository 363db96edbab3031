using System.Runtime.InteropServices;
using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Search;

public sealed class SqliteIndexFileTests : IndexFileTests
{
    protected override string Data => Path.Combine(Folder, "store");

    protected override async Task<GalleryStore> OpenStoreAsync() => await SqliteGalleryStore.OpenAsync(Data);

    [Fact]
    public async Task After_a_compaction_no_byte_of_a_removed_template_is_left_in_the_folder()
    {
        var (gone, kept) = (TestFaces.Image(3, 0), TestFaces.Image(4, 0));
        for (var person = 0; person < 30; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        await Gallery.CompactAsync();
        Files(".pfi").ShouldHaveSingleItem();
        // What the search looks for is there before, in the rows and in the index's blocks: otherwise finding nothing would say nothing.
        Occurrences(gone).ShouldBeGreaterThan(TestFaces.Dimension);
        var person3 = (await Gallery.FindPersonAsync("id-3"))!;
        await Gallery.RemovePersonAsync(person3.Id);
        (await Gallery.CompactAsync()).ShouldBeTrue();
        Occurrences(gone).ShouldBe(0);
        Occurrences(kept).ShouldBeGreaterThan(TestFaces.Dimension);
        (await Gallery.IdentifyAsync(TestFaces.Image(4, 5))).Candidates[0].ExternalId.ShouldBe("id-4");
    }

    /// <summary>How often any number of a template stands anywhere in the folder's files, at whatever offset.</summary>
    private int Occurrences(FaceEmbedding face)
    {
        var count = 0;
        foreach (var file in Directory.GetFiles(Data))
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var number in face.Mu.ToArray().Concat(face.LogVariance.ToArray()))
            {
                var pattern = MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in number));
                for (var at = bytes.AsSpan().IndexOf(pattern); at >= 0;)
                {
                    count++;
                    var next = bytes.AsSpan(at + 1).IndexOf(pattern);
                    at = next < 0 ? -1 : at + 1 + next;
                }
            }
        }
        return count;
    }
}

[Collection(nameof(PostgreSqlServer))]
public sealed class PostgreSqlIndexFileTests(PostgreSqlServer server) : IndexFileTests
{
    private readonly PostgreSqlStores _stores = new(server);

    protected override string Data => Path.Combine(Folder, "cache");

    protected override Task<GalleryStore> OpenStoreAsync() => _stores.OpenAsync(Data);
}

/// <summary>The index file is a cache: nothing depends on it but speed.</summary>
public abstract class IndexFileTests : StoreTests
{
    protected abstract string Data { get; }

    protected override GalleryOptions Options => new() { Threads = 1, FollowWithin = TimeSpan.Zero, FacesForAFile = 10 };

    [Theory]
    [InlineData("missing")]
    [InlineData("damaged")]
    [InlineData("empty")]
    [InlineData("manifest damaged")]
    [InlineData("manifest missing")]
    [InlineData("older")]
    public async Task A_lost_damaged_or_old_file_is_made_again(string what)
    {
        for (var person = 0; person < 20; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        await Gallery.CompactAsync();
        var (file, manifest) = (Files(".pfi").ShouldHaveSingleItem(), Files(".json").ShouldHaveSingleItem());
        var (oldFile, oldManifest) = (await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(manifest));
        await Gallery.RemovePersonAsync((await Gallery.FindPersonAsync("id-3"))!.Id);
        await Gallery.EnrolAsync(TestFaces.Request(50, 0));
        if (what != "older") await Gallery.CompactAsync();
        (file, manifest) = (Files(".pfi").ShouldHaveSingleItem(), Files(".json").ShouldHaveSingleItem());
        switch (what)
        {
            case "missing": File.Delete(file); break;
            case "empty": await File.WriteAllBytesAsync(file, []); break;
            case "manifest missing": File.Delete(manifest); break;
            case "manifest damaged": await File.WriteAllTextAsync(manifest, "{"); break;
            case "damaged":
                var bytes = await File.ReadAllBytesAsync(file);
                bytes[bytes.Length / 2] ^= 1;
                await File.WriteAllBytesAsync(file, bytes);
                break;
            default:
                (oldFile.Length, oldManifest.Length)
                .ShouldBe(((int)new FileInfo(file).Length, (int)new FileInfo(manifest).Length)); break;
        }
        await ReopenAsync();
        (await Gallery.IdentifyAsync(TestFaces.Image(3, 5))).Answer.ShouldBe(IdentityAnswer.Unknown);
        (await Gallery.IdentifyAsync(TestFaces.Image(50, 5))).Candidates[0].ExternalId.ShouldBe("id-50");
        (await Gallery.IdentifyAsync(TestFaces.Image(7, 5))).Candidates[0].ExternalId.ShouldBe("id-7");
        Files(".pfi").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_a_killed_process_left_is_swept_away()
    {
        for (var person = 0; person < 12; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        await Gallery.CompactAsync();
        var left = Path.Combine(Data, $"{Gallery.Id:N}-1-99.pfi.123.tmp");
        await File.WriteAllTextAsync(left, "half");
        await ReopenAsync();
        await Gallery.IdentifyAsync(TestFaces.Image(1, 5));
        File.Exists(left).ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_and_a_tail_answer_as_the_store_alone_does()
    {
        for (var person = 0; person < 20; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0, 1));
        await Gallery.CompactAsync();
        for (var person = 15; person < 30; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 2));
        await Gallery.RemovePersonAsync((await Gallery.FindPersonAsync("id-2"))!.Id);
        var mixed = new List<Identification>();
        for (var person = 0; person < 35; person++) mixed.Add(await Gallery.IdentifyAsync(TestFaces.Image(person, 9)));
        foreach (var file in Directory.GetFiles(Data, $"{Gallery.Id:N}*")) File.Delete(file);
        await ReopenAsync();
        for (var person = 0; person < 35; person++)
        {
            var fresh = await Gallery.IdentifyAsync(TestFaces.Image(person, 9));
            (fresh.Answer, fresh.PersonId).ShouldBe((mixed[person].Answer, mixed[person].PersonId));
            fresh.Candidates.Select(candidate => candidate.PersonId)
                .ShouldBe(mixed[person].Candidates.Select(candidate => candidate.PersonId));
        }
    }

    [Fact]
    public async Task Maintenance_compacts_after_a_removal_within_the_time_it_was_given()
    {
        var time = new ManualTime();
        await using var catalog = new GalleryCatalog(Store, Options with { Time = time, RemoveWithin = TimeSpan.FromMinutes(1) });
        var gallery = await catalog.OpenAsync(Gallery.Id, TestFaces.Model);
        for (var person = 0; person < 12; person++) await gallery.EnrolAsync(TestFaces.Request(person, 0));
        await gallery.CompactAsync();
        var before = Files(".pfi").ShouldHaveSingleItem();
        await gallery.RemovePersonAsync((await gallery.FindPersonAsync("id-3"))!.Id);
        await catalog.MaintainAsync();
        Files(".pfi").ShouldBe([before]);
        time.Advance(TimeSpan.FromMinutes(2));
        await catalog.MaintainAsync();
        Files(".pfi").ShouldHaveSingleItem().ShouldNotBe(before);
    }

    [Fact]
    public async Task Who_was_removed_just_before_a_stop_is_gone_from_the_folder_soon_after_the_next_start()
    {
        for (var person = 0; person < 12; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        await Gallery.CompactAsync();
        await Gallery.RemovePersonAsync((await Gallery.FindPersonAsync("id-3"))!.Id);
        await ReopenAsync();
        Files(".pfi").ShouldHaveSingleItem();
        // Nobody has searched since the start.
        await Catalog.MaintainAsync();
        Files(".pfi").ShouldBeEmpty();
        (await Gallery.IdentifyAsync(TestFaces.Image(4, 5))).Candidates[0].ExternalId.ShouldBe("id-4");
    }

    [Fact]
    public async Task Who_another_process_removed_is_gone_from_the_file_in_use_within_the_time_it_was_given()
    {
        var time = new ManualTime();
        await using var catalog = new GalleryCatalog(Store, Options with { Time = time, RemoveWithin = TimeSpan.FromMinutes(1) });
        var gallery = await catalog.OpenAsync(Gallery.Id, TestFaces.Model);
        for (var person = 0; person < 12; person++) await gallery.EnrolAsync(TestFaces.Request(person, 0));
        await gallery.CompactAsync();
        await catalog.MaintainAsync();
        var before = Files(".pfi").ShouldHaveSingleItem();
        await Gallery.RemovePersonAsync((await Gallery.FindPersonAsync("id-3"))!.Id);
        time.Advance(TimeSpan.FromSeconds(31));
        await catalog.MaintainAsync();
        time.Advance(TimeSpan.FromSeconds(60));
        await catalog.MaintainAsync();
        Files(".pfi").ShouldHaveSingleItem().ShouldNotBe(before);
        (await gallery.IdentifyAsync(TestFaces.Image(3, 5))).Answer.ShouldBe(IdentityAnswer.Unknown);
    }

    protected string[] Files(string extension) => Directory.GetFiles(Data, $"{Gallery.Id:N}*{extension}");
}
