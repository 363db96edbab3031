using CsCheck;
using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Tests.Metrics;

public sealed class IdentificationTests
{
    private static readonly Gen<(int[] Probes, int Gallery, float[] Scores)> Problems =
        from probes in Gen.Int[0, 8].Array[2, 12]
        from gallery in Gen.Int[2, 6]
        from scores in Gen.Int[0, 9].Select(n => n / 8f).Array[probes.Length * gallery]
        where probes.Any(p => p < gallery) && probes.Any(p => p >= gallery)
        select (probes, gallery, scores);

    [Fact]
    public void Open_and_closed_set_rates_equal_the_definition_ties_included() => Problems.Sample((probes, size, flat) =>
    {
        int[] gallery = [.. Enumerable.Range(0, size)];
        float[][] rows = [.. flat.Chunk(size)];
        var identification = new Identification(new ScoreMatrix(flat, probes, gallery));
        float[] alarms = [.. rows.Where((_, p) => probes[p] >= size).Select(row => row.Max())];
        foreach (var point in identification.OpenSet([1, 2, 5], [0, 0.1, 0.5, 1]))
        {
            point.Threshold.ShouldBe(NaiveMetrics.ThresholdAtFar(alarms, point.RequestedFar));
            var (dir, far) = NaiveMetrics.Identify(rows, probes, gallery, point.Rank, point.Threshold);
            point.Dir.ShouldBe(dir, 1e-12);
            point.Far.ShouldBe(far, 1e-12);
        }
        foreach (var point in identification.ClosedSet([1, 3]))
            point.Dir.ShouldBe(NaiveMetrics.Identify(rows, probes, gallery, point.Rank, double.NegativeInfinity).Dir, 1e-12);
    });

    [Fact]
    public void A_hand_computed_case()
    {
        // Probe 0: mate first. Probe 1: mate tied with another, so rank 2. Probe 9: a stranger whose best score is 0.6.
        var identification = new Identification(new ScoreMatrix(new float[] { 0.9f, 0.1f, 0.7f, 0.7f, 0.6f, 0.2f }, [0, 1, 9], [0, 1]));
        (identification.MatedProbes, identification.NonMatedProbes).ShouldBe((2, 1));
        identification.ClosedSet([1, 2]).Select(point => point.Dir).ShouldBe([0.5, 1.0]);
        identification.OpenSet([1], [1.0])[0].ShouldBe(new IdentificationPoint(1, 1, 0.6f, 1, 0.5));
    }

    [Fact]
    public void Two_mates_for_a_probe_and_no_mate_at_all_are_refused()
    {
        Should.Throw<ArgumentException>(() => new Identification(new ScoreMatrix(new float[2], [0], [0, 0])))
            .Message.ShouldContain("two mates");
        Should.Throw<ArgumentException>(() => new Identification(new ScoreMatrix(new float[2], [5], [0, 1])))
            .Message.ShouldContain("no probe");
    }
}
