using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Tests.Generated;
using Pfe.Scoring;

namespace Pfe.Evaluation.Tests.Pairs;

public sealed class CohortTests
{
    private const int Dimension = 16;

    [Theory]
    [InlineData(ScoreKind.Cosine, 60)]
    [InlineData(ScoreKind.MutualLikelihood, 60)]
    [InlineData(ScoreKind.MutualLikelihood, 300)]
    public void Scores_become_standard_deviations_above_the_nearest_strangers_as_the_naive_twin_has_them(ScoreKind kind, int strangers)
    {
        using var faces = People(12, "a", 1);
        using var cohort = People(strangers, "b", 2);
        var pairs = new PairList([0, 1, 2, 3], [4, 5, 6, 3], [true, true, false, false], null);
        var raw = PairScores.Of(faces, pairs, kind, TestContext.Current.CancellationToken);
        var scores = PairScores.Of(faces, pairs, kind, TestContext.Current.CancellationToken, new Cohort(cohort));

        double Score(FaceEmbedding one, FaceEmbedding other) =>
            kind == ScoreKind.Cosine ? Cosine.Score(one, other) : MutualLikelihood.Score(one, other);
        (double Mean, double Deviation) Side(int row)
        {
            var near = Enumerable.Range(0, strangers).Select(n => Score(faces[row], cohort[n])).OrderDescending().Take(Cohort.Nearest)
                .ToArray();
            var mean = near.Average();
            return (mean, Math.Sqrt(near.Average(score => (score - mean) * (score - mean))));
        }
        for (var n = 0; n < pairs.Count; n++)
        {
            var (a, b) = (Side(pairs.First.Span[n]), Side(pairs.Second.Span[n]));
            ((double)scores[n]).ShouldBe(((raw[n] - a.Mean) / a.Deviation + (raw[n] - b.Mean) / b.Deviation) / 2, 1e-3);
        }
    }

    [Fact]
    public void Another_models_too_few_and_equal_strangers_are_refused()
    {
        using var faces = People(12, "a", 1);
        var pairs = new PairList([0], [1], [true], null);
        string Refused(EmbeddingSet cohort) => Should.Throw<PfeException>(() => PairScores.Of(
            faces, pairs, ScoreKind.Cosine, TestContext.Current.CancellationToken, new Cohort(cohort))).Message;
        using var few = People(19, "b", 2);
        Refused(few).ShouldBe("a cohort of 19 faces says nothing; at least 20 are wanted");
        string[] names = [.. Enumerable.Range(0, 30).Select(n => $"{n}")];
        using var other = Faces.Of(names, names, 8, 1, 3);
        Refused(other).ShouldBe("the cohort's faces have D = 8, the others D = 16");
        using var equal = EmbeddingSet.Of([.. Enumerable.Repeat(faces[0], 30)], names);
        Refused(equal).ShouldContain("all alike");
    }

    private static EmbeddingSet People(int count, string prefix, int seed)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(n => $"{prefix}{n}")];
        return Faces.Of(names, names, Dimension, 0.5, seed);
    }
}
