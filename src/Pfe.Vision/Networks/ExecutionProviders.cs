using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Pfe.Vision.Networks;

/// <summary>What this build of ONNX Runtime can run networks on. A seam, so that tests see what happens with and without a card.</summary>
internal interface IExecutionProviders
{
    /// <summary>Names of the providers that the native library was built with.</summary>
    IReadOnlyCollection<string> Available { get; }

    /// <summary>Adds the CUDA provider to a session's options.</summary>
    /// <exception cref="Exception">The provider, CUDA, cuDNN or the card is not there; the kinds vary with what is missing.</exception>
    void AppendCuda(SessionOptions options, IReadOnlyDictionary<string, string> settings);
}

/// <summary>The real ones.</summary>
internal sealed class OnnxRuntimeProviders : IExecutionProviders
{
    public static readonly OnnxRuntimeProviders Instance = new();

    public IReadOnlyCollection<string> Available => OrtEnv.Instance().GetAvailableProviders();

    public void AppendCuda(SessionOptions options, IReadOnlyDictionary<string, string> settings)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(settings.ToDictionary());
        options.AppendExecutionProvider_CUDA(cuda);
    }
}
