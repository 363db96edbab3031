namespace Pfe.Vision.Imaging.Damage;

/// <summary>Faces as drawings: the person's lines without the person's skin.</summary>
internal static class Drawings
{
    public static Image Apply(Image image, RecipeKind kind, Draw draw) => kind switch
    {
        RecipeKind.Sketch => draw.OneOf(3) switch
        {
            0 => Pencil(image, draw.Between(2, 7), draw.Coin() ? Colour.Grey(255) : new Colour(245, 230, 200)),
            1 => Outline(image, draw.Between(8, 30), Colour.Grey(255)),
            _ => Stencil(image, draw.Between(0.5, 2), draw.Between(-25, 25)),
        },
        RecipeKind.Cartoon => Cartoon(image, draw.Between(1, 2.6), 3 + draw.OneOf(6), draw.Between(14, 45)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such drawing"),
    };

    // "Colour dodge": grey over one minus the blurred negative, as drawing programs make pencil out of photographs.
    private static Image Pencil(Image image, double softness, Colour paper)
    {
        var soft = Smoothing.Gaussian(image, softness * image.Width / Pixels.Side);
        return Blend(image, soft, (was, blurred) =>
            Colour.Grey(0).Towards(paper, Math.Min(1, Pixels.Grey(was) / Math.Max(1, Pixels.Grey(blurred)))));
    }

    private static Image Outline(Image image, double threshold, Colour paper)
    {
        var (fine, coarse) = Edges(image);
        return Blend(fine, coarse,
            (a, b) => Colour.Grey(0).Towards(paper, Math.Clamp(1 - (Pixels.Grey(b) - Pixels.Grey(a)) * 3 / threshold, 0, 1)));
    }

    private static Image Stencil(Image image, double softness, double offset)
    {
        var (fine, wide) = (Smoothing.Gaussian(image, softness * image.Width / Pixels.Side),
            Smoothing.Gaussian(image, 12 * image.Width / Pixels.Side));
        return Blend(fine, wide, (a, b) => Colour.Grey(Pixels.Grey(a) > Pixels.Grey(b) + offset ? 255 : 0));
    }

    private static Image Cartoon(Image image, double softness, int levels, double threshold)
    {
        var flat = Smoothing.Gaussian(image, softness * image.Width / Pixels.Side);
        double Step(double value) => Math.Min(255, (Math.Floor(value * levels / 256) + 0.5) * 256 / levels);
        var colours = Pixels.Map(flat, (_, _, was) => new Colour(Step(was.Red), Step(was.Green), Step(was.Blue)));
        var (fine, coarse) = Edges(image);
        var lines = Blend(fine, coarse, (a, b) => Colour.Grey(Pixels.Grey(b) - Pixels.Grey(a) > threshold / 4 ? 0 : 255));
        return Blend(colours, lines, (colour, line) => line.Red < 128 ? line : colour);
    }

    // A difference of Gaussians: dark lines are where the finer one is darker.
    private static (Image Fine, Image Coarse) Edges(Image image)
    {
        var unit = image.Width / Pixels.Side;
        return (Smoothing.Gaussian(image, 0.8 * unit), Smoothing.Gaussian(image, 2.4 * unit));
    }

    private static Image Blend(Image one, Image other, Func<Colour, Colour, Colour> colour)
    {
        var at = 0;
        return Pixels.Map(one, (_, _, was) =>
        {
            var with = new Colour(other.Pixels[at], other.Pixels[at + 1], other.Pixels[at + 2]);
            at += 3;
            return colour(was, with);
        });
    }
}
