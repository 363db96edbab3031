using Pfe.Scoring;

namespace Pfe.Tests.Scoring;

public sealed class PairScoreTests
{
    private static readonly float[] East = [1, 0];
    private static readonly float[] North = [0, 1];
    private static readonly float[] Half = [0.5f, 0.5f];

    [Fact]
    public void A_pair_worked_out_by_hand_has_the_paper_s_score() // variances add up to 1: -1/2 * (1 + 1) - ln(2 pi)
        => MutualLikelihood.Score(East, Half, North, Half).ShouldBe(-1f - (float)Math.Log(2 * Math.PI), 1e-6f);

    [Fact]
    public void The_demo_s_value_is_twice_the_score_plus_a_constant_and_converts_back()
    {
        MutualLikelihood.ToReference(MutualLikelihood.Score(East, Half, North, Half), 2).ShouldBe(-2, 1e-6);
        MutualLikelihood.FromReference(MutualLikelihood.ToReference(123.5, 512), 512).ShouldBe(123.5, 1e-9);
    }

    [Fact]
    public void Shared_variance_equals_the_full_score_when_a_face_has_one_variance()
        => SharedVariance.Score(East, Half, North, Half).ShouldBe(MutualLikelihood.Score(East, Half, North, Half), 1e-6f);

    [Fact]
    public void Cosine_ignores_length()
    {
        Cosine.Score([3, 0], [1, 1]).ShouldBe((float)Math.Sqrt(0.5), 1e-6f);
        Cosine.Score([0, 0], [1, 1]).ShouldBe(0);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0f)]
    [InlineData(-1f)]
    public void A_variance_that_is_none_is_refused_with_index_and_value(float bad)
    {
        var error = Should.Throw<ArgumentException>(() => MutualLikelihood.Score(East, [0.5f, bad], North, Half));
        error.Message.ShouldContain("variance[1]");
        error.Message.ShouldContain($"{bad}");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_mean_that_is_not_finite_is_refused_with_index_and_value(float bad)
    {
        Should.Throw<ArgumentException>(() => MutualLikelihood.Score(East, Half, [bad, 0], Half)).Message.ShouldContain($"mu[0] is {bad}");
        Should.Throw<ArgumentException>(() => Cosine.Score(East, [0, bad])).Message.ShouldContain($"mu[1] is {bad}");
    }

    [Fact]
    public void Faces_of_different_dimension_are_refused()
        => Should.Throw<ArgumentException>(() => MutualLikelihood.Score(East, Half, [1], [1])).Message.ShouldContain("2 and 1");
}
