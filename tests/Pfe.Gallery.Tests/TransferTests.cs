using Pfe.Gallery.Exports;
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
        (await Should.ThrowAsync<GalleryException>(() => Gallery.ImportAsync(Stream(OfFirstVersion(text).Replace("model-a", "model-c")))))
            .Error.ShouldBe(GalleryError.ModelMismatch);
        (await Gallery.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_of_an_export_changes_or_is_lost_unnoticed()
    {
        for (var person = 0; person < 3; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        using var file = new MemoryStream();
        await Gallery.ExportAsync(file);
        var (sound, random) = (file.ToArray(), new Random(1));
        for (var n = 0; n < 2000; n++)
        {
            var (bytes, bit) = ((byte[])sound.Clone(), random.Next(sound.Length * 8));
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            await Should.ThrowAsync<GalleryException>(() => ReadAsync(bytes), $"bit {bit % 8} of byte {bit / 8}");
        }
        var ends = Enumerable.Range(0, sound.Length).Where(i => sound[i] == '\n').ToList();
        foreach (var end in ends.SkipLast(1))
            (await Should.ThrowAsync<GalleryException>(() => ReadAsync(sound[..(end + 1)]))).Message.ShouldContain("cut off");
        byte[] doubled = [.. sound[..ends[1]], .. sound[ends[0]..]];
        (await Should.ThrowAsync<GalleryException>(() => ReadAsync(doubled))).Message.ShouldBe(
            "line 6: the export had 3 persons, and 4 are there");
        (await Should.ThrowAsync<GalleryException>(() => ReadAsync([.. sound, .. "{}"u8]))).Message.ShouldStartWith("line 6: there is");
        // Through an editor of Windows, byte-order mark and all.
        var text = System.Text.Encoding.UTF8.GetString(sound);
        (await ReadAsync([.. "\uFEFF"u8, .. System.Text.Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"))])).ShouldBe(3);
    }

    [Theory]
    [InlineData("\"images\":[", "\"image\":[", "line 2: not a line of an export")]
    [InlineData(",\"images\":[", ",\"pictures\":[],\"images\":[", "line 2: not a line of an export")]
    [InlineData("\"quality\":", "\"photo\":null,\"quality\":", "line 2: not a line of an export")]
    [InlineData("\"id\":\"0", "\"id\":\"x", "line 2: not a line of an export")]
    [InlineData("\"metadata\":{}", "\"metadata\":{\"a\":null}", "line 2:")]
    [InlineData("\"images\":[", "\"images\":[null,", "line 2: an image is null")]
    [InlineData("\"mu\":\"", "\"mu\":\"AAAA", "line 2: image ")]
    [InlineData("\"version\":1", "\"version\":3", "line 1: this is no export of a gallery")]
    public async Task A_line_of_the_first_version_that_is_wrong_is_refused_before_anything_is_stored(
        string sound, string wrong, string message)
    {
        await Gallery.EnrolAsync(TestFaces.Request(1, 0));
        using var file = new MemoryStream();
        await Gallery.ExportAsync(file);
        var first = OfFirstVersion(System.Text.Encoding.UTF8.GetString(file.ToArray()));
        first.ShouldContain(sound);
        var at = first.IndexOf(sound, StringComparison.Ordinal);
        (await Should.ThrowAsync<GalleryException>(() => Gallery.ImportAsync(Stream(first[..at] + wrong + first[(at + sound.Length)..]))))
            .Message.ShouldStartWith(message);
        (await Gallery.ImportAsync(Stream(first))).AddedPersons.ShouldBe(0);
    }

    [Fact]
    public async Task Templates_that_no_score_can_take_are_refused_wherever_they_come_from()
    {
        var good = TestFaces.Image(1, 0);
        float[] Times(float factor) => [.. good.Mu.ToArray().Select(value => value * factor)];
        foreach (var (mu, what) in new[] { (Times(2), "length 2,"), (Times(0), "length 0,") })
        {
            var face = new FaceEmbedding(mu, good.LogVariance);
            (await Should.ThrowAsync<GalleryException>(() => Gallery.IdentifyAsync(face))).Message.ShouldContain(what);
            var request = TestFaces.Request(1, 0);
            (await Should.ThrowAsync<GalleryException>(() => Gallery.EnrolAsync(request with
            {
                Samples = [request.Samples[0] with { Embedding = face }],
            }))).Error.ShouldBe(GalleryError.Invalid);
        }
        await Gallery.EnrolAsync(TestFaces.Request(1, 0));
        using var file = new MemoryStream();
        await Gallery.ExportAsync(file);
        var first = OfFirstVersion(System.Text.Encoding.UTF8.GetString(file.ToArray()));
        var (one, other) = (Base64(good.LogVariance.ToArray()), Base64([.. Enumerable.Repeat(200f, TestFaces.Dimension)]));
        (await Should.ThrowAsync<GalleryException>(() => Gallery.ImportAsync(Stream(first.Replace(one, other)))))
            .Message.ShouldContain("[0] is 200");
        (await Should.ThrowAsync<GalleryException>(() => Gallery.ImportAsync(Stream(first.Replace(Base64(good.Mu.ToArray()),
            Base64(Times(2))))))).Message.ShouldContain("length 2,");

        static string Base64(float[] vector) =>
            Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(vector));
    }

    private static async Task<int> ReadAsync(byte[] bytes)
    {
        using var input = new MemoryStream(bytes);
        var count = 0;
        await foreach (var person in new ExportReader(TestFaces.Model).ReadAsync(input, TestContext.Current.CancellationToken)) count++;
        return count;
    }

    // As exports were before they had checksums and a last line.
    private static string OfFirstVersion(string export) => string.Join('\n', export.Split('\n')
        .Where(line => !line.StartsWith("{\"persons\"", StringComparison.Ordinal))
        .Select(line => System.Text.RegularExpressions.Regex.Replace(line, ",\"checksum\":\"[0-9a-f]{8}\"}$", "}",
            System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Replace("\"version\":2", "\"version\":1")));

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
