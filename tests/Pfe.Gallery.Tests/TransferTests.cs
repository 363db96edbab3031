using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests;

public sealed class SqliteTransferTests : TransferTests
{
    protected override async Task<GalleryStore> OpenStoreAsync() => await SqliteGalleryStore.OpenAsync(Path.Combine(Folder, "store"));
}

[Collection(nameof(PostgreSqlServer))]
public sealed class PostgreSqlTransferTests(PostgreSqlServer server) : TransferTests
{
    private readonly PostgreSqlStores _stores = new(server);

    protected override Task<GalleryStore> OpenStoreAsync() => _stores.OpenAsync(Path.Combine(Folder, "cache"));
}

/// <summary>People out of one store and into another, and from one model to another.</summary>
public abstract class TransferTests : StoreTests
{
    [Fact]
    public async Task An_import_restores_what_an_export_wrote_and_a_second_one_adds_nothing()
    {
        for (var person = 0; person < 70; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0, 1));
        using var file = new MemoryStream();
        (await Gallery.ExportAsync(file)).ShouldBe(70);

        await using var store = await SqliteGalleryStore.OpenAsync(Path.Combine(Folder, "second"));
        await using var catalog = new GalleryCatalog(store, Options);
        var copy = await catalog.OpenAsync((await catalog.CreateAsync("copy", TestFaces.Model)).Id, TestFaces.Model);
        file.Position = 0;
        var result = await copy.ImportAsync(file);
        (result.Persons, result.AddedPersons, result.AddedImages).ShouldBe((70, 70, 140));
        var (mine, theirs) = (await Gallery.IdentifyAsync(TestFaces.Image(5, 9)), await copy.IdentifyAsync(TestFaces.Image(5, 9)));
        theirs.PersonId.ShouldBe(mine.PersonId);
        theirs.Candidates[0].Score.ShouldBe(mine.Candidates[0].Score);
        (await copy.CheckAsync()).Problems.ShouldBeEmpty();

        file.Position = 0;
        var again = await copy.ImportAsync(file);
        (again.AddedPersons, again.AddedImages).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Whoever_follows_sees_everybody_of_more_changes_than_are_read_at_once()
    {
        // Other versions than the export's, so that the last page of changes ends inside one.
        await using var source = await SqliteGalleryStore.OpenAsync(Path.Combine(Folder, "source"));
        await using var catalog = new GalleryCatalog(source, Options);
        var gallery = await catalog.OpenAsync((await catalog.CreateAsync("many", TestFaces.Model)).Id, TestFaces.Model);
        var samples = Enumerable.Range(0, 1100).Select(person => TestFaces.Request(person, 0));
        foreach (var request in samples) await gallery.EnrolAsync(request with { OpenReviews = false });
        using var file = new MemoryStream();
        await gallery.ExportAsync(file);

        await using var store = await OpenStoreAsync();
        await using var following = new GalleryCatalog(store, Options);
        var follower = await following.OpenAsync(Gallery.Id, TestFaces.Model);
        (await follower.IdentifyAsync(TestFaces.Image(5, 9))).Candidates.ShouldBeEmpty();
        file.Position = 0;
        await Gallery.ImportAsync(file);
        foreach (var person in new[] { 0, 500, 959, 960, 999, 1000, 1001, 1099 })
            (await follower.IdentifyAsync(TestFaces.Image(person, 9))).Candidates[0].ExternalId.ShouldBe($"id-{person}");
    }

    [Fact]
    public async Task A_damaged_export_is_refused_with_its_line_and_one_of_another_model_as_a_whole()
    {
        await Gallery.EnrolAsync(TestFaces.Request(1, 0));
        using var file = new MemoryStream();
        await Gallery.ExportAsync(file);
        var text = System.Text.Encoding.UTF8.GetString(file.ToArray());
        var cut = text[..(text.Length / 2)];
        (await Should.ThrowAsync<GalleryException>(() => Gallery.ImportAsync(Stream(cut)))).Message.ShouldStartWith("line 2:");
        (await Should.ThrowAsync<GalleryException>(() => Gallery.ImportAsync(Stream("nonsense")))).Message.ShouldStartWith("line 1:");
        (await Should.ThrowAsync<GalleryException>(() => Gallery.ImportAsync(Stream(text.Replace("model-a", "model-c")))))
            .Error.ShouldBe(GalleryError.ModelMismatch);
        (await Gallery.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_gallery_moves_to_another_model_in_one_step_and_back()
    {
        for (var person = 0; person < 10; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0, 1));
        var renewed = await Gallery.ReembedAsync(TestFaces.OtherModel, Embed);
        renewed.Switched.ShouldBeTrue(renewed.Reason);
        (renewed.Embedded, renewed.Missing, renewed.Comparison!.NewFound).ShouldBe((20, 0, 20));
        (await Should.ThrowAsync<GalleryException>(() => Gallery.IdentifyAsync(TestFaces.Image(1, 5))))
            .Error.ShouldBe(GalleryError.ModelMismatch);
        var gallery = await Catalog.OpenAsync(Gallery.Id, TestFaces.OtherModel);
        (await gallery.IdentifyAsync(Renewed(3, 5))).Candidates[0].ExternalId.ShouldBe("id-3");
        await gallery.SwitchBackAsync(TestFaces.Model);
        (await Gallery.IdentifyAsync(TestFaces.Image(3, 5))).Candidates[0].ExternalId.ShouldBe("id-3");
        (await Gallery.DropOtherModelsAsync()).ShouldBe(20);
    }

    [Fact]
    public async Task A_worse_model_is_not_switched_to()
    {
        for (var person = 0; person < 10; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0, 1));
        var random = 0;
        var worse = await Gallery.ReembedAsync(TestFaces.OtherModel, (_, _) =>
            Task.FromResult<FaceEmbedding?>(TestFaces.Image(5000 + random++, 0)));
        worse.Switched.ShouldBeFalse();
        worse.Reason!.ShouldContain("finds");
        (await Gallery.IdentifyAsync(TestFaces.Image(3, 5))).Candidates[0].ExternalId.ShouldBe("id-3");
    }

    [Fact]
    public async Task Without_photographs_a_gallery_stays_with_its_model_and_says_how_many_are_missing()
    {
        for (var person = 0; person < 3; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        var result = await Gallery.ReembedAsync(TestFaces.OtherModel, (image, _) =>
            Task.FromResult(image.Reference!.Contains("person-1") ? null : Embedded(image)));
        (result.Switched, result.Embedded, result.Missing).ShouldBe((false, 2, 1));
        result.Reason!.ShouldContain("1 images");
    }

    // The other model turns every face by a fixed permutation: as good a model, with other numbers.
    private static Task<FaceEmbedding?> Embed(ImageToEmbed image, CancellationToken cancellation) =>
        Task.FromResult(Embedded(image));

    private static FaceEmbedding? Embedded(ImageToEmbed image) =>
        image.Reference!.Split('-') is [_, var person, _, var shot] ? Renewed(int.Parse(person), int.Parse(shot)) : null;

    private static FaceEmbedding Renewed(int person, int shot)
    {
        var face = TestFaces.Image(person, shot);
        return new(face.Mu.ToArray().Reverse().ToArray(), face.LogVariance.ToArray().Reverse().ToArray());
    }

    private static MemoryStream Stream(string text) => new(System.Text.Encoding.UTF8.GetBytes(text));
}
