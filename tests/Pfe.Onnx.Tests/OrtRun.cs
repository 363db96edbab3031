using Microsoft.ML.OnnxRuntime;

namespace Pfe.Onnx.Tests;

internal sealed record Values(float[] Data, long[] Shape)
{
    public static Values Random(int seed, params long[] shape)
    {
        var random = new Random(seed);
        var data = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < data.Length; i++) data[i] = (float)(random.NextDouble() * 2 - 1);
        return new Values(data, shape);
    }

    /// <summary>One image of a batch.</summary>
    public Values Item(int index)
    {
        var size = (int)(Data.Length / Shape[0]);
        return new Values(Data[(index * size)..((index + 1) * size)], [1, .. Shape[1..]]);
    }

    /// <summary>One image of a batch [N, 3, height, width] in TensorFlow's order: height, width, channel.</summary>
    public double[,,] Turned(int index)
    {
        var (height, width, data) = ((int)Shape[2], (int)Shape[3], Item(index).Data);
        var result = new double[height, width, 3];
        for (var r = 0; r < height; r++)
            for (var c = 0; c < width; c++)
                for (var k = 0; k < 3; k++) result[r, c, k] = data[(k * height + r) * width + c];
        return result;
    }
}

/// <summary>Runs a graph as a user would: in ONNX Runtime, one thread, so that values repeat bit for bit.</summary>
internal static class OrtRun
{
    public static Dictionary<string, Values> Run(OnnxModel model, Values input)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model.ToBytes(), options);
        using var value = OrtValue.CreateTensorValueFromMemory(input.Data, input.Shape);
        using var run = new RunOptions();
        using var results = session.Run(run, [model.Inputs.Single().Name], [value], session.OutputNames);
        return session.OutputNames.Zip(results).ToDictionary(
            pair => pair.First, pair =>
                new Values(pair.Second.GetTensorDataAsSpan<float>().ToArray(), pair.Second.GetTensorTypeAndShape().Shape));
    }
}
