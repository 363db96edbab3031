namespace Pfe.Vision.Imaging.Damage;

/// <summary>What a cover is made of: plain, striped, shaded, mottled or checked. The same place always has the same colour.</summary>
internal sealed class Texture
{
    private const int Cells = 14;

    // Half of all covers are plain.
    private const int Patterns = 8;
    private readonly int _pattern;
    private readonly Colour _first;
    private readonly Colour _second;
    private readonly double _frequency;
    private readonly double _angle;
    private readonly Colour[] _lattice;

    /// <param name="draw">Draws the pattern.</param>
    /// <param name="first">The main colour.</param>
    /// <param name="second">The other colour.</param>
    public Texture(Draw draw, Colour first, Colour second)
    {
        (_pattern, _first, _second) = (draw.OneOf(Patterns), first, second);
        (_frequency, _angle) = (draw.Between(0.3, 1.2), draw.Between(0, Math.PI));
        var spread = draw.Between(10, 50);
        _lattice = [.. Enumerable.Range(0, (Cells + 1) * (Cells + 1)).Select(_ =>
            new Colour(first.Red + spread * draw.Normal(), first.Green + spread * draw.Normal(), first.Blue + spread * draw.Normal()))];
    }

    public static Texture Any(Draw draw) => new(draw, draw.Colour(), draw.Colour());

    public Colour At(double x, double y)
    {
        var along = x * Math.Cos(_angle) + y * Math.Sin(_angle);
        return _pattern switch
        {
            0 => Math.Sin(_frequency * along) > 0 ? _first : _second,
            1 => _first.Towards(_second, y / Pixels.Side),
            2 => Mottled(x, y),
            3 => Math.Sin(_frequency * x) * Math.Sin(_frequency * y) > 0 ? _first : _second,
            _ => _first,
        };
    }

    private Colour Mottled(double x, double y)
    {
        var (column, row) = (Math.Clamp(x / Pixels.Side * Cells, 0, Cells - 1e-9), Math.Clamp(y / Pixels.Side * Cells, 0, Cells - 1e-9));
        var at = (int)row * (Cells + 1) + (int)column;
        var (across, down) = (column % 1, row % 1);
        var above = _lattice[at].Towards(_lattice[at + 1], across);
        return above.Towards(_lattice[at + Cells + 1].Towards(_lattice[at + Cells + 2], across), down);
    }
}
