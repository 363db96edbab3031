using Pfe.Evaluation.Lfw;
using Pfe.Evaluation.Tests.Generated;
using Pfe.Evaluation.Tests.Metrics;
using Pfe.Scoring;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests.Lfw;

public sealed class LfwProtocolTests
{
    /// <summary>3 folds of 2 + 2 pairs over 6 people with 2 images each.</summary>
    private const string Small = """
        3 2
        A 1 2
        B 1 2
        A 1 B 1
        A 2 B 2
        C 1 2
        D 1 2
        C 1 D 1
        C 2 D 2
        E 1 2
        F 1 2
        E 1 F 1
        E 2 F 2
        """;

    private static LfwPairs Write(string text)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("pairs.txt");
        File.WriteAllText(path, text);
        return LfwPairs.Read(path);
    }

    private static EmbeddingSet FacesFor(LfwPairs pairs, double noise, Func<string, string> path)
    {
        string[] names = [.. pairs.Pairs.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct()];
        return Faces.Of([.. names.Select(path)], [.. names.Select(name => name.Split('/')[0])], 24, noise, seed: 4);
    }

    [Fact]
    public void Names_in_quotes_are_read_and_a_kind_of_pair_without_images_is_said_with_what_was_looked_for()
    {
        Write(Small.Replace("A 1 2", "\"A\" 1 2", StringComparison.Ordinal)).Pairs.ShouldBe(Write(Small).Pairs);
        var pairs = Write(Small);
        var halves = pairs.Pairs.Where(pair => pair.Same).Select(pair => pair.Second).ToHashSet(StringComparer.Ordinal);
        string[] there = [.. pairs.Pairs.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct()
            .Where(name => !halves.Contains(name))];
        var faces = Faces.Of([.. there.Select(name => name + ".jpg")], [.. there.Select(name => name.Split('/')[0])], 24, 0.3, seed: 4);
        var message = Should.Throw<PfeException>(() =>
            LfwProtocol.Evaluate(faces, pairs, cancellation: TestContext.Current.CancellationToken)).Message;
        message.ShouldContain("no pair of one person has both of its images: 6 of the protocol's 12 images are missing, 'A/A_0002' first");
        message.ShouldContain("the first embedded one is 'A/A_0001.jpg'");
    }

    [Fact]
    public void A_pairs_file_gives_folds_names_and_labels()
    {
        var pairs = Write(Small);
        pairs.Folds.ShouldBe(3);
        pairs.Pairs[5].ShouldBe(new LfwPair(1, "D/D_0001", "D/D_0002", true));
        pairs.Pairs[11].ShouldBe(new LfwPair(2, "E/E_0002", "F/F_0002", false));
    }

    [Fact]
    public void View_1_decides_the_test_list_by_the_training_lists_best_threshold()
    {
        string[] people = [.. Enumerable.Range(0, 24).Select(p => $"P{p}")];
        string List(int first) => "6\n" + string.Concat(Enumerable.Range(first, 6).Select(p => $"P{p}\t1\t2\n"))
            + string.Concat(Enumerable.Range(first, 6).Select(p => $"P{p}\t1\tP{(p + 5) % 24}\t2\n"));
        var (training, test) = (Write(List(0)), Write(List(12)));
        training.Folds.ShouldBe(1);
        string[] names = [.. people.SelectMany(p => new[] { $"{p}/{p}_0001", $"{p}/{p}_0002" })];
        using var faces = Faces.Of([.. names.Select(name => name + ".jpg")], [.. names.Select(name => name.Split('/')[0])], 10, 1.2,
            seed: 5);
        double Cosine(LfwPair pair) => NaiveFace.Cosine(NaiveFace.Row(faces, Array.IndexOf(names, pair.First)),
            NaiveFace.Row(faces, Array.IndexOf(names, pair.Second)));
        List<float> Scores(LfwPairs list, bool same) => [.. list.Pairs.Where(pair => pair.Same == same)
            .Select(pair => (float)Cosine(pair))];
        var threshold = NaiveMetrics.BestThreshold(Scores(training, true), Scores(training, false));
        var expected = NaiveMetrics.Accuracy(Scores(test, true), Scores(test, false), threshold);

        var result = LfwProtocol.EvaluateView1(faces, test, training);
        var cosine = result.Scores.Single(score => score.Score == ScoreKind.Cosine);
        cosine.Accuracy.ShouldBe(expected, 1e-12);
        cosine.Threshold.ShouldBe(threshold, 1e-6);
        (cosine.Deviation, cosine.StandardError).ShouldBe((0, 0));
        result.Notes.ShouldNotContain(note => note.Contains("flatters"));
        // One list alone: its own best threshold, which is never worse, and a note.
        var alone = LfwProtocol.Evaluate(faces, test);
        alone.Scores.Single(score => score.Score == ScoreKind.Cosine).Accuracy.ShouldBeGreaterThanOrEqualTo(expected);
        alone.Notes.ShouldContain(note => note.Contains("flatters"));
    }

    [Fact]
    public void Embeddings_with_one_variance_a_face_get_ProbFaces_score_as_well()
    {
        var pairs = Write(Small);
        using var faces = FacesFor(pairs, 0.4, name => name + ".png");
        LfwProtocol.Evaluate(faces, pairs).ProbFace.ShouldBeNull();
        var (mu, logs) = (new float[faces.Count * 24], new float[faces.Count * 24]);
        for (var row = 0; row < faces.Count; row++)
        {
            faces.Mu(row).CopyTo(mu.AsSpan(row * 24));
            logs.AsSpan(row * 24, 24).Fill(-1 - 0.1f * row);
        }
        using var scalar = new EmbeddingSet(24, mu, logs, faces.Paths);
        double Score(string a, string b)
        {
            var (i, j) = (faces.Paths.ToList().IndexOf(a + ".png"), faces.Paths.ToList().IndexOf(b + ".png"));
            var s = Math.Exp(-1 - 0.1f * i) + Math.Exp(-1 - 0.1f * j);
            return -(2 * (1 - NaiveFace.Cosine(NaiveFace.Row(faces, i), NaiveFace.Row(faces, j))) / (1e-10 + s) + Math.Log(s));
        }
        var accuracies = Enumerable.Range(0, 3).Select(fold =>
        {
            List<float> Of(bool same, bool inside) => [.. pairs.Pairs.Where(pair => pair.Same == same && pair.Fold == fold == inside)
                .Select(pair => (float)Score(pair.First, pair.Second))];
            return NaiveMetrics.Accuracy(Of(true, true), Of(false, true), NaiveMetrics.BestThreshold(Of(true, false), Of(false, false)));
        });
        LfwProtocol.Evaluate(scalar, pairs).ProbFace!.Accuracy.ShouldBe(accuracies.Average(), 1e-9);
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("10 x", "line 1")]
    [InlineData("0", "line 1")]
    [InlineData("2\nA 1 2\nA 1 B 1", "promises 1 list of 2 x 2 pairs")]
    [InlineData("2 1\nA 1 2\nA 1 B 1", "it has 2")]
    [InlineData("2 1\nA 1 2\nA 1 B 1\nA 1 B 1\nA 1 B 1", "line 4: expected a genuine pair")]
    [InlineData("2 1\nA 1 2\nA 1 B one\nA 1 2\nA 1 B 1", "line 3: expected an impostor pair")]
    public void A_pairs_file_that_does_not_hold_together_is_refused_with_the_line(string text, string message) =>
        Should.Throw<PfeException>(() => Write(text)).Message.ShouldContain(message);

    [Theory]
    [InlineData("images/{0}.jpg")]
    [InlineData("/data/lfw-aligned/{0}.png")]
    [InlineData("{0}")]
    public void Images_are_found_by_the_tail_of_their_path_whatever_the_extension(string form)
    {
        var pairs = Write(Small);
        using var faces = FacesFor(pairs, 0.1, name => string.Format(null, form, name));
        var result = LfwProtocol.Evaluate(faces, pairs);
        (result.Images, result.MissingImages.Count, result.GenuinePairs, result.ImpostorPairs).ShouldBe((12, 0, 6, 6));
        result.Scores.Select(score => score.Score).ShouldBe([ScoreKind.Cosine, ScoreKind.MutualLikelihood, ScoreKind.SharedVariance]);
        result.Scores.ShouldAllBe(score => score.Rates.All(rate => rate.Tar == 1));
    }

    [Fact]
    public void A_missing_image_is_counted_its_pairs_left_out_and_held_against_the_second_accuracy()
    {
        var pairs = Write(Small);
        using var faces = FacesFor(pairs, 0.1, name => name == "A/A_0002" ? "elsewhere/x.jpg" : name);
        var result = LfwProtocol.Evaluate(faces, pairs);
        result.MissingImages.ShouldBe(["A/A_0002"]);
        result.PairsLeftOut.ShouldBe(2);
        foreach (var score in result.Scores)
        {
            score.Accuracy.ShouldBe(score.FoldAccuracies.Average(), 1e-12);
            // Fold 1 keeps 2 of its 4 pairs.
            score.AccuracyMissingAsErrors.ShouldBe(
                (score.FoldAccuracies[0] * 2 + score.FoldAccuracies[1] * 4 + score.FoldAccuracies[2] * 4) / 12, 1e-12);
        }
    }

    [Fact]
    public void Features_of_other_images_are_a_mix_up_and_said_so()
    {
        using var faces = Faces.Of(["x/1.jpg"], ["x"], 4, 0.1, 1);
        Should.Throw<PfeException>(() => LfwProtocol.Evaluate(faces, Write(Small)))
            .Message.ShouldContain("none of the protocol's 12 images");
    }

    [Fact]
    public void On_the_real_pairs_every_number_equals_the_definition_in_float64()
    {
        var reason = TestData.MissingReason("lfw/pairs.txt");
        Assert.SkipWhen(reason is not null, reason ?? "");
        var pairs = LfwPairs.Read(TestData.Path("lfw/pairs.txt"));
        using var faces = FacesFor(pairs, 0.5, name => name + ".jpg");
        var result = LfwProtocol.Evaluate(faces, pairs);
        (result.Images, result.GenuinePairs, result.ImpostorPairs, result.Folds).ShouldBe((7701, 3000, 3000, 10));

        var rows = faces.Paths.Select((path, row) => (path, row))
            .ToDictionary(entry => entry.path, entry => NaiveFace.Row(faces, entry.row));
        foreach (var (kind, score) in new (ScoreKind, Func<NaiveFace, NaiveFace, double>)[]
            { (ScoreKind.Cosine, NaiveFace.Cosine), (ScoreKind.MutualLikelihood, NaiveFace.Mls),
                (ScoreKind.SharedVariance, NaiveFace.SharedMls) })
        {
            var scores = pairs.Pairs.Select(
                pair => (pair.Fold, pair.Same, Score: (float)score(rows[pair.First + ".jpg"], rows[pair.Second + ".jpg"]))).ToList();
            var actual = result.Scores.Single(entry => entry.Score == kind);
            // Scores a rounding apart can change places between float32 and float64, so a pair or two of 600 may be decided otherwise.
            for (var fold = 0; fold < 10; fold += 4)
            {
                var train = scores.Where(pair => pair.Fold != fold).ToList();
                float[] genuine = [.. train.Where(pair => pair.Same).Select(pair => pair.Score)],
                    impostor = [.. train.Where(pair => !pair.Same).Select(pair => pair.Score)];
                var best = NaiveMetrics.BestThreshold(genuine, impostor);
                actual.FoldAccuracies[fold].ShouldBe(NaiveMetrics.Accuracy(
                    [.. scores.Where(pair => pair.Fold == fold && pair.Same).Select(pair => pair.Score)],
                        [.. scores.Where(pair => pair.Fold == fold && !pair.Same).Select(pair => pair.Score)], best), 2.5 / 600);
            }
            foreach (var rate in actual.Rates)
            {
                float[] impostor = [.. scores.Where(pair => !pair.Same).Select(pair => pair.Score)];
                rate.Tar.ShouldBe(NaiveMetrics.Share(
                    scores.Where(pair => pair.Same).Select(pair => pair.Score), NaiveMetrics.ThresholdAtFar(impostor, rate.RequestedFar)),
                    2.5 / 3000);
            }
        }
    }
}
