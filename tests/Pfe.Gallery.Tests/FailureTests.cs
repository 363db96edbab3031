using System.Diagnostics;
using Pfe.Gallery.PostgreSql;
using Pfe.Gallery.Search;
using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Cluster;
using Pfe.Gallery.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Gallery.Tests;

/// <summary>
/// A disk that is full or read-only, a database that goes away: a clear answer, nothing half-written, and on it goes when that is over.
/// </summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class FailureTests(PostgreSqlServer server)
{
    [Fact]
    public async Task A_full_disk_refuses_changes_answers_searches_and_takes_changes_again_when_there_is_room()
    {
        using var disk = new SmallDisk(8 << 20);
        await using var store = await SqliteGalleryStore.OpenAsync(Path.Combine(disk.Path, "store"));
        await using var catalog = new GalleryCatalog(store, new GalleryOptions { Threads = 1, FollowWithin = TimeSpan.Zero });
        var gallery = await catalog.OpenAsync((await catalog.CreateAsync("people", TestFaces.Model)).Id, TestFaces.Model);
        await gallery.EnrolAsync(TestFaces.Request(1, 0));
        disk.Fill();
        var (enrolled, failure) = (1, (GalleryException?)null);
        for (; failure is null && enrolled < 2000; enrolled++)
            try { await gallery.EnrolAsync(TestFaces.Request(enrolled + 1, 0)); }
            catch (GalleryException e) { failure = e; }
        failure.ShouldNotBeNull().Error.ShouldBe(GalleryError.DiskFull);
        failure.Message.ShouldContain("full");
        enrolled--;
        (await gallery.IdentifyAsync(TestFaces.Image(1, 5))).Candidates[0].ExternalId.ShouldBe("id-1");
        (await gallery.CountAsync()).ShouldBe(enrolled);
        disk.Empty();
        await gallery.EnrolAsync(TestFaces.Request(5000, 0));
        (await gallery.CountAsync()).ShouldBe(enrolled + 1);
        (await gallery.CheckAsync()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_disk_that_became_read_only_is_said_to_be_so_and_works_again_when_it_is_not()
    {
        using var disk = new SmallDisk(16 << 20);
        var folder = Path.Combine(disk.Path, "store");
        Guid id;
        await using (var store = await SqliteGalleryStore.OpenAsync(folder))
        await using (var catalog = new GalleryCatalog(store)) id = (await catalog.CreateAsync("people", TestFaces.Model)).Id;
        disk.Remount("ro");
        (await Should.ThrowAsync<GalleryException>(() => SqliteGalleryStore.OpenAsync(folder))).Error.ShouldBe(GalleryError.ReadOnly);
        (await Should.ThrowAsync<GalleryException>(() => SqliteGalleryStore.OpenAsync(Path.Combine(disk.Path, "other"))))
            .Error.ShouldBe(GalleryError.ReadOnly);
        disk.Remount("rw");
        await using var again = await SqliteGalleryStore.OpenAsync(folder);
        await using var opened = new GalleryCatalog(again);
        await (await opened.OpenAsync(id, TestFaces.Model)).EnrolAsync(TestFaces.Request(1, 0));
    }

    [Fact]
    public async Task A_node_whose_disk_is_full_answers_as_before_leaves_nothing_half_written_and_goes_on_when_there_is_room()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        using var disk = new SmallDisk(8 << 20);
        var connection = await server.NewDatabaseAsync();
        await using var store = await PostgreSqlGalleryStore.OpenAsync(connection, disk.Path);
        var options = new GalleryOptions { Threads = 1, FollowWithin = TimeSpan.Zero, RemoveWithin = TimeSpan.Zero, FacesForAFile = 4 };
        await using var catalog = new GalleryCatalog(store, options);
        var gallery = await catalog.OpenAsync((await catalog.CreateAsync("people", TestFaces.Model)).Id, TestFaces.Model);
        await ManyPeople.FillAsync(connection, gallery.Id, 2000);
        var folder = Path.Combine(store.CacheFolder, "shard-0-of-1");
        using var shard = new GalleryShard(store, gallery.Id, [TestFaces.Model], 0, 1, options);

        // It cannot even be loaded.
        disk.Fill();
        (await Should.ThrowAsync<GalleryException>(() => shard.FollowAsync(0, CancellationToken.None))).Error
            .ShouldBe(GalleryError.DiskFull);
        Directory.GetFiles(folder).ShouldBeEmpty();
        disk.Empty();
        await shard.FollowAsync(0, CancellationToken.None);
        var files = Directory.GetFiles(folder).Order().ToArray();
        files.ShouldContain(file => Path.GetExtension(file) == ".pfi");

        // It is loaded, and cannot write its file anew. The gallery on its own, on the same disk, stores changes and says why it cannot
        // search.
        disk.Fill();
        var gone = (await gallery.FindPersonAsync("id-7"))!;
        (await Should.ThrowAsync<GalleryException>(() => gallery.IdentifyAsync(TestFaces.Image(3, 9)))).Error
            .ShouldBe(GalleryError.DiskFull);
        await gallery.RemovePersonAsync(gone.Id);
        await gallery.AddPersonAsync("id-5000", null);
        await shard.FollowAsync(0, CancellationToken.None);
        shard.IsDue.ShouldBeTrue();
        for (var i = 0; i < 3; i++)
            (await Should.ThrowAsync<GalleryException>(() => shard.CompactAsync(CancellationToken.None))).Error
                .ShouldBe(GalleryError.DiskFull);
        Directory.GetFiles(folder).Order().ShouldBe(files);
        await ShouldFindAsync();
        disk.Empty();
        await shard.CompactAsync(CancellationToken.None);
        shard.IsDue.ShouldBeFalse();
        await ShouldFindAsync();
        Directory.GetFiles(folder, "*.pfi").ShouldHaveSingleItem().ShouldNotBe(files.Single(file => Path.GetExtension(file) == ".pfi"));

        async Task ShouldFindAsync()
        {
            shard.Search([TestFaces.Image(7, 9)], 10, CancellationToken.None)[0].ShouldNotContain(one => one.PersonId == gone.Id);
            shard.Search([TestFaces.Image(3, 9)], 1, CancellationToken.None)[0][0].PersonId
                .ShouldBe((await gallery.FindPersonAsync("id-3"))!.Id);
        }
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_called_damaged()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("gallery.db"), new string('x', 100_000));
        (await Should.ThrowAsync<GalleryException>(() => SqliteGalleryStore.OpenAsync(folder.Path))).Error.ShouldBe(GalleryError.Damaged);
    }

    [Fact]
    public async Task A_store_of_a_newer_program_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        await using (var store = await SqliteGalleryStore.OpenAsync(folder.Path))
            await store.WriteAsync(session => session.ExecuteAsync($"INSERT INTO schema_version (n) VALUES (999)", default), default);
        var refused = await Should.ThrowAsync<GalleryException>(() => SqliteGalleryStore.OpenAsync(folder.Path));
        refused.Message.ShouldContain("version 999");
    }

    [Fact]
    public async Task A_database_that_goes_away_is_said_to_be_away_and_used_again_when_it_is_back()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        // A server of its own: the others' tests must not meet the kill.
        var own = new PostgreSqlServer();
        await own.InitializeAsync();
        try
        {
            using var folder = new TemporaryFolder();
            await using var store = await PostgreSqlGalleryStore.OpenAsync(await own.NewDatabaseAsync(), folder.Path);
            await using var catalog = new GalleryCatalog(store, new GalleryOptions { Threads = 1, FollowWithin = TimeSpan.Zero });
            var gallery = await catalog.OpenAsync((await catalog.CreateAsync("people", TestFaces.Model)).Id, TestFaces.Model);
            await gallery.EnrolAsync(TestFaces.Request(1, 0));
            await own.KillAsync();
            (await Should.ThrowAsync<GalleryException>(() => gallery.EnrolAsync(TestFaces.Request(2, 0))))
                .Error.ShouldBe(GalleryError.Unavailable);
            (await Should.ThrowAsync<GalleryException>(() => gallery.IdentifyAsync(TestFaces.Image(1, 5))))
                .Error.ShouldBe(GalleryError.Unavailable);
            await own.StartAsync();
            own.MissingReason.ShouldBeNull();
            await gallery.EnrolAsync(TestFaces.Request(2, 0));
            (await gallery.IdentifyAsync(TestFaces.Image(1, 5))).Candidates[0].ExternalId.ShouldBe("id-1");
            (await gallery.CountAsync()).ShouldBe(2);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_wrong_connection_string_is_told_from_a_server_that_is_not_there()
    {
        using var folder = new TemporaryFolder();
        (await Should.ThrowAsync<GalleryException>(() => PostgreSqlGalleryStore.OpenAsync("nonsense", folder.Path)))
            .Error.ShouldBe(GalleryError.Invalid);
        (await Should.ThrowAsync<GalleryException>(() =>
            PostgreSqlGalleryStore.OpenAsync("Host=127.0.0.1;Port=1;Username=nobody;Timeout=2", folder.Path))).Error
            .ShouldBe(GalleryError.Unavailable);
    }
}
