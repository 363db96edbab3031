namespace Pfe.Vision.Imaging.Damage;

/// <summary>Chance as recipes want it, from one seed.</summary>
internal sealed class Draw(int seed)
{
    public Random Random { get; } = new(seed);

    public double Between(double low, double high) => low + (high - low) * Random.NextDouble();

    /// <summary>Even in its logarithm.</summary>
    public double Factor(double low, double high) => low * Math.Pow(high / low, Random.NextDouble());

    public int OneOf(int count) => Random.Next(count);

    public bool Coin(double share = 0.5) => Random.NextDouble() < share;

    public int Sign() => Coin() ? 1 : -1;

    public int Seed() => Random.Next();

    /// <summary>Any colour, four times in ten a grey.</summary>
    public Colour Colour()
    {
        if (Coin(0.4)) return Damage.Colour.Grey(Between(0, 255));
        return new Colour(Between(0, 255), Between(0, 255), Between(0, 255));
    }

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Random.NextDouble())) * Math.Cos(2 * Math.PI * Random.NextDouble());
}

/// <summary>Red, green and blue, 0 to 255.</summary>
internal readonly record struct Colour(double Red, double Green, double Blue)
{
    public static Colour Grey(double level) => new(level, level, level);

    public Colour Scaled(double factor) => new(factor * Red, factor * Green, factor * Blue);

    public Colour Towards(Colour other, double share) =>
        new(Red + share * (other.Red - Red), Green + share * (other.Green - Green), Blue + share * (other.Blue - Blue));
}
