using Pfe.Calibration;
using Pfe.Vision;

namespace Pfe.Gallery.Tests.Support;

/// <summary>
/// Faces drawn as the method sees them: a person is a point on the sphere, an image that point with Gaussian noise of the image's own
/// variances. Every face follows from its numbers.
/// </summary>
internal static class TestFaces
{
    /// <summary>D; another one where an explicit run asks for it.</summary>
    public static int Dimension { get; } = Environment.GetEnvironmentVariable(DimensionVariable) is { } d ? int.Parse(d) : 64;

    /// <summary>ln sigma^2 of a good, a middling and a bad image.</summary>
    public const float Good = -6.5f, Middling = -5.5f, Bad = -3f;

    /// <summary>D of explicit runs, which hand it on to their processes.</summary>
    public const string DimensionVariable = "PFE_TEST_DIMENSION";

    /// <summary>Hands the fitted calibration to a child process, which would take seconds to fit it.</summary>
    public const string CalibrationVariable = "PFE_TEST_CALIBRATION";

    private static readonly Lazy<ScoreCalibration> Fitted = new(() =>
        Environment.GetEnvironmentVariable(CalibrationVariable) is { } json ? ScoreCalibration.FromJson(json, "parent") : Fit());

    public static ScoreCalibration Calibration => Fitted.Value;

    public static GalleryModel Model { get; } = new("model-a", "model a", Dimension, Calibration);

    /// <summary>A model of which another would be wrong: everything else is the same.</summary>
    public static GalleryModel OtherModel { get; } = new("model-b", "model b", Dimension, Calibration);

    public static float[] Direction(int person)
    {
        var random = new Random(person * 7919 + 17);
        return Unit([.. Enumerable.Range(0, Dimension).Select(_ => (float)Gaussian(random))]);
    }

    /// <summary>A point between two persons: what a person's face becomes over years.</summary>
    public static float[] Between(float[] a, float[] b, double share) =>
        Unit([.. a.Select((value, l) => (float)((1 - share) * value + share * b[l]))]);

    public static FaceEmbedding Image(int person, int shot, float logVariance = Good) =>
        Image(Direction(person), person * 1000 + shot, logVariance);

    public static FaceEmbedding Image(float[] direction, int seed, float logVariance = Good)
    {
        var random = new Random(seed * 31 + 5);
        var (mu, logs) = (new float[Dimension], new float[Dimension]);
        for (var l = 0; l < Dimension; l++)
        {
            logs[l] = logVariance + 0.2f * (float)Gaussian(random);
            mu[l] = direction[l] + MathF.Exp(logs[l] / 2) * (float)Gaussian(random);
        }
        return new FaceEmbedding(Unit(mu), logs);
    }

    public static FaceSample Sample(int person, int shot, float logVariance = Good) =>
        new(Image(person, shot, logVariance)) { Reference = $"person-{person}-shot-{shot}" };

    public static EnrolRequest Request(int person, params int[] shots) => new()
    {
        ExternalId = $"id-{person}", Name = $"Name {person}", Samples = [.. shots.Select(shot => Sample(person, shot))],
    };

    private static ScoreCalibration Fit()
    {
        const int People = 300, Shots = 4;
        float[] levels = [Good, Good, Middling, Bad];
        var images = Enumerable.Range(0, People * Shots)
            .Select(i => Image(1_000_000 + i / Shots, i % Shots, levels[(i / Shots + i) % levels.Length])).ToArray();
        using var set = new EmbeddingSet(
            Dimension, [.. images.SelectMany(image => image.Mu.ToArray())], [.. images.SelectMany(image => image.LogVariance.ToArray())],
            [.. images.Select((_, i) => $"{i}")]);
        var (first, second, same) = (new List<int>(), new List<int>(), new List<bool>());
        var random = new Random(3);
        for (var i = 0; i < images.Length; i++)
        {
            for (var j = i + 1; j < i / Shots * Shots + Shots; j++) (first, second, same).Add(i, j, true);
            for (var n = 0; n < 30; n++)
                if (random.Next(images.Length) is var j && j / Shots != i / Shots) (first, second, same).Add(i, j, false);
        }
        var pairs = ScoredPairs.Of(set, first.ToArray(), second.ToArray(), same.ToArray());
        return CalibrationFit.Fit(pairs, FaceUncertainty.Of(set), Scoring.ScoreKind.MutualLikelihood, Dimension, "simulated");
    }

    private static void Add(this (List<int> First, List<int> Second, List<bool> Same) pairs, int first, int second, bool same)
    {
        pairs.First.Add(first);
        pairs.Second.Add(second);
        pairs.Same.Add(same);
    }

    private static float[] Unit(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return Array.ConvertAll(vector, value => value / length);
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
