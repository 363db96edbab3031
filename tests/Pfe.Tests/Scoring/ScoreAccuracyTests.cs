using CsCheck;
using Pfe.Scoring;

namespace Pfe.Tests.Scoring;

/// <summary>Every way to a score against the float64 twin, within the bound of docs/numerics.md. <see cref="SimdPathTests"/> runs this
/// class on every path.</summary>
public sealed class ScoreAccuracyTests
{
    private static readonly ScoreKind[] Kinds = Enum.GetValues<ScoreKind>();

    // Child processes, one a path, share the machine.
    private static readonly int Iterations = Environment.GetEnvironmentVariable("PFE_TEST_CHILD") is null ? 60 : 20;

    private static readonly Gen<(int Dimension, int Faces, int Seed, double From, double To)> Shapes =
        from dimension in Gen.OneOf(Gen.Int[1, 40], Gen.Int[1, 1100])
        from faces in Gen.Int[1, 40]
        from seed in Gen.Int
        from a in Gen.Double[-12, 4]
        from b in Gen.Double[-12, 4]
        select (dimension, faces, seed, Math.Pow(10, Math.Min(a, b)), Math.Pow(10, Math.Max(a, b)));

    [Fact]
    public void Pairs_listed_pairs_and_matrices_stay_within_the_bound_for_any_dimension_and_variance() => Shapes.Sample(shape =>
    {
        using var faces = RandomFaces.Create(shape.Faces, shape.Dimension, shape.Seed, shape.From, shape.To);
        using var probes = RandomFaces.Create(5, shape.Dimension, shape.Seed + 1, shape.From, shape.To);
        foreach (var kind in Kinds)
        {
            using var gallery = ScoreGallery.Create(faces, kind, threads: 1);
            using var pairs = new PairScorer(probes, faces, kind);
            var matrix = new float[5 * shape.Faces];
            gallery.Score(probes, 0, 5, matrix, threads: 1);
            for (var i = 0; i < 5; i++)
                for (var j = 0; j < shape.Faces; j++)
                {
                    var expected = ScoreBounds.Of(kind, probes, i, faces, j);
                    ScoreBounds.ShouldHold(matrix[i * shape.Faces + j], expected, $"{kind} matrix {i},{j} of {shape}");
                    ScoreBounds.ShouldHold(pairs.Score(i, j), expected, $"{kind} pair {i},{j} of {shape}");
                }
        }
        ScoreBounds.ShouldHold(
            MutualLikelihood.Score(probes.Mu(0), probes.Variance(0), faces.Mu(0), faces.Variance(0)),
            ScoreBounds.Of(ScoreKind.MutualLikelihood, probes, 0, faces, 0), $"single pair of {shape}");
        ScoreBounds.ShouldHold(
            SharedVariance.Score(probes.Mu(0), probes.Variance(0), faces.Mu(0), faces.Variance(0)),
            ScoreBounds.Of(ScoreKind.SharedVariance, probes, 0, faces, 0), $"single shared pair of {shape}");
    }, iter: Iterations);

    [Fact]
    public void Typical_faces_of_512_dimensions_are_scored_to_within_a_thousandth()
    {
        using var faces = RandomFaces.Create(64, 512, 1, 1e-4, 1e-2);
        using var gallery = ScoreGallery.Create(faces);
        var matrix = new float[64 * 64];
        gallery.Score(faces, 0, 64, matrix);
        for (var n = 0; n < matrix.Length; n++)
            ((double)matrix[n]).ShouldBe(ScoreBounds.Of(ScoreKind.MutualLikelihood, faces, n / 64, faces, n % 64).Exact, 2e-3);
    }

    [Fact]
    public void A_face_against_itself_keeps_only_the_logarithms() => Shapes.Sample(shape =>
    {
        using var face = RandomFaces.Create(1, shape.Dimension, shape.Seed, shape.From, shape.To);
        ScoreBounds.ShouldHold(
            MutualLikelihood.Score(face.Mu(0), face.Variance(0), face.Mu(0), face.Variance(0)),
            ScoreBounds.Of(ScoreKind.MutualLikelihood, face, 0, face, 0), $"{shape}");
    }, iter: Iterations);

    [Theory]
    [InlineData(1e-40f, 1e-40f)]
    [InlineData(1e-40f, 1f)]
    [InlineData(1e-40f, 1e38f)]
    [InlineData(1e38f, 1e38f)]
    [InlineData(3.4e38f, 3.4e38f)]
    [InlineData(float.Epsilon, float.Epsilon)]
    [InlineData(1e-14f, 1e14f)]
    [InlineData(1e-16f, 1e16f)]
    public void Denormal_and_huge_variances_give_the_exact_score_and_never_an_infinity(float variance1, float variance2)
    {
        float[] mu1 = [0.6f, 0.8f, 0, 1e-39f, 1e-20f], mu2 = [0.8f, -0.6f, 1e-30f, 0, 0];
        float[] v1 = [variance1, variance2, variance1, 1, variance1], v2 = [variance1, variance1, variance2, 1, variance2];
        var exact = NaiveScores.MutualLikelihood(mu1, v1, mu2, v2);
        var clamped = Math.Clamp(exact, float.MinValue, float.MaxValue);
        var score = MutualLikelihood.Score(mu1, v1, mu2, v2);
        float.IsFinite(score).ShouldBeTrue();
        Math.Abs(score - clamped).ShouldBeLessThanOrEqualTo(1e-5 * Math.Max(1, Math.Abs(clamped)));
    }

    [Theory]
    [InlineData(-80f, 60f)]
    [InlineData(-90f, -3f)]
    [InlineData(-34f, 34f)]
    public void Faces_out_of_the_kernels_reach_score_right_in_a_gallery_of_ordinary_ones(float from, float to)
    {
        using var ordinary = RandomFaces.Create(40, 33, 1);
        var logs = Enumerable.Range(0, 40 * 33)
            .Select(n => n / 33 % 7 == 3 ? from + (to - from) * (n % 33) / 32f : ordinary.LogVariance(n / 33)[n % 33]).ToArray();
        using var faces = new EmbeddingSet(
            33, [.. Enumerable.Range(0, 40).SelectMany(i => ordinary.Mu(i).ToArray())], logs, ordinary.Paths);
        foreach (var kind in Kinds)
        {
            using var gallery = ScoreGallery.Create(faces, kind);
            using var pairs = new PairScorer(faces, kind);
            var matrix = new float[40 * 40];
            gallery.Score(faces, 0, 40, matrix);
            for (var n = 0; n < matrix.Length; n++)
            {
                var expected = ScoreBounds.Of(kind, faces, n / 40, faces, n % 40);
                var finite = (Math.Clamp(expected.Exact, float.MinValue, float.MaxValue), expected.Bound + 1e-6 * Math.Abs(expected.Exact));
                ScoreBounds.ShouldHold(matrix[n], finite, $"{kind} matrix {n / 40},{n % 40}");
                ScoreBounds.ShouldHold(pairs.Score(n / 40, n % 40), finite, $"{kind} pair {n / 40},{n % 40}");
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(-200f)]
    public void A_row_that_cannot_be_scored_is_refused_with_row_path_dimension_and_value(float logVariance)
    {
        using var faces = new EmbeddingSet(2, [1, 0, 0, 1], [-5, -5, -5, logVariance], ["good.jpg", "bad.jpg"]);
        foreach (var kind in Kinds)
        {
            foreach (var attempt in new Action[] { () =>
                ScoreGallery.Create(faces, kind).Dispose(), () => new PairScorer(faces, kind).Dispose() })
            {
                var message = Should.Throw<PfeException>(attempt).Message;
                message.ShouldContain("row 1 ('bad.jpg')");
                message.ShouldContain("variance[1] is");
            }
        }
    }
}
