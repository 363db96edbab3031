using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Risk;
using Pfe.Evaluation.Tests.Generated;
using Pfe.Evaluation.Tests.Metrics;

namespace Pfe.Evaluation.Tests.Risk;

public sealed class RiskControlTests
{
    private const int Count = 403;
    private readonly EmbeddingSet _faces;
    private readonly PairList _pairs;

    public RiskControlTests()
    {
        string[] identities = [.. Enumerable.Range(0, 2 * Count).Select(n => n % 4 < 2 ? $"{n / 4}" : $"{n}")];
        _faces = Faces.Of([.. Enumerable.Range(0, 2 * Count).Select(n => $"{n}.jpg")], identities, 12, 0.5, seed: 3);
        _pairs = new PairList([.. Enumerable.Range(0, Count).Select(n => 2 * n)], [.. Enumerable.Range(0, Count).Select(n => 2 * n + 1)],
            [.. Enumerable.Range(0, Count).Select(n => n % 2 == 0)], null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Levels_equal_ProbFaces_procedure_written_out_in_float64(bool sum)
    {
        var risk = sum ? PairRisk.Sum : PairRisk.Maximum;
        double Variance(int row) => _faces.LogVariance(row).ToArray().Average(v => Math.Exp(v));
        double[] risks = [.. Enumerable.Range(0, Count).Select(n => risk == PairRisk.Sum ? Variance(2 * n) + Variance(2 * n + 1)
            : Math.Max(Variance(2 * n), Variance(2 * n + 1)))];
        var found = RiskControl.Of(_faces, _pairs, null, 10, risk, TestContext.Current.CancellationToken);
        found.Levels.Select(level => level.Dropped).ShouldBe([0, 0.1, 0.2, 0.3]);
        foreach (var level in found.Levels)
        {
            // numpy.percentile((1 - r) * 100), linear; then KFold without shuffling on what is kept.
            var sorted = risks.Order().ToList();
            var at = (1 - level.Dropped) * (Count - 1);
            var low = (int)at;
            var limit = low + 1 < Count ? sorted[low] * (1 - (at - low)) + sorted[low + 1] * (at - low) : sorted[low];
            int[] kept = [.. Enumerable.Range(0, Count).Where(n => risks[n] <= limit * (1 + 1e-9))];
            level.Pairs.ShouldBe(kept.Length);
            level.RiskThreshold.ShouldBe(limit, 1e-6 * limit);
            var accuracies = new List<double>();
            for (var (fold, start) = (0, 0); fold < 10; fold++)
            {
                var size = kept.Length / 10 + (fold < kept.Length % 10 ? 1 : 0);
                int[] tested = kept[start..(start + size)], others = [.. kept[..start], .. kept[(start + size)..]];
                start += size;
                (List<float> Genuine, List<float> Impostor) Split(int[] pairs) => ([.. pairs.Where(n => n % 2 == 0).Select(Cosine)],
                    [.. pairs.Where(n => n % 2 == 1).Select(Cosine)]);
                var (genuine, impostor) = Split(others);
                var (mates, rest) = Split(tested);
                accuracies.Add(NaiveMetrics.Accuracy(mates, rest, NaiveMetrics.BestThreshold(genuine, impostor)));
            }
            level.Scores[0].Score.ShouldBe("cosine");
            level.Scores[0].Accuracy.ShouldBe(accuracies.Average(), 1e-9);
        }
        // The damaged third goes first, so what is left is decided better.
        found.Levels[3].Scores[0].Accuracy.ShouldBeGreaterThan(found.Levels[0].Scores[0].Accuracy);
    }

    [Fact]
    public void Folds_that_a_protocol_gives_are_kept()
    {
        int[] fold = [.. Enumerable.Range(0, Count).Select(n => n % 5)];
        RiskControl.Of(_faces, _pairs, fold, 5, PairRisk.Maximum, TestContext.Current.CancellationToken).Levels[0].Scores[0].Accuracy
            .ShouldBe(Pfe.Evaluation.Metrics.FoldedAccuracy.Of([.. Enumerable.Range(0, Count).Select(Cosine)],
                [.. Enumerable.Range(0, Count).Select(n => n % 2 == 0)], fold, 5).Mean, 1e-6);
    }

    private float Cosine(int pair) => (float)NaiveFace.Cosine(NaiveFace.Row(_faces, 2 * pair), NaiveFace.Row(_faces, 2 * pair + 1));
}
