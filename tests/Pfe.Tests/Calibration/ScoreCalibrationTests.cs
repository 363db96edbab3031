using System.Text.RegularExpressions;
using CsCheck;
using Pfe.Calibration;
using Pfe.Scoring;

namespace Pfe.Tests.Calibration;

public sealed class ScoreCalibrationTests
{
    // Separation 2 for the most certain pairs, 0.5 for the least.
    private static double Separation(double pairUncertainty) => Math.Clamp(2 - 0.5 * (pairUncertainty + 7.3), 0.5, 2);

    private static readonly ScoredPairs Training = SimulatedPairs.Draw(20_000, 60_000, 1, Separation);
    private static readonly ScoreCalibration Fitted =
        CalibrationFit.Fit(Training, SimulatedPairs.Faces(Training), ScoreKind.MutualLikelihood, 512, "simulated");

    [Fact]
    public void The_fit_finds_the_true_evidence_for_certain_and_for_uncertain_pairs()
    {
        foreach (var uncertainty in new[] { -7.6, -6.5, -5.6 })
        {
            var truth = 2 * Separation(FaceUncertainty.OfPair(uncertainty, uncertainty));
            foreach (var score in new[] { -1.0, 0, 1.0 })
                Fitted.LogLikelihoodRatio(score, uncertainty, uncertainty).ShouldBe(truth * score, 0.25);
        }
    }

    [Fact]
    public void The_probability_never_falls_as_the_score_rises_whatever_the_pairs_it_was_fitted_on() =>
        // Random labels as well: nothing then keeps the slopes positive but the constraint.
        Gen.Select(Gen.Int[0, 1000], Gen.Double[-3, 3]).Sample((seed, strength) =>
        {
            var pairs = SimulatedPairs.Draw(1_000, 1_000, seed, uncertainty => strength * Math.Sin(3 * uncertainty));
            var calibration = CalibrationFit.Fit(pairs, SimulatedPairs.Faces(pairs), ScoreKind.MutualLikelihood, 8);
            for (var uncertainty = -9.0; uncertainty < -3; uncertainty += 0.25)
                for (var score = -5.0; score < 5; score += 0.5)
                    if (calibration.LogLikelihoodRatio(score + 0.5, uncertainty, -6) < calibration.LogLikelihoodRatio(
                        score, uncertainty, -6)) return false;
            return true;
        }, iter: 40);

    [Fact]
    public void The_evidence_is_finite_and_never_falls_for_any_faces_and_scores() =>
        Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[-1e6, 1e6], Gen.Float.Where(float.IsFinite), Gen.Float.Where(float.IsFinite))
            .Sample((uncertainty1, uncertainty2, a, b) =>
        {
            var (low, high) = (Fitted.LogLikelihoodRatio(Math.Min(a, b), uncertainty1, uncertainty2),
                Fitted.LogLikelihoodRatio(Math.Max(a, b), uncertainty1, uncertainty2));
            return double.IsFinite(low) && double.IsFinite(high) && low <= high && Fitted.Probability(a, uncertainty1, uncertainty2) is >= 0
                and <= 1;
        }, iter: 20_000);

    [Fact]
    public void Beyond_the_faces_of_the_fit_its_outermost_ones_hold()
    {
        var (best, worst) = (Fitted.Quality.Uncertainties[0], Fitted.Quality.Uncertainties[^1]);
        Fitted.LogLikelihoodRatio(0.3, -20, 5).ShouldBe(Fitted.LogLikelihoodRatio(0.3, best, worst));
    }

    [Fact]
    public void Stated_probabilities_hold_on_pairs_the_fit_never_saw()
    {
        var reliability = Reliability.Of(Fitted, SimulatedPairs.Draw(20_000, 60_000, 2, Separation));
        reliability.ExpectedCalibrationError.ShouldBeLessThan(0.02);
        reliability.Cllr.ShouldBeLessThan(reliability.CllrMin + 0.01);
    }

    [Fact]
    public void A_threshold_lets_its_share_of_the_fits_impostors_through_and_is_stated_only_where_30_errors_support_it()
    {
        Fitted.FalseMatch.Select(point => point.Rate).ShouldBe([1e-1, 1e-2, 1e-3]);
        foreach (var point in Fitted.FalseMatch)
        {
            var errors = Enumerable.Range(0, Training.Count).Count(n =>
                !Training.Same[n] && Fitted.LogLikelihoodRatio(
                    Training.Scores[n], Training.Uncertainty1[n], Training.Uncertainty2[n]) >= point.Threshold);
            errors.ShouldBe((int)Math.Round(point.Rate * Training.ImpostorCount));
        }
        Should.Throw<InvalidConfigurationException>(() => Fitted.ThresholdAt(1e-4)).Message.ShouldContain("60000 impostor pairs");
    }

    [Fact]
    public void Clear_pairs_get_their_answer_and_others_the_reason_why_not()
    {
        Fitted.Decide(6, -7.5, -7.5).Answer.ShouldBe(Answer.Same);
        Fitted.Decide(-6, -7.5, -7.5).Answer.ShouldBe(Answer.Different);
        var between = Fitted.Decide(0.1, -7.5, -7.5);
        between.Answer.ShouldBe(Answer.CannotTell);
        between.Reason.ShouldContain("between");
        Fitted.Decide(0, -7.5, -5.01).Reason.ShouldContain("second photograph is too uncertain");
        var outside = Fitted.Decide(6, -2, -7.5);
        outside.Answer.ShouldBe(Answer.CannotTell);
        outside.Reason.ShouldContain("first photograph is less certain than any");
    }

    [Fact]
    public void The_prior_moves_the_probability_by_Bayes_rule()
    {
        var odds = Math.Exp(Fitted.LogLikelihoodRatio(0.7, -6, -6));
        Fitted.Probability(0.7, -6, -6, prior: 0.01).ShouldBe(odds * 0.01 / (odds * 0.01 + 0.99), 1e-12);
    }

    [Fact]
    public void Json_keeps_every_number()
    {
        var read = ScoreCalibration.FromJson(Fitted.ToJson(), "model.onnx");
        read.ToJson().ShouldBe(Fitted.ToJson());
        read.LogLikelihoodRatio(1.25, -6, -7).ShouldBe(Fitted.LogLikelihoodRatio(1.25, -6, -7));
    }

    [Fact]
    public void No_flipped_bit_goes_unnoticed() =>
        FlippedText.EachIsRefused(Fitted.ToJson(), text => ScoreCalibration.FromJson(text, "calibration.json"));

    [Fact]
    public void A_file_from_before_lapses_is_read_as_it_was_meant()
    {
        var older = Regex.Replace(
            (Fitted with { Lines = [new(-8, 1, 0.5), new(-6, 2, -0.5)] })
            .ToJson(), "\"(?:unlikeness|genuine_lapses|impostor_lapses)\": [^,]+,", "",
            RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        // Nor had it a checksum.
        older = Regex.Replace(older, ",\\s*\"checksum\": \"[^\"]*\"", "", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        older.ShouldNotContain("lapses");
        var read = ScoreCalibration.FromJson(older, "older.json");
        var place = (FaceUncertainty.OfPair(-7.5, -7.9) + 8) / 2;
        read.LogLikelihoodRatio(1.5, -7.5, -7.9).ShouldBe((1 - place) * (1 * 1.5 + 0.5) + place * (2 * 1.5 - 0.5), 1e-12);
    }

    [Fact]
    public void A_models_metadata_gives_its_calibration_or_none()
    {
        ScoreCalibration.FromMetadata(new Dictionary<string, string>(), "model.onnx").ShouldBeNull();
        ScoreCalibration.FromMetadata(
            new Dictionary<string, string> { [ScoreCalibration.MetadataKey] = Fitted.ToJson() }, "model.onnx")!.ToJson()
            .ShouldBe(Fitted.ToJson());
    }

    [Fact]
    public void What_is_no_usable_calibration_is_refused_in_one_line_with_its_origin()
    {
        var good = Fitted.ToJson();
        string[] bad =
        [
            (Fitted with { Lines = [new(-8, -1, 0), new(-6, 1, 0)] }).ToJson(),
            (Fitted with { Lines = [new(-6, 1, 0), new(-8, 1, 0)] }).ToJson(),
            (Fitted with { Lines = [new(-6, 1, 0)] }).ToJson(),
            (Fitted with { GenuineLapses = 0.5 }).ToJson(),
            (Fitted with { ImpostorLapses = -0.1 }).ToJson(),
            (Fitted with { FalseMatch = [] }).ToJson(),
            (Fitted with { Quality = new([-8, -7]) }).ToJson(),
            (Fitted with { Dimension = 0 }).ToJson(),
            (Fitted with { GenuinePairs = -1 }).ToJson(),
            (Fitted with { ImpostorPairs = -1 }).ToJson(),
            (Fitted with { Lines = [new(-8, 1, 0), new(-6, 1, 1e10)] }).ToJson(),
            (Fitted with { Lines = [new(-8, 1, 0), new(-6, 1e10, 0)] }).ToJson(),
            good.Replace("\"unlikeness\":", "\"unlikeness\": 1e999, \"source\": \"\", \"dimension\": 8, \"no\":", StringComparison.Ordinal),
            good.Replace("\"different_below\": ", "\"different_below\": 1e999", StringComparison.Ordinal),
            good.Replace("\"lines\": [", "\"lines\": [null,", StringComparison.Ordinal),
            good.Replace("\"false_match\": [", "\"false_match\": [null,", StringComparison.Ordinal),
            good[..300], "{\"lines\": null}", "{\"no\": 1}", "not\njson", "null", "",
        ];
        foreach (var json in bad)
        {
            var message = Should.Throw<PfeException>(() => ScoreCalibration.FromJson(json, "model.onnx"), json).Message;
            message.ShouldStartWith("'model.onnx' holds no usable calibration");
            message.ShouldNotContain('\n');
        }
    }

    [Fact]
    public void The_least_that_is_a_calibration_is_read()
    {
        var least = Fitted with { Dimension = 1, GenuinePairs = 0, ImpostorPairs = 0, Lines = [new(-8, 1, 0), new(-6, 1, 1e9)] };
        ScoreCalibration.FromJson(least.ToJson(), "model.onnx").ToJson().ShouldBe(least.ToJson());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_prior_that_leaves_no_doubt_is_refused(double prior) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Fitted.Probability(1, -7, -7, prior)).Message.ShouldContain("between 0 and 1");

    [Fact]
    public void Too_few_pairs_are_refused() => Should.Throw<PfeException>(() =>
    {
        var pairs = SimulatedPairs.Draw(29, 400, 1, Separation);
        CalibrationFit.Fit(pairs, SimulatedPairs.Faces(pairs), ScoreKind.Cosine, 8);
    }).Message.ShouldContain("29 genuine");
}
