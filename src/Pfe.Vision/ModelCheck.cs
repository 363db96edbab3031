using Pfe.Onnx;

namespace Pfe.Vision;

/// <summary>Loads a model and runs it once: one that was put together is a file before, and a model after.</summary>
internal static class ModelCheck
{
    // Two, as a network may be tied to the batch of one that it was exported with.
    private const int Images = 2;

    /// <summary>Runs two pictures of chance through a model.</summary>
    /// <param name="model">A model that Pfe built.</param>
    /// <exception cref="PfeException">It cannot be loaded or run, or what it gives is no embedding.</exception>
    public static void Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var embedder = new FaceEmbedder(model);
        var input = AlignedMemory.Of(Images * embedder.InputLength);
        var (mu, logVariance) = (AlignedMemory.Of(Images * embedder.Dimension), AlignedMemory.Of(Images * embedder.Dimension));
        var random = new Random(1);
        foreach (ref var value in input.Span) value = (float)(random.NextDouble() * 2 - 1);
        embedder.Run(input, Images, mu, logVariance, new float[Images]);
        for (var i = 0; i < Images; i++)
        {
            var (row, length) = (i * embedder.Dimension, embedder.Dimension);
            if (embedder.Problem(mu.Span.Slice(row, length), logVariance.Span.Slice(row, length)) is { } problem)
                throw new UnusableNetworkException(model.Name, $"{problem}, a picture of chance: the model cannot be used");
        }
    }
}
