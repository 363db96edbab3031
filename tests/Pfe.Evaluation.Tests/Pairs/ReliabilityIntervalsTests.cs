using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;

namespace Pfe.Evaluation.Tests.Pairs;

public sealed class ReliabilityIntervalsTests
{
    private static readonly BootstrapOptions Options = new() { Resamples = 300 };

    [Fact]
    public void Every_interval_holds_its_estimate_and_what_is_true()
    {
        var (evidence, pairs) = Draw(persons: 60, spread: 0);
        var (judged, sure) = (Reliability.Of(evidence, pairs.Same.Span), ReliabilityIntervals.Of(evidence, pairs, Options));
        Holds(sure.ExpectedCalibrationError, judged.ExpectedCalibrationError);
        Holds(sure.Cllr, judged.Cllr);
        Holds(sure.Loss, judged.Cllr - judged.CllrMin);
        Holds(sure.Middle, judged.Middle!.Observed);
        // Drawn with the evidence they are given, so what is stated is true.
        Holds(sure.Middle, judged.Middle.Stated);
    }

    [Fact]
    public void Persons_who_differ_make_wider_intervals_than_as_many_pairs_of_equal_persons() =>
        Width(Draw(60, spread: 2)).ShouldBeGreaterThan(1.5 * Width(Draw(60, spread: 0)));

    [Fact]
    public void Samples_without_a_genuine_pair_are_left_out()
    {
        // Only the first of three persons has two images: most samples of three lack that person or all others.
        var pairs = new PairList([0, 0, 0, 1], [1, 2, 3, 2], [true, false, false, false], [0, 0, 1, 2]);
        var sure = ReliabilityIntervals.Of([1, 0.2, -3, -4], pairs, Options);
        foreach (var interval in new[] { sure.ExpectedCalibrationError, sure.Cllr, sure.Loss, sure.Middle })
            (interval.Low >= 0 && interval.Low <= interval.High && double.IsFinite(interval.High)).ShouldBeTrue($"{interval}");
    }

    private static double Width((double[] Evidence, PairList Pairs) drawn) =>
        ReliabilityIntervals.Of(drawn.Evidence, drawn.Pairs, Options).Cllr is var cllr ? cllr.High - cllr.Low : 0;

    private static void Holds(Interval interval, double value) => value.ShouldBeInRange(interval.Low, interval.High);

    // Genuine and impostor scores are Gaussian around 1 and -1: the true evidence is twice the score. Each person has four images.
    private static (double[], PairList) Draw(int persons, double spread)
    {
        var random = new Random(5);
        double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        int[] identities = [.. Enumerable.Range(0, 4 * persons).Select(image => image / 4)];
        var ease = Enumerable.Range(0, persons).Select(_ => spread * Gaussian()).ToArray();
        var rows = (from i in Enumerable.Range(0, identities.Length)
                    from j in Enumerable.Range(i + 1, identities.Length - i - 1)
                    select (i, j)).ToArray();
        bool[] same = [.. rows.Select(pair => identities[pair.i] == identities[pair.j])];
        double[] evidence = [.. rows.Select((pair, n) => 2 * ((same[n] ? 1 + ease[identities[pair.i]] : -1) + Gaussian()))];
        return (evidence, new PairList([.. rows.Select(pair => pair.i)], [.. rows.Select(pair => pair.j)], same, identities));
    }
}
