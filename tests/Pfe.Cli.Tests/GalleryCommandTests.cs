using System.Text.Json;
using Pfe.Gallery;
using Pfe.Gallery.Storage;
using Pfe.Samples.Cookbook;
using Pfe.TestSupport;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

/// <summary><c>pfe gallery</c> as a user types it, on a sample photograph of a group.</summary>
public sealed class GalleryCommandTests : IDisposable
{
    private static readonly string Group = new ModelStore().Get("sample1");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task People_are_enrolled_from_folders_recognised_corrected_and_removed()
    {
        CropFaces();
        BadPictures.Noise(64, 64, 1).Save(_folder.File("photos", "nobody", "noise.png"));
        var enrolled = await Run("enroll", _folder.File("photos", "x")[..^2], "--json");
        (Number(enrolled, "images"), Number(enrolled, "enrolled"), Number(enrolled, "already_there")).ShouldBe((4, 3, 0));
        enrolled.GetProperty("rejected")[0].GetProperty("codes")[0].GetString().ShouldBe("NoFace");

        // Cut off and started again, it goes on where it was.
        var again = await Run("enroll", _folder.File("photos", "x")[..^2], "--json");
        (Number(again, "enrolled"), Number(again, "already_there")).ShouldBe((0, 3));

        var group = (await Run("identify", Group, "--json")).GetProperty("faces");
        group.GetArrayLength().ShouldBe(3);
        foreach (var face in group.EnumerateArray()) face.GetProperty("answer").GetString().ShouldBe("Person");
        group.EnumerateArray().Select(face => face.GetProperty("candidates")[0].GetProperty("external_id").GetString()).Order()
            .ShouldBe(["face0", "face1", "face2"]);

        (await Run("verify", "face1", _folder.File("photos", "face1", "a.png"), "--json")).GetProperty("verdict").GetProperty(
            "answer").GetString()
            .ShouldBe("Same");
        (await Run("verify", "face1", _folder.File("photos", "face2", "a.png"), "--json")).GetProperty("verdict").GetProperty(
            "answer").GetString()
            .ShouldNotBe("Same");

        Number(await Run("merge", "face0", "face1", "--json"), "images").ShouldBe(1);
        Number(await Run("split", "face1", "--images", "face0/a.png", "--into", "face0", "--json"), "images").ShouldBe(1);
        (await Run("list", "--json")).GetProperty("persons").GetArrayLength().ShouldBe(3);

        var export = _folder.File("people.ndjson");
        Number(await Run("export", export, "--json"), "persons").ShouldBe(3);
        await Run("remove", "face2", "--json");
        (await Run("list", "--json")).GetProperty("persons").GetArrayLength().ShouldBe(2);
        Number(await Run("import", export, "--json"), "added_persons").ShouldBe(1);
        // Only what other models left goes: everybody is found as before.
        Number(await Run("drop-models", "--json"), "templates").ShouldBe(0);
        (await Run("check", "--json")).GetProperty("problems").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task What_was_decided_in_reviews_is_exported_and_fitted_by_calibrate()
    {
        CropFaces();
        foreach (var face in new[] { "face0", "face1" })
            foreach (var again in new[] { "again", "once-more" })
                File.Copy(_folder.File("photos", face, "a.png"), _folder.File("photos", $"{face}-{again}", "a.png"));
        Number(await Run("enroll", _folder.File("photos", "x")[..^2], "--json"), "enrolled").ShouldBe(7);
        var decisions = _folder.File("decisions.csv");
        Number(await Run("export", decisions, "--reviews", "--json"), "pairs").ShouldBe(0);
        (await PfeCommand.Run("calibrate", decisions, "--reviews", decisions, "--output", _folder.File("c.json"))).Code.ShouldBe(1);
        var decided = await DecideAsync();
        var exported = await Run("export", decisions, "--reviews", "--json");
        (Number(exported, "pairs"), Number(exported, "same")).ShouldBe((decided, 1));
        (await File.ReadAllTextAsync(decisions)).ShouldNotContain("face0");

        var (features, output) = (_folder.File("faces.safetensors"), _folder.File("calibration.json"));
        SimulatedFaces.Draw(persons: 30, images: 4, dimension: 512).Save(features);
        var fitted = await PfeCommand.Run("calibrate", features, "--reviews", decisions, "--output", output, "--json");
        fitted.Code.ShouldBe(0, fitted.Error);
        (Number(fitted.Json, "reviewed_pairs"), Number(fitted.Json, "genuine_pairs")).ShouldBe((decided, 30 * 6));
        Number(fitted.Json.GetProperty("reviewed"), "pairs").ShouldBe(decided / 2);
        var said = await PfeCommand.Run("calibrate", features, "--reviews", decisions, "--output", output);
        said.Output.ShouldContain($"{decided} reviewed pairs fitted along");
        await File.WriteAllTextAsync(decisions, "score,same\n1,1\n");
        (await PfeCommand.Run("calibrate", features, "--reviews", decisions, "--output", output)).ShouldFailInOneLine(1, "line 1",
            "the heading is");
    }

    /// <summary>Decides the open reviews as somebody does on the service's page, the first one "same"; returns how many.</summary>
    private async Task<int> DecideAsync()
    {
        await using var store = await SqliteGalleryStore.OpenAsync(_folder.File("store", "x")[..^2]);
        await using var catalog = new GalleryCatalog(store);
        var info = (await catalog.FindAsync("people"))!;
        using var embedder = await FaceEmbedder.OpenAsync(new ModelStore());
        var gallery = await catalog.OpenAsync(info.Id, GalleryModel.Of(embedder));
        var reviews = (await gallery.ListReviewsAsync()).Items;
        reviews.Count.ShouldBeGreaterThan(1);
        foreach (var (i, review) in reviews.Index())
            await gallery.DecideReviewAsync(review.Id, i == 0 ? ReviewState.Same : ReviewState.Different);
        return reviews.Count;
    }

    [Fact]
    public async Task What_is_not_there_is_one_line_that_says_what_to_do()
    {
        (await PfeCommand.Run("gallery", "list", "--store", _folder.Path)).ShouldFailInOneLine(1, "there is no gallery 'people'",
            "pfe gallery create");
        (await PfeCommand.Run("gallery", "create", "--store", _folder.Path)).Code.ShouldBe(0);
        (await PfeCommand.Run("gallery", "create", "--store", _folder.Path)).ShouldFailInOneLine(1,
            "there is a gallery named 'people' already");
        (await PfeCommand.Run("gallery", "remove", "ann", "--store", _folder.Path)).ShouldFailInOneLine(1, "there is no person 'ann'");
        (await PfeCommand.Run("gallery", "import", Group, "--store", _folder.Path)).ShouldFailInOneLine(1, "line 1");
        (await PfeCommand.Run("gallery", "enroll", _folder.File("none", "x"), "--store", _folder.Path)).ShouldFailInOneLine(1,
            "there is no folder");
    }

    private async Task<JsonElement> Run(params string[] arguments)
    {
        var run = await PfeCommand.Run(["gallery", .. arguments, "--store", _folder.File("store", "x")[..^2]]);
        run.Code.ShouldBe(0, run.Error);
        return run.Json;
    }

    private static int Number(JsonElement result, string name) => result.GetProperty(name).GetInt32();

    /// <summary>One photograph for each face of the group: its box with half its size around it.</summary>
    private void CropFaces()
    {
        var photo = Image.Load(Group);
        using var detector = FaceDetector.Open(new ModelStore());
        foreach (var (number, face) in detector.Detect(ImageInput.FromImage(photo, "group")).Index())
        {
            var side = 2 * Math.Max(face.Box.Width, face.Box.Height);
            var map = new AffineMap(side / 300, 0, face.Box.Centre.X - side / 2, 0, side / 300, face.Box.Centre.Y - side / 2);
            Warp.ToImage(photo, map, 300, 300).Save(_folder.File("photos", $"face{number}", "a.png"));
        }
    }
}
