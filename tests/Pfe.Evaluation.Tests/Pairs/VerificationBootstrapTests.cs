using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;

namespace Pfe.Evaluation.Tests.Pairs;

public sealed class VerificationBootstrapTests
{
    private static readonly double[] Fars = [0.01, 0.1];

    /// <summary>All pairs of <paramref name="people"/> x 3 images; a person's images share a shift, so images of one person are no
    /// independent evidence.</summary>
    private static (PairList Pairs, float[] Scores) Sample(int people, Random random, bool withIdentities = true)
    {
        int[] identities = [.. Enumerable.Range(0, people * 3).Select(image => image / 3)];
        double[] difficulty = [.. identities.Select(_ => 0.0)];
        for (var person = 0; person < people; person++) Array.Fill(difficulty, Normal(random), person * 3, 3);
        var (first, second, same, scores) = (new List<int>(), new List<int>(), new List<bool>(), new List<float>());
        for (var i = 0; i < identities.Length; i++)
            for (var j = i + 1; j < identities.Length; j++)
            {
                first.Add(i);
                second.Add(j);
                same.Add(identities[i] == identities[j]);
                scores.Add((float)(same[^1] ? 3 + difficulty[i] + 0.3 * Normal(random) : Normal(random)));
            }
        return (new PairList([.. first], [.. second], [.. same], withIdentities ? identities : null), [.. scores]);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    [Fact]
    public void Drawing_each_unit_once_gives_the_rates_of_the_roc()
    {
        var (pairs, scores) = Sample(12, new Random(3));
        var bootstrap = new VerificationBootstrap(pairs, scores);
        var once = Enumerable.Repeat(1, bootstrap.Units).ToArray();
        var (genuine, impostor) = pairs.Split(scores);
        bootstrap.TarAtFars(once, [0, .. Fars, 1]).ShouldBe(Roc.AtFars(genuine, impostor, [0, .. Fars, 1]).Select(point => point.Tar));
    }

    [Fact]
    public void Weights_equal_the_rates_of_a_list_with_the_pairs_repeated()
    {
        var random = new Random(5);
        var (pairs, scores) = Sample(8, random);
        int[] counts = [.. Enumerable.Range(0, 8).Select(_ => random.Next(4))];
        var (genuine, impostor) = (new List<float>(), new List<float>());
        for (var n = 0; n < pairs.Count; n++)
        {
            var (a, b) = (counts[pairs.First.Span[n] / 3], counts[pairs.Second.Span[n] / 3]);
            if (pairs.Same.Span[n]) genuine.AddRange(Enumerable.Repeat(scores[n], a));
            else impostor.AddRange(Enumerable.Repeat(scores[n], a * b));
        }
        new VerificationBootstrap(pairs, scores).TarAtFars(counts, Fars)
            .ShouldBe(Roc.AtFars([.. genuine], [.. impostor], Fars).Select(point => point.Tar));
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_it_holds_the_estimate()
    {
        var (pairs, scores) = Sample(30, new Random(1));
        var options = new BootstrapOptions { Resamples = 100 };
        var intervals = new VerificationBootstrap(pairs, scores).TarAtFars(Fars, options);
        intervals.ShouldBe(new VerificationBootstrap(pairs, scores).TarAtFars(Fars, options));
        var (genuine, impostor) = pairs.Split(scores);
        foreach (var (point, interval) in Roc.AtFars(genuine, impostor, Fars).Zip(intervals))
            (interval.Low <= point.Tar && point.Tar <= interval.High && interval.Low < interval.High).ShouldBeTrue();
    }

    [Fact]
    public void Intervals_over_identities_cover_the_true_rate_about_as_often_as_they_say()
    {
        // The truth at FAR 0.1 of normal impostors against normal mates (mean 3, variance 1 + 0.09): P(3 + 1.044 z > 1.2816) = 0.950.
        var (random, options, covered) = (new Random(11), new BootstrapOptions { Resamples = 100, Confidence = 0.9 }, 0);
        for (var trial = 0; trial < 60; trial++)
        {
            var (pairs, scores) = Sample(40, random);
            var interval = new VerificationBootstrap(pairs, scores).TarAtFars([0.1], options)[0];
            if (interval.Low <= 0.950 && 0.950 <= interval.High) covered++;
        }
        covered.ShouldBeInRange(42, 60);
    }

    [Fact]
    public void Without_identities_pairs_are_resampled()
    {
        var (pairs, scores) = Sample(20, new Random(2), withIdentities: false);
        var bootstrap = new VerificationBootstrap(pairs, scores);
        (bootstrap.ByIdentity, bootstrap.Units).ShouldBe((false, pairs.Count));
        var interval = bootstrap.TarAtFars([0.001], new BootstrapOptions { Resamples = 50 })[0];
        interval.Low.ShouldBeLessThan(interval.High);
    }
}
