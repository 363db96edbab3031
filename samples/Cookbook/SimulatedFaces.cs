using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Samples.Cookbook;

/// <summary>
/// Faces that nobody has: each person is a point on the sphere and a drawn head, each image a noisy copy of both. A blurred drawing has a
/// noisier embedding, and its sigma says so: what a well-trained head does with photographs.
/// </summary>
public static class SimulatedFaces
{
    private const double Noise = 0.085;

    /// <summary>Draws a population of embeddings.</summary>
    /// <param name="persons">How many persons.</param>
    /// <param name="images">Images of each.</param>
    /// <param name="dimension">D.</param>
    /// <param name="seed">Same seed, same faces.</param>
    public static EmbeddingSet Draw(int persons, int images, int dimension = 64, int seed = 1)
    {
        var random = new Random(seed);
        var count = persons * images;
        var (mu, logVariance, paths) = (new float[(long)count * dimension], new float[(long)count * dimension], new string[count]);
        for (var person = 0; person < persons; person++)
        {
            var centre = Unit(random, dimension);
            for (var image = 0; image < images; image++)
            {
                var row = person * images + image;
                var damage = DamageOf(row, seed);
                var deviation = Noise * (0.6 + 1.5 * damage);
                var face = mu.AsSpan(row * dimension, dimension);
                var length = 0.0;
                for (var l = 0; l < dimension; l++)
                {
                    // Dimensions differ in how much they suffer, as in real heads.
                    var own = deviation * (0.7 + 0.6 * ((l * 7919 + person) % dimension) / dimension);
                    face[l] = (float)(centre[l] + own * Gaussian(random));
                    logVariance[row * dimension + l] = (float)(2 * Math.Log(own) + 0.15 * Gaussian(random));
                    length += face[l] * face[l];
                }
                // Scaling to unit length scales the deviation as well.
                for (var l = 0; l < dimension; l++)
                {
                    face[l] /= (float)Math.Sqrt(length);
                    logVariance[row * dimension + l] -= (float)Math.Log(length);
                }
                paths[row] = $"person{person:00000}/{image:000}.png";
            }
        }
        return new EmbeddingSet(dimension, mu, logVariance, paths);
    }

    /// <summary>How much a row's image is damaged, 0 to 1; most images are good.</summary>
    /// <param name="row">The row.</param>
    /// <param name="seed">Of the population.</param>
    public static double DamageOf(int row, int seed = 1) => Math.Pow(new Random(HashCode(row, seed)).NextDouble(), 3);

    /// <summary>The picture of a row: a drawn head, blurred as much as its embedding is noisy.</summary>
    /// <param name="row">The row.</param>
    /// <param name="images">Images of each person.</param>
    /// <param name="seed">Of the population.</param>
    public static Image Picture(int row, int images, int seed = 1)
    {
        var head = DrawnHead(row / images);
        return FaceDamage.Apply(head, DamageKind.Blur, Math.Min(1, 1.4 * DamageOf(row, seed)));
    }

    /// <summary>A head made of ellipses; the number decides skin, hair, eyes and mouth.</summary>
    /// <param name="person">Any number.</param>
    public static Image DrawnHead(int person)
    {
        const int Side = 112;
        var random = new Random(HashCode(person, 17));
        (double, double, double) skin = (150 + random.Next(90), 100 + random.Next(80), 70 + random.Next(70)),
            hair = (random.Next(140), random.Next(100), random.Next(70)),
            back = (150 + random.Next(80), 160 + random.Next(70), 170 + random.Next(70));
        double width = 34 + random.Next(8), eyes = 13 + random.Next(6), mouth = 9 + random.Next(9), brow = random.Next(4), fringe = 26 +
            random.Next(14);
        var pixels = new byte[Side * Side * 3];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var colour = back;
                if (In(x, y, 56, 50, width + 7, 48)) colour = hair;
                if (In(x, y, 56, 60, width, 44)) colour = y < fringe ? hair : skin;
                if (In(x, y, 56 - eyes, 52, 6, 3.5) || In(x, y, 56 + eyes, 52, 6, 3.5)) colour = (245, 245, 245);
                if (In(x, y, 56 - eyes, 52, 2.8, 3) || In(x, y, 56 + eyes, 52, 2.8, 3)) colour = (30, 30 + 8 * brow, 40);
                if (In(x, y, 56 - eyes, 44 - brow, 8, 1.8) || In(x, y, 56 + eyes, 44 - brow, 8, 1.8)) colour = hair;
                if (In(x, y, 56, 68, 4, 7)) colour = (skin.Item1 * 0.85, skin.Item2 * 0.85, skin.Item3 * 0.85);
                if (In(x, y, 56, 86, mouth, 3.5)) colour = (170, 60, 70);
                var at = 3 * (y * Side + x);
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)colour.Item1, (byte)colour.Item2, (byte)colour.Item3);
            }
        }
        return new Image(Side, Side, pixels);
    }

    private static bool In(double x, double y, double cx, double cy, double rx, double ry) =>
        (x - cx) * (x - cx) / (rx * rx) + (y - cy) * (y - cy) / (ry * ry) <= 1;

    private static double[] Unit(Random random, int dimension)
    {
        var point = Enumerable.Range(0, dimension).Select(_ => Gaussian(random)).ToArray();
        var length = Math.Sqrt(point.Sum(value => value * value));
        return [.. point.Select(value => value / length)];
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    // Not System.HashCode: that one differs from run to run.
    private static int HashCode(int a, int b) => unchecked(a * 1_000_003 + b * 7_368_787);
}
