using Pfe.Onnx;

namespace Pfe.Reporting.Reproduction;

/// <summary>A base network without a head as a model that can be embedded with: every sigma is the same, so only its mu says
/// anything.</summary>
internal static class BaseAlone
{
    public static OnnxModel Model(OnnxModel network, NetworkDescription description)
    {
        var graph = BaseGraph.Prepare(network, description);
        var (d, one) = (graph.Dimension, new[] { 1f });
        return ProbabilisticModel.Build(network, description, new UncertaintyHead
        {
            Source = graph.Embedding,
            HiddenWeight = new float[d],
            HiddenScale = one,
            HiddenCentre = new float[1],
            HiddenMean = new float[1],
            HiddenVariance = one,
            OutputWeight = new float[d],
            OutputMean = new float[d],
            OutputVariance = Enumerable.Repeat(1f, d).ToArray(),
            Gain = 0,
            Offset = -7,
        });
    }
}
