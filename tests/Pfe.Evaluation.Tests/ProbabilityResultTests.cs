using Pfe.Calibration;
using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Tests.Generated;
using Pfe.Fusion;
using Pfe.Scoring;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests;

public sealed class ProbabilityResultTests
{
    private const int Dimension = 24;

    [Fact]
    public void Counts_rates_and_cost_are_those_of_the_answers_given_pair_by_pair()
    {
        var (faces, pairs) = Population(seed: 2);
        using var owned = faces;
        var calibration = Calibrate();
        var result = ProbabilityResult.Of(calibration, faces, pairs);

        using var scorer = new PairScorer(faces, ScoreKind.MutualLikelihood);
        var verdicts = Enumerable.Range(0, pairs.Count).Select(n =>
        {
            var (a, b) = (pairs.First.Span[n], pairs.Second.Span[n]);
            return (Same: pairs.Same.Span[n],
                Verdict: calibration.Decide(
                scorer.Score(a, b), FaceUncertainty.Of(faces.LogVariance(a)), FaceUncertainty.Of(faces.LogVariance(b))));
        }).ToList();
        int Count(bool same, Answer answer) => verdicts.Count(entry => entry.Same == same && entry.Verdict.Answer == answer);
        result.Genuine.ShouldBe(new(
            pairs.GenuineCount, Count(true, Answer.Same), Count(true, Answer.Different), Count(true, Answer.CannotTell)));
        result.Impostor.ShouldBe(new(
            pairs.ImpostorCount, Count(false, Answer.Same), Count(false, Answer.Different), Count(false, Answer.CannotTell)));
        foreach (var counts in new[] { result.Genuine, result.Impostor }) counts.CannotTell.ShouldBeGreaterThan(0);
        result.FalseMatch.ShouldBe(
            new(calibration.DefaultFalseMatchRate, (double)Count(false, Answer.Same) / pairs.ImpostorCount, null, null));
        result.FalseNonMatch.ShouldBe(new(0.01, (double)Count(true, Answer.Different) / pairs.GenuineCount, null, null));
        double Bits(bool same) => verdicts.Where(entry => entry.Same == same)
            .Average(entry => Math.Log2(1 + Math.Exp((same ? -1 : 1) * entry.Verdict.LogLikelihoodRatio)));
        result.Cllr.ShouldBe((Bits(true) + Bits(false)) / 2, 1e-9);
        result.Bins.Sum(bin => bin.Pairs).ShouldBe(pairs.Count);
        result.Middle!.Pairs.ShouldBe(verdicts.Count(entry => entry.Verdict.Probability is >= 0.1 and <= 0.9));
        result.Intervals.ShouldBeNull();
        result.ExpectedCalibrationError.ShouldBeLessThan(0.1);
    }

    [Fact]
    public void Intervals_over_identities_hold_the_rates()
    {
        var (faces, pairs) = Population(seed: 2);
        using var owned = faces;
        var result = ProbabilityResult.Of(Calibrate(), faces, pairs, new() { Resamples = 100 });
        foreach (var rate in new[] { result.FalseMatch, result.FalseNonMatch })
        {
            rate.Rate.ShouldBeInRange(rate.Low!.Value, rate.High!.Value);
            rate.High.Value.ShouldBeGreaterThan(rate.Low.Value);
        }
        var sure = result.Intervals!;
        foreach (var (interval, value) in new[] { (sure.Cllr, result.Cllr), (sure.Middle, result.Middle!.Observed),
            (sure.ExpectedCalibrationError, result.ExpectedCalibrationError) })
        {
            value.ShouldBeInRange(interval.Low, interval.High);
            interval.High.ShouldBeGreaterThan(interval.Low);
        }
    }

    [Fact]
    public void Without_identities_pairs_are_drawn()
    {
        var (faces, pairs) = Population(seed: 2);
        using var owned = faces;
        var unnamed = new PairList(pairs.First.ToArray(), pairs.Second.ToArray(), pairs.Same.ToArray(), null);
        var (named, drawn) = (ProbabilityResult.Of(Calibrate(), faces, pairs, new() { Resamples = 200 }).FalseMatch,
            ProbabilityResult.Of(Calibrate(), faces, unnamed, new() { Resamples = 200 }).FalseMatch);
        // Impostor pairs share persons, so an interval over pairs is too narrow.
        (drawn.High!.Value - drawn.Low!.Value).ShouldBeLessThan(named.High!.Value - named.Low!.Value);
    }

    [Fact]
    public void A_calibration_of_another_dimension_is_refused()
    {
        using var faces = Faces.Of(["a", "b"], ["a", "b"], 5, 0.1, 1);
        Should.Throw<PfeException>(() => ProbabilityResult.Of(Calibrate(), faces, new PairList([0], [1], [false], null)))
            .Message.ShouldBe("the calibration is for D = 24, the embeddings have D = 5; they come from different models");
    }

    [Fact]
    public void Templates_are_judged_as_they_are_fused_and_pairs_without_images_are_left_out()
    {
        using var folder = new TemporaryFolder();
        string[] people = [.. Enumerable.Range(0, 120).Select(image => $"{image / 6}")];
        // Person 0's second template has lost its images.
        using var faces = Faces.Of(
            [.. people.Select((_, image) => image is >= 3 and < 6 ? $"lost{image}.jpg" : $"x/{image}.jpg")], people, Dimension, 1.5, 3);
        File.WriteAllLines(folder.File("t.csv"),
            ["TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID",
            .. people.Select((person, image) => $"{image / 3},{person},x/{image}.jpg,{image}")]);
        File.WriteAllLines(folder.File("m.csv"),
            from a in Enumerable.Range(0, 40) from b in Enumerable.Range(a + 1, 39 - a) select $"{a},{b}");
        var calibration = Calibrate();
        var result = IjbC.Evaluate(new("small", [folder.File("t.csv")], folder.File("m.csv")), faces, calibration: calibration);
        (result.Probability!.Genuine.Pairs, result.Probability.Impostor.Pairs)
            .ShouldBe((result.GenuinePairs - 1, result.ImpostorPairs - 38));
        result.Notes.ShouldContain(note => note.Contains("fitted on pairs of single images"));

        (FaceEmbedding Face, double Uncertainty) Fused(int template)
        {
            var fused = TemplateFusion.Fuse([faces[3 * template], faces[3 * template + 1], faces[3 * template + 2]]);
            return (fused, FaceUncertainty.Of(fused));
        }
        var same = 0;
        for (var a = 0; a < 40; a++)
        {
            for (var b = a + 1; b < 40; b++)
            {
                if (a == 1 || b == 1 || a / 2 != b / 2) continue;
                var (first, second) = (Fused(a), Fused(b));
                var score = MutualLikelihood.Score(first.Face, second.Face);
                if (calibration.Decide(score, first.Uncertainty, second.Uncertainty).Answer == Answer.Same) same++;
            }
        }
        result.Probability.Genuine.Same.ShouldBe(same);
    }

    [Fact]
    public void The_answers_are_the_trust_heads_where_the_calibration_is_the_faces_own()
    {
        var (faces, pairs) = Population(seed: 2);
        using var owned = faces;
        var own = Calibrate();
        var trust = new TrustCalibration
        {
            Slope = 10, Offset = -1, GenuineLapses = 0.01, ImpostorLapses = 1e-4, FalseMatch = [new(0.001, 0.5, 0.4, 0.6, "hair")],
            DifferentBelow = -2, DifferentKind = "clean", Quality = own.Quality, Source = "made up",
        };
        var random = new Random(4);
        float[] Draw(double most) => [.. faces.Paths.Select(_ => (float)(random.NextDouble() * most))];
        using var trusted = new EmbeddingSet(Dimension, All(faces.Mu), All(faces.LogVariance), faces.Paths,
            new Dictionary<string, string>
            {
                [ScoreCalibration.MetadataKey] = own.ToJson(), [TrustCalibration.MetadataKey] = trust.ToJson(),
            },
            new Dictionary<string, float[]> { [EmbeddingSet.Reliability] = Draw(0.95), [EmbeddingSet.Collision] = Draw(0.05) });

        var result = ProbabilityResult.Of(own, trusted, pairs);
        result.Trust.ShouldBeTrue();
        result.Source.ShouldBe("made up");
        var answers = Enumerable.Range(0, pairs.Count).Where(n => pairs.Same.Span[n]).Select(n =>
        {
            var (a, b) = (pairs.First.Span[n], pairs.Second.Span[n]);
            return trust.Decide(Cosine.Score(faces.Mu(a), faces.Mu(b)), FaceTrust.Of(trusted, a)!.Value, FaceTrust.Of(trusted, b)!.Value)
                .Answer;
        }).ToList();
        int Count(Answer answer) => answers.Count(one => one == answer);
        result.Genuine.ShouldBe(new(answers.Count, Count(Answer.Same), Count(Answer.Different), Count(Answer.CannotTell)));
        result.Genuine.Same.ShouldBeGreaterThan(0);

        var foreign = ProbabilityResult.Of(own with { Source = "other people" }, trusted, pairs);
        foreign.Trust.ShouldBeFalse();
        foreign.Genuine.ShouldBe(ProbabilityResult.Of(own, faces, pairs).Genuine);

        float[] All(RowOf row)
        {
            var values = new List<float>();
            for (var i = 0; i < faces.Count; i++) values.AddRange(row(i));
            return [.. values];
        }
    }

    private delegate ReadOnlySpan<float> RowOf(int row);

    private static ScoreCalibration Calibrate()
    {
        var (faces, pairs) = Population(seed: 1);
        using var owned = faces;
        return CalibrationFit.Fit(
            ScoredPairs.Of(faces, pairs.First, pairs.Second, pairs.Same), FaceUncertainty.Of(faces), ScoreKind.MutualLikelihood, Dimension,
            "generated faces");
    }

    private static (EmbeddingSet Faces, PairList Pairs) Population(int seed)
    {
        string[] people = [.. Enumerable.Range(0, 240).Select(image => $"{image / 6}")];
        var faces = Faces.Of([.. people.Select((person, image) => $"{person}/{image}.jpg")], people, Dimension, 1.2, seed);
        var pairs = (from a in Enumerable.Range(0, 240) from b in Enumerable.Range(a + 1, 239 - a) select (a, b)).ToArray();
        return (faces, new([.. pairs.Select(p => p.a)], [.. pairs.Select(p => p.b)], [.. pairs.Select(p => p.a / 6 == p.b / 6)],
            [.. Enumerable.Range(0, 240).Select(image => image / 6)]));
    }
}
