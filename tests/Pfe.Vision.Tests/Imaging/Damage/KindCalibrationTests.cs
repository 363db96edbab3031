using Pfe.Calibration;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Verification;

namespace Pfe.Vision.Tests.Imaging.Damage;

public sealed class KindCalibrationTests
{
    private static readonly KindCalibrationOptions Options = new() { MaxPeople = 30, ImagesEach = 2, RecipesEach = 1 };

    /// <summary>Each person is a pattern of 8 x 8 tiles; a photograph shows it with a little noise.</summary>
    private static Image Photo((int Person, int Take) photo)
    {
        var (tiles, noise) = (new byte[192], new Random(photo.Person * 100 + photo.Take));
        new Random(photo.Person).NextBytes(tiles);
        var pixels = new byte[3 * 32 * 32];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = (i / 3 % 32, i / 96);
            pixels[i] = (byte)Math.Clamp(tiles[3 * (y / 4 * 8 + x / 4) + i % 3] + noise.Next(-25, 26), 0, 255);
        }
        return new Image(32, 32, pixels);
    }

    // The picture itself as an embedding, and the least trust in pictures of little contrast.
    private static (float[], FaceTrust) Embed(Image image)
    {
        var values = image.Pixels.ToArray().Select(value => (float)value).ToArray();
        var mean = values.Average();
        values = [.. values.Select(value => value - mean)];
        var length = MathF.Sqrt(values.Sum(value => value * value)) + 1e-6f;
        return ([.. values.Select(value => value / length)], new FaceTrust(Math.Clamp(length / 6000, 0.01f, 0.95f), 0));
    }

    [Fact]
    public void People_are_damaged_calibrated_and_checked_kind_by_kind()
    {
        IReadOnlyList<(int, int)>[] people = [.. Enumerable.Range(0, 26).Select(p => (IReadOnlyList<(int, int)>)[(p, 0), (p, 1), (p, 2)])];
        var calibration = KindCalibration.Fit(people, Photo, Embed, Options, "tiles", null, TestContext.Current.CancellationToken);

        calibration.Source.ShouldBe("tiles: 16 people, clean and damaged in 33 ways; the table on 10 others");
        calibration.Kinds.Select(kind => kind.Name).ShouldContain("same damage: mask");
        calibration.Kinds.Select(kind => kind.Name).ShouldContain("same damage: swirl",
            "kinds that nothing was fitted on are checked as well");
        var clean = calibration.Kinds.Single(kind => kind.Name == "clean");
        (clean.GenuinePairs, clean.ImpostorPairs).ShouldBe((10, 180));
        // Tiles that nothing hides are easy.
        (clean.WrongSame, clean.WrongDifferent, clean.CannotTellGenuine).ShouldBe((0, 0, 0));
        KindCalibration.Fit(people, Photo, Embed, Options, "tiles", null, TestContext.Current.CancellationToken).ToJson()
            .ShouldBe(calibration.ToJson(), "the same people give the same calibration, in whatever order the workers come");
    }

    [Fact]
    public void A_photograph_without_a_face_is_left_out()
    {
        IReadOnlyList<(int, int)>[] people = [.. Enumerable.Range(0, 30).Select(p => (IReadOnlyList<(int, int)>)[(p, 0), (p, 1)])];
        var calibration = KindCalibration.Fit(people, photo => photo.Item1 == 3 ? throw new NoFaceException("it") : Photo(photo), Embed,
            Options, "tiles",
            null, TestContext.Current.CancellationToken);
        calibration.Kinds[0].GenuinePairs.ShouldBeInRange(11, 12);
    }

    [Fact]
    public void Too_few_people_are_refused()
    {
        IReadOnlyList<(int, int)>[] people =
            [.. Enumerable.Range(0, 40).Select(p => (IReadOnlyList<(int, int)>)(p < 19 ? [(p, 0), (p, 1)] : [(p, 0)]))];
        Should.Throw<PfeException>(() =>
            KindCalibration.Fit(people, Photo, Embed, Options, "", null, TestContext.Current.CancellationToken))
            .Message.ShouldContain("19 people have two photographs or more");
    }
}
