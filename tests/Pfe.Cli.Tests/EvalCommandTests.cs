using System.Text.Json;
using Pfe.Calibration;
using Pfe.Scoring;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

public sealed class EvalCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Six people with two images each, well apart; the variances differ.</summary>
    private string Features(Func<string, int, string> name, int leaveOut = 0, ScoreCalibration? calibration = null)
    {
        var (mu, logVariance, paths) = (new List<float>(), new List<float>(), new List<string>());
        for (var row = 0; row < 12 - leaveOut; row++)
        {
            var vector = new float[8];
            (vector[row / 2], vector[6 + row % 2]) = (0.96f, 0.28f);
            mu.AddRange(vector);
            logVariance.AddRange(Enumerable.Range(0, 8).Select(l => -4f - 0.1f * ((row + l) % 5) - row % 3));
            paths.Add(name($"{(char)('A' + row / 2)}", row % 2 + 1));
        }
        var path = _folder.File("f.safetensors");
        new EmbeddingSet(8, [.. mu], [.. logVariance], paths,
            calibration is null ? null : new Dictionary<string, string> { [ScoreCalibration.MetadataKey] = calibration.ToJson() })
            .Save(path);
        return path;
    }

    /// <summary>Two straight lines: evidence 0 at score 5, a nat each two points.</summary>
    private static readonly ScoreCalibration Calibration = new()
    {
        Score = ScoreKind.MutualLikelihood, Dimension = 8, Lines = [new(-8, 0.5, -2.5), new(-2, 0.5, -2.5)], FalseMatch = [new(0.01, 2)],
        DifferentBelow = -1,
        Quality = new([.. Enumerable.Range(0, 101).Select(step => -10 + 0.1 * step)]), GenuinePairs = 30, ImpostorPairs = 3000,
        Source = "made up",
    };

    private static int Place(string output, string text) => output.IndexOf(text, StringComparison.Ordinal);

    private string Pairs()
    {
        var path = _folder.File("pairs.txt");
        File.WriteAllText(path, "3 2\nA 1 2\nB 1 2\nA 1 B 1\nA 2 B 2\nC 1 2\nD 1 2\nC 1 D 1\nC 2 D 2\nE 1 2\nF 1 2\nE 1 F 1\nE 2 F 2\n");
        return path;
    }

    private (string Templates, string Matches) Templates()
    {
        var (templates, matches) = (_folder.File("t.csv"), _folder.File("m.csv"));
        File.WriteAllLines(templates,
            ["TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID",
            .. Enumerable.Range(0, 12).Select(n => $"{n},{n / 2},{(char)('A' + n / 2)}/{n % 2 + 1}.jpg,{n}")]);
        File.WriteAllLines(matches, from a in Enumerable.Range(0, 12) from b in Enumerable.Range(a + 1, 11 - a) select $"{a},{b}");
        return (templates, matches);
    }

    [Fact]
    public async Task Lfw_prints_accuracy_threshold_and_rates_of_three_scores()
    {
        var (code, output, error) =
            await PfeCommand.Run("eval", "lfw", "--pairs", Pairs(), "--features", Features((p, n) => $"{p}/{p}_000{n}.png"), "--resamples",
            "20");
        error.ShouldBeEmpty();
        code.ShouldBe(0);
        output.ShouldContain("LFW View 2, 3 folds: 6 genuine and 6 impostor pairs of 12 images");
        output.ShouldContain("images missing or without a face: 0");
        foreach (var score in new[] { "cosine", "MLS", "one variance a face" }) output.ShouldContain(score);
        output.ShouldContain("20 resamples of 6 identities");
        output.ShouldContain("too few for a firm number");
    }

    [Fact]
    public async Task Lfw_json_is_one_document_with_the_documented_fields()
    {
        var (code, output, _) = await PfeCommand.Run(
            "eval", "lfw", "--json", "--pairs", Pairs(), "--features", Features((p, n) => $"{p}_000{n}.png", leaveOut: 1), "--resamples",
            "0");
        code.ShouldBe(0);
        using var json = JsonDocument.Parse(output);
        var root = json.RootElement;
        root.GetProperty("missing_images")[0].GetString().ShouldBe("F/F_0002");
        root.GetProperty("pairs_left_out").GetInt32().ShouldBe(2);
        root.GetProperty("scores").EnumerateArray().Select(score => score.GetProperty("score").GetString())
            .ShouldBe(["cosine", "mutual_likelihood", "shared_variance"]);
        root.GetProperty("scores")[0].GetProperty("rates")[0].GetProperty("requested_far").GetDouble().ShouldBe(0.01);
        root.GetProperty("interval").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task View_1_takes_its_threshold_from_the_training_list_and_says_when_it_has_none()
    {
        var (test, training) = (_folder.File("test.txt"), _folder.File("train.txt"));
        File.WriteAllText(test, "2\nA\t1\t2\nB\t1\t2\nA\t1\tB\t1\nA\t2\tB\t2\n");
        File.WriteAllText(training, "2\nC\t1\t2\nD\t1\t2\nC\t1\tD\t1\nC\t2\tD\t2\n");
        string[] rest = ["--features", Features((p, n) => $"{p}/{p}_000{n}.png"), "--resamples", "0"];
        var both = await PfeCommand.Run(["eval", "lfw", "--pairs", test, "--threshold-from", training, .. rest, "--json"]);
        both.Code.ShouldBe(0, both.Error);
        (both.Json.GetProperty("protocol").GetString(), both.Json.GetProperty("folds").GetInt32())
            .ShouldBe(("LFW View 1, threshold from the training list", 1));
        both.Json.GetProperty("scores")[0].GetProperty("accuracy").GetDouble().ShouldBe(1);
        var alone = await PfeCommand.Run(["eval", "lfw", "--pairs", test, .. rest]);
        alone.Output.ShouldContain("so the accuracy flatters");
        alone.Output.ShouldNotContain("±");
        (await PfeCommand.Run(["eval", "lfw", "--pairs", Pairs(), "--threshold-from", training, .. rest]))
            .ShouldFailInOneLine(2, "belongs to a list of View 1");
        (await PfeCommand.Run(["eval", "lfw", "--pairs", test, "--risk", "Sum", .. rest]))
            .ShouldFailInOneLine(2, "needs the folds of View 2");
    }

    [Fact]
    public async Task Risk_control_says_what_is_left_when_uncertain_pairs_are_dropped()
    {
        string[] args = ["eval", "lfw", "--pairs", Pairs(), "--features", Features((p, n) => $"{p}/{p}_000{n}.png"), "--resamples", "0",
            "--risk"];
        var run = await PfeCommand.Run([.. args, "Maximum", "--json"]);
        run.Code.ShouldBe(0, run.Error);
        var risk = run.Json.GetProperty("risk");
        risk.GetProperty("risk").GetString().ShouldBe("maximum");
        risk.GetProperty("levels").EnumerateArray().Select(level => level.GetProperty("dropped").GetDouble()).ShouldBe([0, 0.1, 0.2, 0.3]);
        risk.GetProperty("levels")[0].GetProperty("scores")[1].GetProperty("score").GetString().ShouldBe("mutual_likelihood");
        (await PfeCommand.Run([.. args, "Sum"])).Output.ShouldContain("when the most uncertain pairs are dropped (the sum of");
    }

    [Fact]
    public async Task A_temperature_needs_ProbFaces_fusion()
    {
        var (templates, matches) = Templates();
        string[] args = ["eval", "ijbc", "--templates", templates, "--matches", matches, "--features", Features((p, n) => $"{p}/{n}.jpg"),
            "--resamples", "0", "--temperature", "0.5"];
        (await PfeCommand.Run(args)).ShouldFailInOneLine(2, "a temperature belongs to ProbFace's fusion");
        var run = await PfeCommand.Run([.. args, "--variance-rule", "WeightedMean", "--json"]);
        run.Code.ShouldBe(0, run.Error);
        run.Json.GetProperty("variance_rule").GetString().ShouldBe("weighted_mean");
    }

    [Fact]
    public async Task The_calibration_that_the_embeddings_carry_gives_probabilities_and_answers()
    {
        var features = Features((p, n) => $"{p}_000{n}.png", calibration: Calibration);
        var (code, output, error) = await PfeCommand.Run("eval", "lfw", "--pairs", Pairs(), "--features", features, "--resamples", "20");
        code.ShouldBe(0, error);
        output.ShouldContain("P(one person) from MLS, calibrated on made up: ECE");
        foreach (var column in new[] { "cannot tell %", "wrong answer %", "promised at most %" }) output.ShouldContain(column);
        var json = (await PfeCommand.Run("eval", "lfw", "--json", "--pairs", Pairs(), "--features", features))
            .Json.GetProperty("probability");
        json.GetProperty("source").GetString().ShouldBe("made up");
        var counts = json.GetProperty("genuine");
        counts.GetProperty("pairs").GetInt32().ShouldBe(6);
        (counts.GetProperty("same").GetInt32() + counts.GetProperty("different").GetInt32() + counts.GetProperty("cannot_tell").GetInt32())
            .ShouldBe(6);
        json.GetProperty("false_match").GetProperty("stated").GetDouble().ShouldBe(0.01);
    }

    [Fact]
    public async Task A_calibration_file_takes_the_place_of_the_one_that_the_embeddings_carry_in_every_protocol()
    {
        var file = _folder.File("calibration.json");
        File.WriteAllText(file, (Calibration with { Source = "a file" }).ToJson());
        var (templates, matches) = Templates();
        File.Copy(templates, _folder.File("p", "split1", "verify_metadata_1.csv"));
        File.Copy(matches, _folder.File("p", "split1", "verify_comparisons_1.csv"));
        foreach (var person in "ABCDEF")
            foreach (var n in new[] { 1, 2 }) File.WriteAllText(_folder.File("people", $"{person}", $"{n}.jpg"), $"{person}{n}");
        string[] rest = ["--json", "--features", Features((p, n) => $"{p}/{n}.jpg", calibration: Calibration), "--calibration", file];
        string[][] protocols = [["ijba", "--protocol", Path.Combine(_folder.Path, "p")],
            ["ijbc", "--templates", templates, "--matches", matches], ["folder", Path.Combine(_folder.Path, "people")]];
        foreach (var protocol in protocols)
        {
            var run = await PfeCommand.Run(["eval", .. protocol, .. rest]);
            run.Code.ShouldBe(0, run.Error);
            run.Json.GetProperty("probability").GetProperty("source").GetString().ShouldBe("a file", protocol[0]);
        }
    }

    [Fact]
    public async Task Without_a_calibration_nothing_is_said_of_probabilities_but_where_one_would_come_from()
    {
        string[] request = ["eval", "lfw", "--pairs", Pairs(), "--features", Features((p, n) => $"{p}_000{n}.png")];
        (await PfeCommand.Run(request))
            .Output.ShouldContain("no calibration, so no probabilities and no answers: give --calibration, or --model with one");
        (await PfeCommand.Run([.. request, "--json"])).Json.GetProperty("probability").ValueKind.ShouldBe(JsonValueKind.Null);
        (await PfeCommand.Run([.. request, "--calibration", "nowhere.json"]))
            .ShouldFailInOneLine(2, "there is no calibration 'nowhere.json'");
    }

    [Fact]
    public async Task Lfw_tells_a_missing_image_from_one_without_a_face()
    {
        File.WriteAllText(_folder.File("images", "F", "F_0002.jpg"), "");
        var (_, output, _) = await PfeCommand.Run(
            "eval", "lfw", "--pairs", Pairs(), "--features", Features((p, n) => $"{p}_000{n}.png", leaveOut: 1), "--resamples", "0",
            "--images", Path.Combine(_folder.Path, "images"));
        output.ShouldContain("images missing or without a face: 1 (0 missing, 1 without a face); pairs left out: 2");
    }

    [Fact]
    public async Task Ijbc_prints_the_demos_blocks_in_its_order_with_a_column_for_media()
    {
        var (templates, matches) = Templates();
        var (code, output, error) =
            await PfeCommand.Run("eval", "ijbc", "--templates", templates, "--matches", matches, "--features",
            Features((p, n) => $"{p}/{n}.jpg"), "--resamples", "20");
        code.ShouldBe(0);
        output.ShouldContain("6 genuine and 60 impostor template pairs, 12 templates, 12 images");
        int[] places = [Place(output, "Average pooling, cosine"), Place(output, "Uncertainty pooling, cosine"),
            Place(output, "Uncertainty pooling, MLS")];
        places.ShouldBe(places.Where(place => place >= 0).Order());
        output.ShouldContain("TAR %, media first");
        error.ShouldContain("Uncertainty pooling, MLS, media first: done");
    }

    [Fact]
    public async Task Ijbc_json_names_every_method()
    {
        var (templates, matches) = Templates();
        var (_, output, _) = await PfeCommand.Run(
            "eval", "ijbc", "--json", "--templates", templates, "--matches", matches, "--features", Features((p, n) => $"{p}/{n}.jpg"),
            "--resamples", "20");
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("methods").EnumerateArray()
            .Select(method => $"{method.GetProperty("pooling")} {method.GetProperty("score")} {method.GetProperty("media_aware")}")
            .ShouldBe(
        [
            "average cosine False", "uncertainty cosine False", "uncertainty mutual_likelihood False",
            "average cosine True", "uncertainty cosine True", "uncertainty mutual_likelihood True",
        ]);
        json.RootElement.GetProperty("interval").GetProperty("unit").GetString().ShouldBe("identity");
    }

    [Fact]
    public async Task Ijba_prints_mean_and_deviation_over_the_splits_it_finds()
    {
        var (templates, matches) = Templates();
        foreach (var split in new[] { 1, 2 })
        {
            File.Copy(templates, _folder.File("p", $"split{split}", $"verify_metadata_{split}.csv"));
            File.Copy(matches, _folder.File("p", $"split{split}", $"verify_comparisons_{split}.csv"));
        }
        var (code, output, _) = await PfeCommand.Run(
            "eval", "ijba", "--protocol", Path.Combine(_folder.Path, "p"), "--features", Features((p, n) => $"{p}/{n}.jpg"));
        code.ShouldBe(0);
        output.ShouldContain("IJB-A 1:1, 2 splits: 12 genuine and 120 impostor");
        output.ShouldContain("100.00 ± 0.00");
        output.ShouldContain("± is the standard deviation over 2 splits");
    }

    [Fact]
    public async Task Ijbc_search_prints_ranks_and_open_set_rates()
    {
        var (gallery, probes) = (_folder.File("g.csv"), _folder.File("p.csv"));
        File.WriteAllLines(gallery,
            ["TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID", .. Enumerable.Range(0, 4).Select(n => $"{n},{n},{(char)('A' + n)}/1.jpg,{n}")]);
        File.WriteAllLines(probes,
            ["TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID",
            .. Enumerable.Range(0, 6).Select(n => $"{100 + n},{n},{(char)('A' + n)}/2.jpg,{n}")]);
        var (code, output, _) = await PfeCommand.Run(
            "eval", "ijbc-1n", "--gallery", gallery, "--probes", probes, "--features", Features((p, n) => $"{p}/{n}.jpg"));
        code.ShouldBe(0);
        output.ShouldContain("6 probes in 1 galleries of 4 templates together: 4 searches with a mate, 2 without");
        output.ShouldContain("TPIR % at FPIR 0.01");
    }

    [Fact]
    public async Task Folder_checks_first_then_prints_rates_with_intervals_and_what_far_the_data_support()
    {
        foreach (var person in "ABCDEF")
            foreach (var n in new[] { 1, 2 })
                File.WriteAllText(_folder.File("people", $"{person}", $"{n}.jpg"),
                $"no picture {person}{(person is 'A' or 'B' ? 'x' : n)}");
        var people = Path.Combine(_folder.Path, "people");
        var (code, output, _) = await PfeCommand.Run(
            "eval", "folder", people, "--features", Features((p, n) => $"people/{p}/{n}.jpg", leaveOut: 1), "--resamples", "20");
        code.ShouldBe(0);
        output.ShouldContain("check: 1 identities have one usable image");
        output.ShouldContain("1 of 12 images are left out (1 unreadable, 0 without a face)");
        output.ShouldContain("own folder, all pairs: 5 genuine and 50 impostor pairs of 11 images, 6 identities");
        output.ShouldContain("this folder supports no false accept rate firmly (15 pairs of persons, 30 errors expected) and says " +
            "nothing below 6e-1");
    }

    [Theory]
    [InlineData("give either --protocol", 2, "ijbc")]
    [InlineData("cannot open", 1, "ijba", "--protocol", "nowhere", "--features", "nowhere.safetensors")]
    [InlineData("cannot read", 1, "lfw", "--pairs", "nowhere.txt")]
    [InlineData("no interval", 2, "lfw", "--resamples", "1")]
    public async Task A_request_that_cannot_be_met_is_one_line_with_the_right_exit_code(string message, int expected, params string[] args)
    {
        var features = args.Contains("--features") ? (string[])[] : ["--features", Features((p, n) => $"{p}_000{n}.png")];
        string[] pairs = args[0] == "lfw" && !args.Contains("--pairs") ? ["--pairs", Pairs()] : [];
        var (code, output, error) = await PfeCommand.Run(["eval", .. args, .. features, .. pairs]);
        code.ShouldBe(expected);
        output.ShouldBeEmpty();
        error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(message);
    }
}
