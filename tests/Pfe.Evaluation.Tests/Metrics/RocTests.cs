using CsCheck;
using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Tests.Metrics;

public sealed class RocTests
{
    private static readonly double[] Fars = [0, 1e-3, 0.01, 0.1, 0.25, 0.5, 1];

    /// <summary>Few distinct values, so that ties are the rule.</summary>
    private static readonly Gen<float[]> Tied = Gen.Int[-5, 5].Select(n => n / 4f).Array[1, 60];
    private static readonly Gen<float[]> Free = Gen.Float[-2000, 2000].Array[1, 60];

    [Fact]
    public void Points_at_requested_rates_equal_the_definition_on_random_scores_with_and_without_ties() =>
        Gen.Select(Gen.OneOf(Tied, Free), Gen.OneOf(Tied, Free)).Sample((genuine, impostor) =>
        {
            foreach (var point in Roc.AtFars(genuine, impostor, Fars))
            {
                var threshold = NaiveMetrics.ThresholdAtFar(impostor, point.RequestedFar);
                point.Threshold.ShouldBe(threshold);
                point.Far.ShouldBe(NaiveMetrics.Share(impostor, threshold), 1e-12);
                point.Tar.ShouldBe(NaiveMetrics.Share(genuine, threshold), 1e-12);
            }
        });

    [Fact]
    public void A_hand_computed_case_with_a_tie_at_the_threshold()
    {
        // Ten impostors; at FAR 0.2 k = 2, the second highest is 0.5, and three impostors score at least 0.5.
        float[] impostor = [0.9f, 0.5f, 0.5f, 0.4f, 0.3f, 0.2f, 0.1f, 0f, -0.1f, -0.2f];
        float[] genuine = [1f, 0.5f, 0.45f, 0.95f];
        var point = Roc.AtFars(genuine, impostor, [0.2])[0];
        point.ShouldBe(new OperatingPoint(0.2, 0.5, 0.3, 0.75));
    }

    [Theory]
    [InlineData(0.25, 3.0)] // 0.25 * 10 = 2.5 rounds to the even 2: the 2nd highest
    [InlineData(0.35, 1.0)] // 3.5 rounds to 4: the 4th highest
    [InlineData(0.04, 4.00000001)] // 0.4 rounds to 0: just above the highest
    public void The_number_of_false_accepts_is_rounded_half_to_even(double far, double threshold)
    {
        var impostor = new SortedScores([4f, 3f, 2f, 1f, 0f, -1f, -2f, -3f, -4f, -5f]);
        impostor.ThresholdAtFar(far).ShouldBe(threshold);
    }

    [Fact]
    public void No_impostor_is_accepted_at_rate_zero_however_large_the_scores()
    {
        var impostor = new SortedScores([1e9f, 3e9f]);
        impostor.CountAtLeast(impostor.ThresholdAtFar(0)).ShouldBe(0);
    }

    [Fact]
    public void The_curve_runs_from_zero_to_one_and_each_point_equals_the_definition() =>
        Gen.Select(Gen.OneOf(Tied, Free), Gen.OneOf(Tied, Free)).Sample((genuine, impostor) =>
        {
            var curve = Roc.Curve(genuine, impostor);
            curve.Count.ShouldBe(impostor.Distinct().Count() + 1);
            curve[0].Far.ShouldBe(0);
            curve[^1].Far.ShouldBe(1);
            foreach (var point in curve) point.Tar.ShouldBe(NaiveMetrics.Share(genuine, point.Threshold), 1e-12);
            curve.Zip(curve.Skip(1)).ShouldAllBe(pair => pair.First.Far < pair.Second.Far && pair.First.Tar <= pair.Second.Tar);
        });

    [Fact]
    public void A_score_that_is_not_a_number_is_refused() =>
        Should.Throw<ArgumentException>(() => Roc.AtFars([1f], [0f, float.NaN], [0.1])).Message.ShouldContain("not a number");

    [Fact]
    public void A_matrix_parts_into_the_pairs_of_the_definition() =>
        Gen.Select(Gen.Int[0, 3].Array[2, 8], Gen.Int[0, 3].Array[2, 8]).Sample((rows, columns) =>
        {
            var scores = Enumerable.Range(0, rows.Length * columns.Length).Select(n => (float)n).ToArray();
            var (genuine, impostor) = new ScoreMatrix(scores, rows, columns).Split();
            genuine.ShouldBe(scores.Where((_, n) => rows[n / columns.Length] == columns[n % columns.Length]));
            impostor.ShouldBe(scores.Where((_, n) => rows[n / columns.Length] != columns[n % columns.Length]));
        });

    [Fact]
    public void The_upper_triangle_takes_each_pair_once_and_no_face_with_itself()
    {
        var (genuine, impostor) = new ScoreMatrix(new float[] { 9, 1, 2, 1, 9, 3, 2, 3, 9 }, [0, 0, 1], [0, 0, 1])
            .Split(MatrixPart.UpperTriangle);
        genuine.ShouldBe([1f]);
        impostor.ShouldBe([2f, 3f]);
        Should.Throw<ArgumentException>(() => new ScoreMatrix(new float[2], [0, 1], [0]).Split(MatrixPart.UpperTriangle));
    }

    [Fact]
    public void Errors_are_listed_worst_first_and_a_score_on_the_threshold_is_an_accept()
    {
        var errors = VerificationErrors.At([0.5f, 0.9f, 0.1f, 0.5f, 0.2f, 0.7f], [false, false, true, true, true, true], 0.5);
        errors.FalseAccepts.ShouldBe([1, 0]);
        errors.FalseRejects.ShouldBe([2, 4]);
    }
}
