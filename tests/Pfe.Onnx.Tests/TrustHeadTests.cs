using Pfe.TestSupport;

namespace Pfe.Onnx.Tests;

public sealed class TrustHeadTests
{
    private static readonly Values Images = Values.Random(1, 5, 3, 6, 4);

    [Theory]
    [InlineData("map")]
    [InlineData(null)]
    public void The_model_gives_the_trust_heads_two_numbers_beside_the_same_mu_and_sigma(string? map)
    {
        var head = NaiveHead.Random(2, "map", 24, 6);
        var trust = Random(3, map, 6 + 1 + (map is null ? 0 : 2 * 4), 7);
        var (plain, model) = (ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, head),
            ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, head, trust));
        ProbabilisticModel.HasTrust(plain).ShouldBeFalse();
        ProbabilisticModel.HasTrust(model).ShouldBeTrue();
        ProbabilisticModel.Describe(model).ShouldBe(ProbabilisticModel.Describe(plain));

        var (before, after) = (OrtRun.Run(plain, Images), OrtRun.Run(model, Images));
        after["mu"].Data.ShouldBe(before["mu"].Data);
        after["log_variance"].Data.ShouldBe(before["log_variance"].Data);
        after["trust"].Shape.ShouldBe([5, 2]);
        var reference = OrtRun.Run(Sketch.Base().WithDynamicBatch().WithOutputs("output", "map"), Images);
        for (var i = 0; i < 5; i++)
        {
            var (reliability, collision) =
                Naive(trust, reference["output"].Item(i).Data, map is null ? [] : reference["map"].Item(i).Data, 4);
            after["trust"].Data[2 * i].ShouldBe((float)reliability, 1e-5);
            after["trust"].Data[2 * i + 1].ShouldBe((float)collision, 1e-5);
        }
    }

    [Theory]
    [InlineData("nowhere", 15, "reads feature map 'nowhere'")]
    [InlineData("map", 14, "reads 14 values, 'sketch.onnx' gives 15")]
    public void A_head_of_another_base_is_refused(string map, int features, string message)
    {
        var refused = Should.Throw<PfeException>(() =>
            ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, NaiveHead.Random(2, "map", 24, 6), Random(3, map, features, 7)));
        refused.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1e-3)]
    public void A_head_survives_its_file(bool half, double tolerance)
    {
        using var folder = new TemporaryFolder();
        var head = Random(4, "map", 15, 7) with { Notes = new Dictionary<string, string> { ["training_data"] = "drawn" } };
        head.Save(folder.File("trust.safetensors"), half);
        var read = TrustHead.Load(folder.File("trust.safetensors"));
        read.FeatureMap.ShouldBe("map");
        read.Notes.ShouldBe(head.Notes);
        read.OutputWeight.ToArray().ShouldBe(head.OutputWeight.ToArray());
        read.HiddenWeight.ToArray().Zip(head.HiddenWeight.ToArray()).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= tolerance);
    }

    [Fact]
    public void A_head_that_diverged_is_refused()
    {
        var head = Random(4, null, 7, 3);
        Should.Throw<PfeException>(() =>
            (head with { OutputBias = new[] { 0f, float.NaN } }).Validate("it")).Message.ShouldContain("output.bias[1] is NaN");
        Should.Throw<PfeException>(() =>
            (head with { HiddenVariance = new[] { 1f, -1f, 1f } }).Validate("it")).Message.ShouldContain("cannot be negative");
        Should.Throw<PfeException>(() =>
            (head with { HiddenSlope = new[] { 1f } }).Validate("it")).Message.ShouldContain("hidden.slope has 1 values, 3 are wanted");
    }

    /// <summary>As the record's remarks write it, in float64, nothing folded.</summary>
    private static (double Reliability, double Collision) Naive(TrustHead head, float[] embedding, float[] map, int channels)
    {
        List<double> features = [.. embedding.Select(value => (double)value), Math.Sqrt(embedding.Sum(value => (double)value * value))];
        var planes = map.Chunk(Math.Max(1, map.Length / channels)).ToArray();
        features.AddRange(planes.Select(plane => plane.Average(value => (double)value)));
        features.AddRange(planes.Select(plane =>
            Math.Sqrt(plane.Average(value => Math.Pow(value - plane.Average(other => (double)other), 2)))));
        var inputs = features.Select((value, f) => Math.Clamp((value - head.InputMean.Span[f]) * head.InputScale.Span[f], -8, 8)).ToArray();
        var hidden = Enumerable.Range(0, head.Hidden).Select(row =>
        {
            var sum = inputs.Select((value, f) => value * head.HiddenWeight.Span[row * inputs.Length + f]).Sum();
            var normal = (sum - head.HiddenMean.Span[row]) / Math.Sqrt(head.HiddenVariance.Span[row] + 1e-3);
            var value = normal * head.HiddenScale.Span[row] + head.HiddenCentre.Span[row];
            return value < 0 ? value * head.HiddenSlope.Span[row] : value;
        }).ToArray();
        double Output(int row) =>
            hidden.Select((value, h) => value * head.OutputWeight.Span[row * head.Hidden + h]).Sum() + head.OutputBias.Span[row];
        return (1 / (1 + Math.Exp(-Math.Clamp(Output(0) + 1, -12, 9))), Output(1) / 10);
    }

    private static TrustHead Random(int seed, string? map, int features, int hidden)
    {
        var random = new Random(seed);
        float[] Some(int count, double low, double high) =>
            [.. Enumerable.Range(0, count).Select(_ => (float)(low + random.NextDouble() * (high - low)))];
        return new TrustHead
        {
            FeatureMap = map,
            InputMean = Some(features, -0.5, 0.5),
            // Large enough for some inputs to be held.
            InputScale = Some(features, 0.5, 20),
            HiddenWeight = Some(hidden * features, -0.5, 0.5),
            HiddenScale = Some(hidden, 0.5, 1.5),
            HiddenCentre = Some(hidden, -0.5, 0.5),
            HiddenMean = Some(hidden, -0.2, 0.2),
            HiddenVariance = Some(hidden, 0.5, 2),
            HiddenSlope = Some(hidden, 0.1, 0.4),
            OutputWeight = Some(2 * hidden, -0.5, 0.5),
            OutputBias = Some(2, -0.5, 0.5),
        };
    }
}
