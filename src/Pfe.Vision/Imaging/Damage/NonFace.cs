namespace Pfe.Vision.Imaging.Damage;

/// <summary>Pictures that show nobody, of the kinds that a careless detector hands on.</summary>
internal static class NonFace
{
    public static Image Apply(Image image, RecipeKind kind, Draw draw, int face) => kind switch
    {
        RecipeKind.Shuffled => Shuffled(image, draw),
        RecipeKind.Zoomed => Zoomed(image, draw.Between(3, 8), draw.Between(10, 100), draw.Between(5, 105)),
        RecipeKind.Synthetic => Synthetic(image, draw, new Draw(face)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such non-face"),
    };

    private static Image Shuffled(Image image, Draw draw)
    {
        int[] sides = [2, 3, 4, 7];
        var side = sides[draw.OneOf(4)];
        var order = Enumerable.Range(0, side * side).ToArray();
        draw.Random.Shuffle(order);
        var tile = Pixels.Side / side;
        return Pixels.Lookup(image, (x, y) =>
        {
            var (column, row) = (Math.Min(side - 1, (int)(x / tile)), Math.Min(side - 1, (int)(y / tile)));
            var from = order[row * side + column];
            return (x + (from % side - column) * tile, y + (from / side - row) * tile);
        });
    }

    private static Image Zoomed(Image image, double factor, double centreX, double centreY) =>
        Pixels.Lookup(image, (x, y) => (centreX + (x - 56) / factor, centreY + (y - 56) / factor));

    private static Image Synthetic(Image image, Draw draw, Draw own)
    {
        switch (draw.OneOf(4))
        {
            case 0:
                var plain = own.Colour();
                return Pixels.Map(image, (_, _, _) => plain);
            case 1:
                var clouds = Enumerable.Range(0,
                    6).Select(_ => (X: own.Between(0, 112), Y: own.Between(0, 112), Size: own.Between(8, 40),
                    Colour: own.Colour())).ToArray();
                return Pixels.Map(image, (x, y, _) => clouds.Aggregate(Colour.Grey(128),
                    (sum, cloud) => sum.Towards(cloud.Colour,
                        Math.Exp(-0.5 * (Math.Pow((x - cloud.X) / cloud.Size, 2) + Math.Pow((y - cloud.Y) / cloud.Size, 2))))));
            case 2:
                return Pixels.Map(image, (_, _, _) => new Colour(own.Between(0, 255), own.Between(0, 255), own.Between(0, 255)));
            default:
                var (angle, period, one, other) = (own.Between(0, Math.PI), own.Between(4, 30), own.Colour(), own.Colour());
                return Pixels.Map(image, (x, y, _) => Math.Sin((x * Math.Cos(angle) + y * Math.Sin(angle)) * 2 * Math.PI / period) > 0
                    ? one : other);
        }
    }
}
