using Pfe.Onnx;
using Pfe.Vision.Models;

namespace Pfe.Vision.Tests;

/// <summary>A PFE model of the default base and an untrained head: right in form, for tests of the way and not of the numbers.</summary>
internal static class RandomModel
{
    private const int Size = 512;

    public static OnnxModel Build(ModelStore store)
    {
        var (model, description) = store.LoadBase("base");
        return Build(model, description);
    }

    public static OnnxModel Build(OnnxModel model, NetworkDescription description)
    {
        var random = new Random(1);
        float[] Weights() => [.. Enumerable.Range(0, Size * Size).Select(_ => (float)(random.NextDouble() - 0.5) * 0.1f)];
        float[] All(float value) => [.. Enumerable.Repeat(value, Size)];
        return ProbabilisticModel.Build(model, description, new UncertaintyHead
        {
            Source = model.Outputs[0].Name, Gain = 0.3f, Offset = -7,
            HiddenWeight = Weights(), HiddenScale = All(1), HiddenCentre = All(0), HiddenMean = All(0), HiddenVariance = All(1),
            OutputWeight = Weights(), OutputMean = All(0), OutputVariance = All(1),
        });
    }
}
