using Pfe.Calibration;
using Pfe.Scoring;
using Pfe.Tests.Scoring;

namespace Pfe.Tests;

public sealed class FaceEmbeddingTests
{
    [Fact]
    public void It_keeps_a_copy_that_no_one_can_change()
    {
        float[] mu = [0.6f, 0.8f], logVariance = [-7, -6];
        var face = new FaceEmbedding(mu, logVariance, "model");
        (mu[0], logVariance[0]) = (9, 9);
        face.Mu.ToArray().ShouldBe([0.6f, 0.8f]);
        face.LogVariance.ToArray().ShouldBe([-7f, -6f]);
        (face.Dimension, face.ModelId).ShouldBe((2, "model"));
    }

    [Fact]
    public void Two_are_equal_when_values_and_model_are()
    {
        var face = new FaceEmbedding([1, 0], [-7, -6], "model");
        new FaceEmbedding([1, 0], [-7, -6], "model").ShouldBe(face);
        new FaceEmbedding([1, 0], [-7, -6], "model").GetHashCode().ShouldBe(face.GetHashCode());
        foreach (var other in new[]
        {
            new FaceEmbedding([0, 1], [-7, -6], "model"), new FaceEmbedding([1, 0], [-7, -5], "model"), new FaceEmbedding([1, 0], [-7, -6]),
        })
            other.Equals(face).ShouldBeFalse();
    }

    [Theory]
    [InlineData(float.NaN, 0f, "mu[0]")]
    [InlineData(float.PositiveInfinity, 0f, "mu[0]")]
    [InlineData(1f, float.NaN, "logVariance[0]")]
    [InlineData(1f, 88.5f, "logVariance[0]")]
    [InlineData(1f, -103.5f, "logVariance[0]")]
    public void A_value_that_cannot_be_scored_is_refused_by_index(float mu, float logVariance, string named)
        => Should.Throw<ArgumentException>(() => new FaceEmbedding([mu, 0], [logVariance, 0])).Message.ShouldContain(named);

    [Fact]
    public void Every_log_variance_it_takes_has_a_variance_that_single_precision_holds()
    {
        var variance = new float[2];
        new FaceEmbedding([1, 0], [FaceEmbedding.MinLogVariance, FaceEmbedding.MaxLogVariance]).CopyVariance(variance);
        variance[0].ShouldBeGreaterThan(0);
        float.IsFinite(variance[1]).ShouldBeTrue();
    }

    [Fact]
    public void Its_text_holds_none_of_its_values()
        => new FaceEmbedding([0.125f, 0.5f], [-7.25f, -6]).ToString().ShouldBe("face of 2 dimensions, model unknown");

    [Fact]
    public void Scores_of_faces_are_those_of_their_rows()
    {
        using var faces = RandomFaces.Create(2, 40, 1);
        foreach (var kind in Enum.GetValues<ScoreKind>())
        {
            var (exact, bound) = ScoreBounds.Of(kind, faces, 0, faces, 1);
            ScoreBounds.ShouldHold(FaceScore.Of(faces[0], faces[1], kind), (exact, bound), kind.ToString());
        }
        FaceUncertainty.Of(faces[1]).ShouldBe(FaceUncertainty.Of(faces)[1]);
        FaceScore.Of(faces[0], faces[1]).ShouldBe(MutualLikelihood.Score(faces.Mu(0), faces.Variance(0), faces.Mu(1), faces.Variance(1)));
    }

    [Fact]
    public void Faces_of_two_models_are_never_scored_and_one_of_an_unknown_model_is()
    {
        FaceEmbedding one = new([1, 0], [0, 0], "one"), two = new([1, 0], [0, 0], "two"), unknown = new([1, 0], [0, 0]);
        foreach (var kind in Enum.GetValues<ScoreKind>())
        {
            Should.Throw<ModelMismatchException>(() => FaceScore.Of(one, two, kind)).Expected.ShouldBe("one");
            Should.Throw<ModelMismatchException>(() => FaceScore.Of(one, new FaceEmbedding([1], [0]), kind));
            FaceScore.Of(one, unknown, kind).ShouldBe(FaceScore.Of(one, one, kind));
        }
    }

    [Fact]
    public void A_normalised_face_has_a_mean_of_length_1_and_one_of_zeros_cannot_be()
    {
        new FaceEmbedding([3, 4], [0, 1]).Normalised().ShouldBe(new FaceEmbedding([0.6f, 0.8f], [0, 1]));
        Should.Throw<ArgumentException>(() => new FaceEmbedding([0, 0], [0, 1]).Normalised());
    }

    [Fact]
    public void A_set_hands_out_its_rows_as_faces_of_its_model()
    {
        using var set = new EmbeddingSet(2, [1, 0, 0, 1], [-7, -6, -5, float.NaN], ["a.jpg", "b.jpg"],
            new Dictionary<string, string> { [EmbeddingSet.ModelKey] = "model" });
        set[0].ShouldBe(new FaceEmbedding([1, 0], [-7, -6], "model"));
        Should.Throw<PfeException>(() => set[1]).Message.ShouldContain("row 1 ('b.jpg')");
    }
}
