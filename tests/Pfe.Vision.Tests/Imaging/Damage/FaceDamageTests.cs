using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Vision.Tests.Imaging.Damage;

public sealed class FaceDamageTests
{
    public static TheoryData<DamageKind> Kinds => [.. Enum.GetValues<DamageKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Strength_0_changes_nothing_and_more_strength_changes_more(DamageKind kind)
    {
        var image = Drawn();
        FaceDamage.Apply(image, kind, 0, FaceSquare.Whole(image)).Pixels.SequenceEqual(image.Pixels).ShouldBeTrue();
        var changes = new[] { 0.3, 0.6, 1.0 }.Select(
            strength => Change(image, FaceDamage.Apply(image, kind, strength, FaceSquare.Whole(image), seed: 5))).ToArray();
        changes[0].ShouldBeGreaterThan(0);
        changes.ShouldBeInOrder(SortDirection.Ascending);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_seed_gives_the_same_pixels_and_the_source_stays_as_it_is(DamageKind kind)
    {
        var image = Drawn();
        var before = image.Pixels.ToArray();
        var once = FaceDamage.Apply(image, kind, 0.7, FaceSquare.Whole(image), seed: 3);
        var again = FaceDamage.Apply(image, kind, 0.7, FaceSquare.Whole(image), seed: 3);
        once.Pixels.SequenceEqual(again.Pixels).ShouldBeTrue();
        image.Pixels.SequenceEqual(before).ShouldBeTrue();
        (once.Width, once.Height).ShouldBe((image.Width, image.Height));
    }

    [Fact]
    public void An_occlusion_of_strength_1_covers_half_of_the_faces_square_and_nothing_outside_it()
    {
        var image = Drawn();
        var face = new FaceSquare(70, 60, 60);
        var occluded = FaceDamage.Apply(image, DamageKind.Occlusion, 1, face, seed: 2);
        var changed = Enumerable.Range(0, image.Width * image.Height)
            .Where(i => !image.Pixels.Slice(3 * i, 3).SequenceEqual(occluded.Pixels.Slice(3 * i, 3))).ToArray();
        (changed.Length / 3600.0).ShouldBe(0.5, 0.05);
        changed.ShouldAllBe(i => Math.Abs(i % image.Width - 70) <= 31 && Math.Abs(i / image.Width - 60) <= 31);
    }

    [Fact]
    public void A_strength_outside_0_to_1_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => FaceDamage.Apply(Drawn(), DamageKind.Blur, 1.5, new FaceSquare(10, 10, 20)));

    private static double Change(Image a, Image b) =>
        Enumerable.Range(0, a.Pixels.Length).Average(i => (double)Math.Abs(a.Pixels[i] - b.Pixels[i]));

    // Smooth shades with edges at several scales.
    private static Image Drawn()
    {
        var pixels = new byte[3 * 112 * 112];
        for (var y = 0; y < 112; y++)
            for (var x = 0; x < 112; x++)
                for (var c = 0; c < 3; c++)
                    pixels[3 * (y * 112 + x) + c] =
                        (byte)(128 + 60 * Math.Sin(x / (5.0 + c)) * Math.Cos(y / 9.0) + ((x / 14 + y / 14) % 2 == 0 ? 40 : -40));
        return new Image(112, 112, pixels);
    }
}
