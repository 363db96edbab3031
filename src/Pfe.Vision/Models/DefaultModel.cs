using System.Security.Cryptography;
using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Storage;

namespace Pfe.Vision.Models;

/// <summary>
/// The probabilistic model that Pfe uses where none is named: the registry's base network and the head trained by this project,
/// put together once on the user's machine, as the base's weights are not ours to hand out.
/// </summary>
public static class DefaultModel
{
    private const string Head = "Pfe.Vision.default-head.safetensors";
    private const string Calibration = "Pfe.Vision.default-calibration.json";

    /// <summary>The model's path in the store; it is put together if it is not there, the base fetched if need be.</summary>
    /// <param name="store">Where models are kept.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellation">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">The base network cannot be had; the message says what to do.</exception>
    public static string Get(ModelStore store, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var (network, description) = store.LoadBase("base", null, progress, cancellation);
        var (head, calibration) = (Resource(Head), Resource(Calibration));
        // The name holds what went in: another head or calibration is another file, and an old one is never taken for the new.
        var path = Path.Combine(store.Folder, $"default-{Convert.ToHexStringLower(SHA256.HashData([.. head, .. calibration]))[..16]}.onnx");
        if (!File.Exists(path)) Assemble(path, network, description, head, calibration);
        return path;
    }

    private static void Assemble(string path, OnnxModel network, NetworkDescription description, byte[] head, byte[] calibration)
    {
        var headFile = Path.ChangeExtension(path, ".head.safetensors");
        AtomicFile.Write(headFile, stream => stream.Write(head));
        ProbabilisticModel.Build(network, description, UncertaintyHead.Load(headFile))
            .WithMetadata(ScoreCalibration.MetadataKey, System.Text.Encoding.UTF8.GetString(calibration)).Save(path);
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(DefaultModel).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
