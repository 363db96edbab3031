using Pfe.Calibration;

namespace Pfe.Tests.Calibration;

/// <summary>
/// Pairs whose true evidence is known: scores of genuine and impostor pairs are Gaussian with one deviation, their means 2 m apart, and m
/// shrinks as the pair's uncertainty grows; the true ln likelihood ratio then is <c>2 m score</c>. ContaminationRates are drawn as pairs of
/// the other kind are.
/// </summary>
internal static class SimulatedPairs
{
    /// <param name="shift">Moves both kinds' scores up by this for each unit by which the faces differ in uncertainty.</param>
    public static ScoredPairs Draw(
        int genuine, int impostor, int seed, Func<double, double> separation, double genuineLapses = 0, double impostorLapses = 0,
        double shift = 0)
    {
        var random = new Random(seed);
        var count = genuine + impostor;
        var (scores, same, first, second) = (new float[count], new bool[count], new double[count], new double[count]);
        for (var n = 0; n < count; n++)
        {
            (same[n], first[n], second[n]) = (n < genuine, -8 + 3 * random.NextDouble(), -8 + 3 * random.NextDouble());
            var m = separation(FaceUncertainty.OfPair(first[n], second[n]));
            var lapse = same[n] ? genuineLapses > 0 && random.NextDouble() < genuineLapses : impostorLapses > 0
                && random.NextDouble() < impostorLapses;
            scores[n] = (float)((same[n] != lapse ? m : -m) + shift * Math.Abs(first[n] - second[n]) + Gaussian(random));
        }
        return new(scores, same, first, second);
    }

    public static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public static double[] Faces(ScoredPairs pairs) => [.. pairs.Uncertainty1, .. pairs.Uncertainty2];
}
