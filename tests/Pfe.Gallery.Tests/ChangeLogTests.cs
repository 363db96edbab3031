using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests;

public sealed class SqliteChangeLogTests : ChangeLogTests
{
    protected override async Task<GalleryStore> OpenStoreAsync() => await SqliteGalleryStore.OpenAsync(Path.Combine(Folder, "store"));
}

[Collection(nameof(PostgreSqlServer))]
public sealed class PostgreSqlChangeLogTests(PostgreSqlServer server) : ChangeLogTests
{
    private readonly PostgreSqlStores _stores = new(server);

    protected override Task<GalleryStore> OpenStoreAsync() => _stores.OpenAsync(Path.Combine(Folder, "cache"));
}

/// <summary>The change log is for those who follow it: it is forgotten after a time, and who comes later reads the gallery anew.</summary>
public abstract class ChangeLogTests : StoreTests
{
    private readonly ManualTime _time = new();

    protected override GalleryOptions Options => new()
    {
        Threads = 1, FollowWithin = TimeSpan.Zero, FacesForAFile = 10, Time = _time, KeepChanges = TimeSpan.FromHours(24),
    };

    [Fact]
    public async Task Changes_are_forgotten_when_they_are_old_and_not_before()
    {
        var gone = (await Gallery.EnrolAsync(TestFaces.Request(1, 0))).Person.Id;
        await Gallery.RemovePersonAsync(gone);
        _time.Advance(TimeSpan.FromHours(23));
        await Gallery.EnrolAsync(TestFaces.Request(2, 0));
        await Catalog.MaintainAsync();
        (await CountAsync()).ShouldBe(3);
        _time.Advance(TimeSpan.FromHours(1));
        await Catalog.MaintainAsync();
        (await CountAsync()).ShouldBe(1);
        (await Store.ReadAsync(session => session.NumberAsync($"SELECT COUNT(*) FROM change WHERE person_id = {gone}", default), default))
            .ShouldBe(0);
        _time.Advance(TimeSpan.FromHours(23));
        await Catalog.MaintainAsync();
        (await CountAsync()).ShouldBe(0);
        (await Gallery.IdentifyAsync(TestFaces.Image(2, 5))).Candidates[0].ExternalId.ShouldBe("id-2");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    public async Task A_reader_that_saw_none_of_the_forgotten_changes_reads_the_gallery_anew(int people)
    {
        for (var person = 0; person < people; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        await using var store = await OpenStoreAsync();
        await using var catalog = new GalleryCatalog(store, Options);
        var reader = await catalog.OpenAsync(Gallery.Id, TestFaces.Model);
        (await reader.IdentifyAsync(TestFaces.Image(3, 5))).Candidates[0].ExternalId.ShouldBe("id-3");

        await Gallery.RemovePersonAsync((await Gallery.FindPersonAsync("id-3"))!.Id);
        await Gallery.EnrolAsync(TestFaces.Request(50, 0));
        _time.Advance(TimeSpan.FromHours(25));
        await Catalog.MaintainAsync();
        (await CountAsync()).ShouldBe(0);
        // A change behind the forgotten ones: whoever followed on would see this one alone.
        await Gallery.EnrolAsync(TestFaces.Request(60, 0));

        (await reader.IdentifyAsync(TestFaces.Image(3, 5))).Answer.ShouldBe(IdentityAnswer.Unknown);
        foreach (var person in new[] { 2, 50, 60 })
            (await reader.IdentifyAsync(TestFaces.Image(person, 5))).Candidates[0].ExternalId.ShouldBe($"id-{person}");
    }

    [Fact]
    public async Task An_index_file_from_before_the_forgotten_changes_is_made_again()
    {
        for (var person = 0; person < 20; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        await Gallery.CompactAsync();
        var (folder, aside) = (Store.CacheFolder, Path.Combine(Folder, "aside"));
        Directory.CreateDirectory(aside);
        foreach (var file in Directory.GetFiles(folder, $"{Gallery.Id:N}*")) File.Copy(file, Path.Combine(aside, Path.GetFileName(file)));
        await Gallery.RemovePersonAsync((await Gallery.FindPersonAsync("id-3"))!.Id);
        await Gallery.EnrolAsync(TestFaces.Request(50, 0));
        _time.Advance(TimeSpan.FromHours(25));
        await Catalog.MaintainAsync();
        foreach (var file in Directory.GetFiles(folder, $"{Gallery.Id:N}*")) File.Delete(file);
        foreach (var file in Directory.GetFiles(aside)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        await ReopenAsync();
        await Gallery.EnrolAsync(TestFaces.Request(60, 0));
        (await Gallery.IdentifyAsync(TestFaces.Image(3, 5))).Answer.ShouldBe(IdentityAnswer.Unknown);
        foreach (var person in new[] { 2, 50, 60 })
            (await Gallery.IdentifyAsync(TestFaces.Image(person, 5))).Candidates[0].ExternalId.ShouldBe($"id-{person}");
    }

    [Fact]
    public async Task The_file_in_use_is_written_anew_before_the_changes_behind_it_are_forgotten()
    {
        for (var person = 0; person < 20; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        await Gallery.CompactAsync();
        await Gallery.EnrolAsync(TestFaces.Request(50, 0));
        _time.Advance(TimeSpan.FromHours(25));
        await Catalog.MaintainAsync();
        var file = Directory.GetFiles(Store.CacheFolder, $"{Gallery.Id:N}*.pfi").ShouldHaveSingleItem();
        await ReopenAsync();
        (await Gallery.IdentifyAsync(TestFaces.Image(50, 5))).Candidates[0].ExternalId.ShouldBe("id-50");
        Directory.GetFiles(Store.CacheFolder, $"{Gallery.Id:N}*.pfi").ShouldBe([file]);
    }

    private Task<long> CountAsync() => Store.ReadAsync(
        session => session.NumberAsync($"SELECT COUNT(*) FROM change WHERE gallery_id = {Gallery.Id}", default), default);
}
