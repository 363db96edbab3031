using Pfe.Calibration;

namespace Pfe.Tests.Calibration;

public sealed class TrustFitTests
{
    private static readonly FaceTrust[] Clean = [.. Enumerable.Range(1, 200).Select(n => new FaceTrust(1 - n / 1000f, 0))];

    /// <summary>Strangers in masks score one higher than other strangers do.</summary>
    private static List<KindPairs> Pairs(int each = 40_000)
    {
        var random = new Random(1);
        double[] Scores(int count, double mean) => [.. Enumerable.Range(0, count).Select(_ => mean + Normal(random))];
        return
        [
            new(PairFamily.Clean, "", Scores(4000, 6), Scores(each, 0)),
            new(PairFamily.SameDamage, "mask", Scores(4000, 5), Scores(each, 1)),
            new(PairFamily.CleanDamaged, "mask", Scores(4000, 4), Scores(each, 0)),
            new(PairFamily.OtherDamage, "", Scores(4000, 4), Scores(each, 0)),
        ];
    }

    [Fact]
    public void The_thresholds_keep_their_rates_for_every_kind_of_pair()
    {
        var pairs = Pairs();
        var calibration = TrustFit.Fit(pairs, Clean);
        foreach (var rate in new[] { 1e-2, 1e-3 })
        {
            var threshold = calibration.ThresholdAt(rate);
            foreach (var kind in pairs)
                kind.Impostor.Count(score =>
                    calibration.Evidence(score) >= threshold).ShouldBeLessThanOrEqualTo((int)(rate * kind.Impostor.Count));
            calibration.FalseMatch.Single(point => point.Rate == rate).Kind.ShouldBe("same damage: mask");
        }
        foreach (var kind in pairs)
            kind.Genuine.Count(score =>
                calibration.Evidence(score) < calibration.DifferentBelow).ShouldBeLessThanOrEqualTo(kind.Genuine.Count / 100 + 1);
    }

    [Fact]
    public void The_threshold_lies_in_its_interval()
    {
        foreach (var point in TrustFit.Fit(Pairs(), Clean).FalseMatch)
        {
            point.Low.ShouldBeLessThanOrEqualTo(point.Threshold);
            point.High.ShouldBeGreaterThanOrEqualTo(Math.BitDecrement(point.Threshold));
        }
    }

    [Fact]
    public void Families_weigh_the_same_whatever_their_size()
    {
        var pairs = Pairs(4000);
        var doubled = pairs.Select(kind => kind.Family == PairFamily.Clean ? kind with { Impostor = [.. kind.Impostor, .. kind.Impostor] }
            : kind).ToList();
        var (plain, other) = (TrustFit.Fit(pairs, Clean), TrustFit.Fit(doubled, Clean));
        other.Slope.ShouldBe(plain.Slope, 0.01 * plain.Slope);
        other.Offset.ShouldBe(plain.Offset, 0.05);
    }

    [Fact]
    public void The_evidence_is_the_logarithm_of_the_odds_where_scores_are_gaussian()
    {
        // Equal variances: ln [N(x; 2, 1) / N(x; -2, 1)] = 4 x.
        var random = new Random(2);
        KindPairs pairs = new(PairFamily.Clean, "", [.. Enumerable.Range(0, 30_000).Select(_ => 2 + Normal(random))],
            [.. Enumerable.Range(0, 30_000).Select(_ => Normal(random) - 2)]);
        var calibration = TrustFit.Fit([pairs], Clean);
        foreach (var score in new[] { -1.0, -0.5, 0, 0.5, 1 }) calibration.Evidence(score).ShouldBe(4 * score, 0.35);
    }

    [Fact]
    public void Too_few_pairs_are_refused()
    {
        KindPairs few = new(PairFamily.Clean, "", [1, 2, 3], [0, 0.5]);
        Should.Throw<PfeException>(() => TrustFit.Fit([few], Clean)).Message.ShouldContain("3 genuine and 2 impostor pairs are too few");
    }

    [Fact]
    public void No_flipped_bit_goes_unnoticed() => FlippedText.EachIsRefused(
        TrustFit.Fit(Pairs(4000), Clean, "drawn").ToJson(), text => TrustCalibration.FromJson(text, "trust.json"));

    [Fact]
    public void A_calibration_survives_its_file_and_bad_files_are_refused()
    {
        var calibration = TrustFit.Fit(Pairs(4000), Clean, "drawn") with { Kinds = [new("same damage: mask", 10, 1000, 1, 0, 3, 20)] };
        var read = TrustCalibration.FromJson(calibration.ToJson(), "file");
        read.ToJson().ShouldBe(calibration.ToJson());
        read.Kinds.ShouldBe(calibration.Kinds);
        Should.Throw<PfeException>(() =>
            TrustCalibration.FromJson(FlippedText.Unsealed(calibration.ToJson())
                .Replace("\"slope\": ", "\"slope\": -", StringComparison.Ordinal), "file"))
            .Message.ShouldContain("the slope is never negative");
        Should.Throw<PfeException>(() =>
            TrustCalibration.FromJson("{", "file")).Message.ShouldContain("'file' holds no usable trust calibration");
    }

    [Fact]
    public void The_answers_say_why()
    {
        var calibration = TrustFit.Fit(Pairs(4000), Clean) with
        {
            Slope = 2,
            Offset = 0,
            GenuineLapses = 1e-4,
            ImpostorLapses = 1e-6,
            DifferentBelow = -3,
            FalseMatch = [new(1e-3, 1, 0.5, 1.5, "clean")],
        };
        var good = new FaceTrust(0.95f, 0);
        calibration.Decide(0.9, good, good).Answer.ShouldBe(Answer.Same);
        calibration.Decide(-0.9, good, good).Answer.ShouldBe(Answer.Different);
        var verdict = calibration.Decide(0.9, good, new FaceTrust(0.01f, 0));
        verdict.Answer.ShouldBe(Answer.CannotTell);
        verdict.Reason.ShouldStartWith("the second photograph shows too little of the person");
        Should.Throw<InvalidConfigurationException>(() =>
            calibration.Decide(0.9, good, good, 1e-9)).Message.ShouldContain("no threshold for the false-match rate");
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
