using Pfe.Evaluation.InsightFace;
using Pfe.Evaluation.Lfw;
using Pfe.Evaluation.Tests.Generated;
using Pfe.TestSupport;
using Pfe.TestSupport.Pickle;

namespace Pfe.Evaluation.Tests.InsightFace;

public sealed class VerificationSetProtocolTests
{
    private const int Pairs = 604;

    private static readonly bool[] Same = [.. Enumerable.Range(0, Pairs).Select(pair => pair % 5 < 2)];

    private static VerificationSet Set(TemporaryFolder folder)
    {
        var pickle = new PickleWriter().Protocol(3).Raw("](");
        for (var n = 0; n < 2 * Pairs; n++) pickle.Bytes([(byte)n]);
        pickle.Raw("e](");
        foreach (var same in Same) pickle.Raw(same ? "\x88" : "\x89");
        File.WriteAllBytes(folder.File("agedb_30.bin"), pickle.Raw("e\x86").Done());
        return VerificationSet.Load(folder.File("agedb_30.bin"));
    }

    private static EmbeddingSet Embedded(IEnumerable<string> names) =>
        Faces.Of([.. names], [.. Enumerable.Range(0, 2 * Pairs).Select(n => n % 2 == 1 && !Same[n / 2] ? $"other {n}" : $"{n / 2}")], 16,
            1.5, 3);

    [Fact]
    public void Ten_consecutive_folds_of_nearly_equal_size_are_cut_as_scikit_learn_cuts_them() =>
        Enumerable.Range(0, Pairs).GroupBy(pair => Pfe.Evaluation.Risk.RiskControl.Consecutive(pair, Pairs, 10))
            .Select(fold => (fold.Key, fold.Count(), fold.Max() - fold.Min()))
            .ShouldBe(Enumerable.Range(0, 10).Select(k => (k, k < 4 ? 61 : 60, k < 4 ? 60 : 59)));

    [Fact]
    public void A_set_and_an_LFW_list_of_the_same_pairs_and_folds_give_the_same_accuracy()
    {
        using var folder = new TemporaryFolder();
        var set = Set(folder);
        using var faces = Embedded(Enumerable.Range(0, set.Count).Select(set.ImageName));
        var result = VerificationSetProtocol.Evaluate(faces, set);
        (result.Protocol, result.Images, result.GenuinePairs, result.ImpostorPairs, result.PairsLeftOut)
            .ShouldBe(("agedb_30, 10 folds", 1208, 242, 362, 0));
        foreach (var score in result.Scores)
        {
            var values = new float[Pairs];
            new Scoring.PairScorer(faces, score.Score)
                .Score(Enumerable.Range(0, Pairs).Select(n => 2 * n).ToArray(), Enumerable.Range(0, Pairs).Select(n => 2 * n + 1).ToArray(),
                values, cancellation: TestContext.Current.CancellationToken);
            score.FoldAccuracies.Count.ShouldBe(10);
            var first = values.Zip(Same).Take(61).ToList();
            score.FoldAccuracies[0].ShouldBe(
                first.Count(pair => pair.First >= BestThreshold([.. values.Zip(Same).Skip(61)]) == pair.Second) / 61.0, 1e-12);
        }
        result.Scores[0].Accuracy.ShouldBeInRange(0.6, 0.999);
    }

    [Fact]
    public void Rows_are_found_by_name_in_any_order_or_else_taken_in_the_sets_order()
    {
        using var folder = new TemporaryFolder();
        var set = Set(folder);
        using var named = Embedded(Enumerable.Range(0, set.Count).Select(set.ImageName));
        using var unnamed = Embedded(Enumerable.Range(0, set.Count).Select(n => $"x{n}"));
        VerificationSetProtocol.Evaluate(unnamed, set).Scores[1]
            .Accuracy.ShouldBe(VerificationSetProtocol.Evaluate(named, set).Scores[1].Accuracy);
        using var few = Faces.Of(["x"], ["x"], 16, 1, 1);
        Should.Throw<PfeException>(() => VerificationSetProtocol.Evaluate(few, set))
            .Message.ShouldContain("no row is named like 'agedb_30/00000.jpg', and 1 rows are not one for each of the 1208 images");
    }

    [Fact]
    public void A_missing_image_leaves_its_pair_out_and_is_named()
    {
        using var folder = new TemporaryFolder();
        var set = Set(folder);
        using var faces = Embedded(Enumerable.Range(0, set.Count).Select(n => n == 7 ? "lost.jpg" : set.ImageName(n)));
        LfwResult result = VerificationSetProtocol.Evaluate(faces, set);
        result.MissingImages.ShouldBe(["agedb_30/00007.jpg"]);
        (result.PairsLeftOut, result.GenuinePairs + result.ImpostorPairs).ShouldBe((1, Pairs - 1));
    }

    private static double BestThreshold(List<(float Score, bool Same)> pairs)
    {
        var candidates = pairs.Where(pair => pair.Same)
            .Select(pair => (pair.Score, Right: pairs.Count(other => other.Score >= pair.Score == other.Same))).ToList();
        return candidates.Where(candidate => candidate.Right == candidates.Max(c => c.Right)).Average(candidate => (double)candidate.Score);
    }
}
