using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;
using Pfe.TestSupport;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Models;

namespace Pfe.Gallery.Tests;

/// <summary>
/// The answers on real photographs: LFW persons with one enrolled photograph are looked for by another one, and as many persons who are not
/// enrolled. Run explicitly; <c>PFE_GALLERY_PERSONS</c> sets how many of each, 300 otherwise.
/// </summary>
public sealed class RealFacesTests(ITestOutputHelper output) : StoreTests
{
    protected override async Task<GalleryStore> OpenStoreAsync() => await SqliteGalleryStore.OpenAsync(Path.Combine(Folder, "store"));

    [Fact(Explicit = true)]
    public async Task Known_persons_are_named_and_strangers_are_not()
    {
        var missing = TestData.MissingReason("lfw/images");
        Assert.SkipWhen(missing is not null, missing ?? "");
        var count = int.Parse(Environment.GetEnvironmentVariable("PFE_GALLERY_PERSONS") ?? "300");
        var models = new ModelStore();
        using var detector = FaceDetector.Open(models);
        using var embedder = new FaceEmbedder(DefaultModel.Load(models));
        var (reader, model) = (new FacePhotoReader(detector, embedder), GalleryModel.Of(embedder));
        var gallery = await Catalog.OpenAsync((await Catalog.CreateAsync("lfw", model)).Id, model);
        var persons = PersonSource.InFolder(TestData.Path("lfw/images"));
        // Every n-th, so that the sample does not stop at a letter.
        var known = Spread(persons.Where(person => person.Images.Count > 1).ToList(), count);
        var strangers = Spread(persons.Where(person => person.Images.Count == 1).ToList(), count);
        var run = await FolderEnrolment.RunAsync(
            gallery, reader, [.. known.Select(person => person with { Images = [person.Images[0]] })], new FolderEnrolmentOptions
            {
                MainFace = true
            });
        var (right, wrong, unknown, unsure) = (0, 0, 0, 0);
        foreach (var person in known)
        {
            if (await AnswerAsync(gallery, reader, person.Images[1]) is not { } answer) continue;
            if (answer.Answer == IdentityAnswer.Unknown) unknown++;
            else if (answer.Answer == IdentityAnswer.CannotTell) unsure++;
            else if (answer.Candidates[0].ExternalId == person.ExternalId) right++;
            else wrong++;
        }
        output.WriteLine($"{run.Enrolled} enrolled, {run.Rejected.Count} refused; of their other photographs: " +
            $"{right} named right, {wrong} named wrong, {unknown} unknown, {unsure} cannot tell");
        var (named, called, left) = (0, 0, 0);
        foreach (var person in strangers)
        {
            if (await AnswerAsync(gallery, reader, person.Images[0]) is not { } answer) continue;
            if (answer.Answer == IdentityAnswer.Person) named++;
            else if (answer.Answer == IdentityAnswer.Unknown) called++;
            else left++;
        }
        output.WriteLine($"strangers: {named} given a name, {called} called unknown, {left} cannot tell");
        right.ShouldBeGreaterThan(count * 8 / 10);
        (wrong + named).ShouldBeLessThan(count / 20);
    }

    private static List<PersonSource> Spread(List<PersonSource> persons, int count) =>
        [.. Enumerable.Range(0, count).Select(i => persons[i * persons.Count / count])];

    private static async Task<Identification?> AnswerAsync(FaceGallery gallery, FacePhotoReader reader, FaceSource image) =>
        reader.ReadSample(await File.ReadAllBytesAsync(image.Path), image.Name, mainFace: true).Sample is { } sample
            ? await gallery.IdentifyAsync(sample.Embedding) : null;
}
