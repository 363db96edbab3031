using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Vision.Tests.Imaging.Damage;

public sealed class DamageRecipeTests
{
    private static readonly Image Face = DrawnFace(112);

    [Fact]
    public void Every_kind_changes_a_face_and_repeats_bit_for_bit()
    {
        foreach (var kind in Enum.GetValues<RecipeKind>())
        {
            for (var seed = 0; seed < 12; seed++)
            {
                var (once, again) = (new DamageRecipe(kind, seed).Apply(Face, 3), new DamageRecipe(kind, seed).Apply(Face, 3));
                once.Pixels.SequenceEqual(again.Pixels).ShouldBeTrue($"{kind} {seed} repeats");
                (once.Width, once.Height).ShouldBe((112, 112));
                Changed(once, Face).ShouldBeGreaterThan(0.0005, $"{kind} {seed} changes something");
            }
        }
    }

    [Fact]
    public void Recipes_of_one_kind_differ()
    {
        foreach (var kind in Enum.GetValues<RecipeKind>())
        {
            var pictures = Enumerable.Range(0,
                20).Select(seed => Convert.ToHexString(new DamageRecipe(kind, seed).Apply(Face, 0).Pixels)).Distinct().Count();
            pictures.ShouldBeGreaterThan(kind is RecipeKind.HalfMirror or RecipeKind.Synthetic ? 3 : 15, kind.ToString());
        }
    }

    [Fact]
    public void A_mask_hides_the_mouth_and_leaves_the_eyes()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var masked = new DamageRecipe(RecipeKind.Mask, seed).Apply(Face, 0);
            Changed(masked, Face, 46, 88, 66, 96).ShouldBeGreaterThan(0.5, $"mouth under mask {seed}");
            Changed(masked, Face, 30, 40, 82, 48).ShouldBe(0, $"eyes above mask {seed}");
        }
    }

    [Fact]
    public void An_eye_cover_hides_an_eye_and_leaves_the_mouth()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var covered = new DamageRecipe(RecipeKind.EyeCover, seed).Apply(Face, 0);
            Math.Max(Changed(covered, Face, 33, 50, 43, 56), Changed(covered, Face, 69, 50, 79, 56)).ShouldBeGreaterThan(0.5,
                $"eye under cover {seed}");
            Changed(covered, Face, 40, 88, 72, 98).ShouldBe(0, $"mouth below cover {seed}");
        }
    }

    [Fact]
    public void The_same_cover_has_the_same_colours_on_every_face()
    {
        var (first, second) =
            (new Image(112, 112, new byte[3 * 112 * 112]), new Image(112, 112, [.. Enumerable.Repeat((byte)255, 3 * 112 * 112)]));
        for (var seed = 0; seed < 10; seed++)
        {
            var recipe = new DamageRecipe(RecipeKind.Mask, seed);
            // The middle of the mask, which no slack uncovers.
            recipe.Apply(first, 1).Row(90).Slice(3 * 56, 3).ToArray().ShouldBe(recipe.Apply(second, 1).Row(90).Slice(3 * 56, 3).ToArray());
        }
    }

    [Fact]
    public void Turning_a_picture_twice_by_half_a_turn_gives_it_back()
    {
        var turned = Distortion.Turned(Distortion.Turned(Face, 180, 1, 0, 0, smear: false), 180, 1, 0, 0, smear: false);
        Changed(turned, Face, 1, 1, 111, 111).ShouldBe(0);
    }

    [Fact]
    public void A_quarter_turn_is_clockwise()
    {
        var pixels = new byte[3 * 9 * 9];
        pixels[3 * 4] = 255;
        var turned = Distortion.Turned(new Image(9, 9, pixels), 90, 1, 0, 0, smear: false);
        turned.Row(4)[3 * 8].ShouldBe((byte)255, "the top's middle comes to the right");
    }

    [Fact]
    public void Kinds_are_sorted_into_menu_unseen_and_non_faces()
    {
        DamageRecipe.Menu.Concat(DamageRecipe.Unseen).Concat(DamageRecipe.NonFaces).ShouldBe(Enum.GetValues<RecipeKind>());
        DamageRecipe.NonFaces.ShouldAllBe(kind => new DamageRecipe(kind, 0).IsNonFace);
        DamageRecipe.Menu.ShouldAllBe(kind => !new DamageRecipe(kind, 0).IsNonFace);
        RecipeKind.UpsideDown.Words().ShouldBe("upside down");
    }

    [Fact]
    public void Larger_pictures_are_damaged_alike()
    {
        var large = DrawnFace(224);
        foreach (var kind in DamageRecipe.Menu.Where(kind => kind is not (RecipeKind.Noise or RecipeKind.Mixture)))
        {
            var (small, big) = (new DamageRecipe(kind, 4).Apply(Face, 0), new DamageRecipe(kind, 4).Apply(large, 0));
            Math.Abs(Mean(small) - Mean(big)).ShouldBeLessThan(12, kind.ToString());
        }
    }

    private static double Mean(Image image)
    {
        var sum = 0L;
        foreach (var value in image.Pixels) sum += value;
        return sum / (double)image.Pixels.Length;
    }

    private static double Changed(Image a, Image b, int left = 0, int top = 0, int right = 112, int bottom = 112)
    {
        var changed = 0;
        for (var y = top; y < bottom; y++)
            for (var x = left; x < right; x++)
                if (!a.Row(y).Slice(3 * x, 3).SequenceEqual(b.Row(y).Slice(3 * x, 3))) changed++;
        return changed / (double)((right - left) * (bottom - top));
    }

    /// <summary>An oval with eyes and a mouth where the ArcFace template has them, shaded so that no two neighbours are equal.</summary>
    private static Image DrawnFace(int side)
    {
        var pixels = new byte[3 * side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (u, v) = (x * 112.0 / side, y * 112.0 / side);
                var skin = Math.Pow((u - 56) / 42, 2) + Math.Pow((v - 60) / 54, 2) < 1;
                var eye = Math.Pow((Math.Abs(u - 56) - 17.6) / 7, 2) + Math.Pow((v - 51.6) / 4, 2) < 1;
                var mouth = Math.Pow((u - 56) / 15, 2) + Math.Pow((v - 92) / 4, 2) < 1;
                var shade = 20 * Math.Sin(u / 9) + 15 * Math.Cos(v / 7);
                var (red, green, blue) = eye ? (40.0, 35, 30) : mouth ? (150, 60, 60) : skin ? (205, 160, 130) : (70, 90, 120);
                var at = 3 * (y * side + x);
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)(red + shade), (byte)(green + shade), (byte)(blue + shade));
            }
        }
        return new Image(side, side, pixels);
    }
}
