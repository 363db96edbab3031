using CsCheck;
using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Tests.Metrics;

public sealed class VerificationAccuracyTests
{
    [Fact]
    public void The_best_threshold_and_its_accuracy_equal_the_definition_ties_included() =>
        Gen.Select(Gen.Int[-4, 6].Select(n => n / 4f).Array[1, 40], Gen.Int[-6, 4].Select(n => n / 4f).Array[1, 40])
            .Sample((genuine, impostor) =>
        {
            var (mates, others) = (new SortedScores(genuine), new SortedScores(impostor));
            var (threshold, accuracy) = VerificationAccuracy.Best(mates, others);
            threshold.ShouldBe(NaiveMetrics.BestThreshold(genuine, impostor), 1e-12);
            accuracy.ShouldBe(genuine.Max(candidate => NaiveMetrics.Accuracy(genuine, impostor, candidate)), 1e-12);
            VerificationAccuracy.At(mates, others, threshold).ShouldBe(NaiveMetrics.Accuracy(genuine, impostor, threshold), 1e-12);
        });

    [Fact]
    public void Equally_good_thresholds_are_averaged_each_as_often_as_it_occurs()
    {
        // 0.2 and 0.6 both decide 5 of 6 rightly (0.2 lets 0.5 in, 0.6 keeps 0.2 out); 0.6 occurs twice: (0.2 + 0.6 + 0.6) / 3.
        var (threshold, accuracy) = VerificationAccuracy.Best(new SortedScores([0.2f, 0.6f, 0.6f]), new SortedScores([0.5f, 0.1f, 0f]));
        threshold.ShouldBe(1.4 / 3, 1e-7);
        accuracy.ShouldBe(5.0 / 6);
    }
}
