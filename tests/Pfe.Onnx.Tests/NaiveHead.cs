namespace Pfe.Onnx.Tests;

/// <summary>The head as method.md writes it, in float64, step by step, nothing folded.</summary>
internal static class NaiveHead
{
    public static double[] LogVariance(UncertaintyHead head, ReadOnlySpan<float> x)
    {
        var hidden = new double[head.Hidden];
        for (var i = 0; i < hidden.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < x.Length; k++) sum += (double)head.HiddenWeight.Span[i * x.Length + k] * x[k];
            var normal = (sum - head.HiddenMean.Span[i]) / Math.Sqrt(head.HiddenVariance.Span[i] + 1e-3);
            hidden[i] = Math.Max(0, normal * head.HiddenScale.Span[i] + head.HiddenCentre.Span[i]);
        }
        var result = new double[head.Dimension];
        for (var i = 0; i < result.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < hidden.Length; k++) sum += head.OutputWeight.Span[i * hidden.Length + k] * hidden[k];
            var normal = (sum - head.OutputMean.Span[i]) / Math.Sqrt(head.OutputVariance.Span[i] + 1e-3);
            result[i] = Math.Log(1e-6 + Math.Exp(head.Gain * normal + head.Offset));
        }
        return result;
    }

    public static UncertaintyHead Random(int seed, string source, int features, int dimension, int? hidden = null)
    {
        var (random, h) = (new Random(seed), hidden ?? dimension);
        return new UncertaintyHead
        {
            Source = source,
            HiddenWeight = Some(h * features, -1 / Math.Sqrt(features), 1 / Math.Sqrt(features)),
            HiddenScale = Some(h, 0.5, 1.5),
            HiddenCentre = Some(h, -0.5, 0.5),
            HiddenMean = Some(h, -0.2, 0.2),
            HiddenVariance = Some(h, 0.01, 0.5),
            OutputWeight = Some(dimension * h, -1 / Math.Sqrt(h), 1 / Math.Sqrt(h)),
            OutputMean = Some(dimension, -0.2, 0.2),
            OutputVariance = Some(dimension, 0.01, 0.5),
            Gain = 0.7f,
            Offset = -6.5f,
        };

        float[] Some(int count, double low, double high)
        {
            var values = new float[count];
            for (var i = 0; i < count; i++) values[i] = (float)(low + random.NextDouble() * (high - low));
            return values;
        }
    }
}
