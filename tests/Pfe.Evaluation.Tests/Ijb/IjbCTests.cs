using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Templates;
using Pfe.Evaluation.Tests.Generated;
using Pfe.Evaluation.Tests.Metrics;
using Pfe.Fusion;
using Pfe.Scoring;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests.Ijb;

public sealed class IjbCTests
{
    private const string Metadata = """
        TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID,FACE_X
        1,10,img/1.jpg,100,0
        1,10,frames/2.png,101,0
        1,10,frames/3.png,101,0
        2,10,img/4.jpg,102,0
        3,11,img/5.jpg,103,0
        4,12,img/6.jpg,104,0

        """;

    private const string Matches = "1,2\n1,3\n2,3\n1,4\n3,4\n";

    private static IjbCFiles Write(TemporaryFolder folder, string metadata = Metadata, string matches = Matches)
    {
        File.WriteAllText(folder.File("t.csv"), metadata);
        File.WriteAllText(folder.File("m.csv"), matches);
        return new("small", [folder.File("t.csv")], folder.File("m.csv"));
    }

    private static EmbeddingSet SmallFaces(string[]? paths = null) =>
        Faces.Of(paths ?? ["img/1.jpg", "frames/2.jpg", "frames/3.jpg", "img/4.jpg", "img/5.jpg", "img/6.jpg"],
            ["10", "10", "10", "10", "11", "12"], 16, 0.2, 9);

    [Fact]
    public void Rates_of_all_six_methods_equal_the_definition_in_float64()
    {
        var random = new Random(8);
        using var folder = new TemporaryFolder();
        var (csv, paths, identities) =
            (new List<string> { "TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID" }, new List<string>(), new List<string>());
        var images = new Dictionary<int, List<(int Row, int Medium)>>();
        for (var template = 0; template < 120; template++)
        {
            images[template] = [];
            for (var image = 0; image < 1 + random.Next(6); image++)
            {
                var medium = 10 * template + random.Next(3);
                images[template].Add((paths.Count, medium));
                paths.Add($"x/{template}_{image}.jpg");
                identities.Add($"{template / 3}");
                csv.Add($"{template},{template / 3},x/{template}_{image}.jpg,{medium}");
            }
        }
        using var faces = Faces.Of(paths, identities, 12, 1.2, 5);
        var pairs = (from a in Enumerable.Range(0, 120) from b in Enumerable.Range(a + 1, 119 - a) select (a, b)).ToList();
        var files = Write(folder, string.Join('\n', csv), string.Join('\n', pairs.Select(pair => $"{pair.a},{pair.b}")));
        var result = IjbC.Evaluate(files, faces);

        NaiveFace Naive(int template, TemplateMethod method)
        {
            Func<IReadOnlyList<NaiveFace>, NaiveFace> pool = method.Pooling == Pooling.Average ? NaiveFace.Average : NaiveFace.Fuse;
            var rows = images[template].Select(image => (image.Medium, Face: NaiveFace.Row(faces, image.Row))).ToList();
            return pool(method.MediaAware ? [.. rows.GroupBy(row => row.Medium).Select(group => pool([.. group.Select(row => row.Face)]))]
                : [.. rows.Select(row => row.Face)]);
        }
        result.Methods.Count.ShouldBe(6);
        foreach (var method in result.Methods)
        {
            var templates = Enumerable.Range(0, 120)
                .Select(template => Naive(template, new(method.Pooling, method.Score, method.MediaAware))).ToList();
            var scores = pairs.Select(pair => (Same: pair.a / 3 == pair.b / 3,
                Score: (float)(method.Score == ScoreKind.Cosine
                    ? NaiveFace.Cosine(templates[pair.a], templates[pair.b]) : NaiveFace.Mls(templates[pair.a], templates[pair.b]))))
                    .ToList();
            float[] genuine = [.. scores.Where(s => s.Same).Select(s => s.Score)],
                impostor = [.. scores.Where(s => !s.Same).Select(s => s.Score)];
            foreach (var rate in method.Rates)
            {
                var threshold = NaiveMetrics.ThresholdAtFar(impostor, rate.RequestedFar);
                rate.Threshold.ShouldBe(threshold, 1e-4 * Math.Max(1, Math.Abs(threshold)));
                rate.Tar.ShouldBe(NaiveMetrics.Share(genuine, threshold), 1.5 / genuine.Length);
                rate.Far.ShouldBe(NaiveMetrics.Share(impostor, threshold), 1.5 / impostor.Length);
            }
        }
        result.Methods[2].Rates[2].Tar.ShouldBeGreaterThan(result.Methods[0].Rates[2].Tar);
    }

    [Fact]
    public void The_blocks_come_in_the_demos_order_without_then_with_regard_to_media()
    {
        using var folder = new TemporaryFolder();
        using var faces = SmallFaces();
        IjbC.Evaluate(Write(folder), faces).Methods.Select(m => (m.Pooling, m.Score, m.MediaAware)).ShouldBe(
        [
            (Pooling.Average, ScoreKind.Cosine, false), (Pooling.Uncertainty, ScoreKind.Cosine, false),
                (Pooling.Uncertainty, ScoreKind.MutualLikelihood, false),
            (Pooling.Average, ScoreKind.Cosine, true), (Pooling.Uncertainty, ScoreKind.Cosine, true),
                (Pooling.Uncertainty, ScoreKind.MutualLikelihood, true),
        ]);
    }

    [Fact]
    public void A_template_without_images_is_counted_and_its_pairs_are_rejected()
    {
        using var folder = new TemporaryFolder();
        using var faces = SmallFaces(["img/1.jpg", "frames/2.jpg", "frames/3.jpg", "lost.jpg", "img/5.jpg", "img/6.jpg"]);
        var result = IjbC.Evaluate(Write(folder), faces);
        (result.Images, result.ImagesMissing, result.Templates, result.TemplatesWithoutImages, result.PairsWithoutScore)
            .ShouldBe((6, 1, 4, 1, 2));
        result.Methods.ShouldAllBe(method => method.Rates.All(rate => rate.Tar == 0));
    }

    [Fact]
    public void A_pair_without_score_scores_below_every_real_score_even_a_very_low_one()
    {
        // Two certain faces that differ: MLS = -1/2 (2 / 2e-6 + ...), far below -9999.
        using var faces = new EmbeddingSet(2, [1, 0, 0, 1], [-13.8f, -13.8f, -13.8f, -13.8f], ["a", "b"]);
        var builder = new TemplateListBuilder(new(faces.Paths));
        builder.Add(1, "x", 1, "a");
        builder.Add(2, "y", 2, "b");
        builder.Add(3, "x", 3, "c");
        var pairs = new Evaluation.Pairs.PairList([0, 0], [1, 2], [false, true], [0, 1, 0]);
        var scores = TemplateVerification.Score(
            faces, builder.Build(), pairs, VarianceRule.Minimum, [TemplateMethod.All[2], TemplateMethod.All[0]]).Select(s => s.Scores)
            .ToList();
        scores[0][0].ShouldBeLessThan(-100_000);
        scores[0][1].ShouldBeLessThan(scores[0][0]);
        scores[1][1].ShouldBe(TemplateVerification.MissingScore);
    }

    [Fact]
    public void The_names_that_the_crop_tool_gives_are_found_too()
    {
        using var folder = new TemporaryFolder();
        using var faces = SmallFaces(
            ["10/img_1.jpg", "10/frames_2.jpg", "10/frames_3.jpg", "10/img_4.jpg", "11/img_5.jpg", "12/img_6.jpg"]);
        IjbC.Evaluate(Write(folder), faces).ImagesMissing.ShouldBe(0);
    }

    [Fact]
    public void A_collapsed_uncertainty_head_is_named()
    {
        using var folder = new TemporaryFolder();
        using var good = SmallFaces();
        float[] mu = [.. Enumerable.Range(0, 6).SelectMany(row => good.Mu(row).ToArray())];
        using var faces = new EmbeddingSet(16, mu, [.. mu.Select(_ => -7f)], good.Paths);
        IjbC.Evaluate(Write(folder), faces).Notes.ShouldContain(note => note.Contains("collapsed"));
        IjbC.Evaluate(Write(folder), good).Notes.ShouldNotContain(note => note.Contains("collapsed"));
    }

    [Theory]
    [InlineData("TEMPLATE_ID,FILENAME\n1,a\n", Matches, "t.csv', line 1: no column SUBJECT_ID")]
    [InlineData("TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID\n1,a\n", Matches, "t.csv', line 2: 2 fields")]
    [InlineData("TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID\nx,1,a,1\n", Matches,
        "t.csv', line 2: TEMPLATE_ID should be a whole number, got 'x'")]
    [InlineData("TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID\n1,10,a,1\n1,11,b,1\n", Matches, "template 1 is given to two subjects")]
    [InlineData(Metadata, "1,2\n1;2\n", "m.csv', line 2: expected two template numbers")]
    [InlineData(Metadata, "1,2\n1,99\n", "m.csv', line 2: template 99 is in no metadata file")]
    [InlineData(Metadata, "1,2\n", "1 genuine and 0 impostor pairs")]
    public void A_damaged_protocol_file_is_refused_with_file_and_line(string metadata, string matches, string message)
    {
        using var folder = new TemporaryFolder();
        using var faces = SmallFaces();
        var files = Write(folder, metadata, matches);
        Should.Throw<PfeException>(() => IjbC.Evaluate(files, faces)).Message.ShouldContain(message);
    }

    [Fact]
    public void The_real_ytf_protocol_has_the_documented_counts_and_perfect_faces_reach_a_perfect_rate()
    {
        var reason = TestData.MissingReason("ytf/templates.csv");
        Assert.SkipWhen(reason is not null, reason ?? "");
        string[] paths = [.. File.ReadLines(TestData.Path("ytf/templates.csv")).Skip(1).Select(line => line.Split(',')[2])];
        using var faces = Faces.Of(paths, [.. paths.Select(path => path.Split('/')[0])], 64, 0.05, 2);
        var result = IjbC.Evaluate(
            new("ytf", [TestData.Path("ytf/templates.csv")], TestData.Path("ytf/matches.csv")), faces, bootstrap: new() { Resamples = 20 });
        (result.Images, result.ImagesMissing, result.Templates, result.GenuinePairs, result.ImpostorPairs)
            .ShouldBe((3462, 0, 1154, 1380, 100_000));
        result.Methods.ShouldAllBe(method => method.Rates.All(rate => rate.Tar == 1 && rate.TarLow == 1));
        result.Interval.ShouldBe(new IntervalMethod(0.95, 20, 1, "identity", 347));
    }
}
