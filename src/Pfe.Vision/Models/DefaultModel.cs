using System.Security.Cryptography;
using System.Text;
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
    private const string Trust = "Pfe.Vision.default-trust-head.safetensors";
    private const string Promises = "Pfe.Vision.default-trust.json";

    /// <summary>The model's path in the store; it is put together if it is not there, the base fetched if need be.</summary>
    /// <param name="store">Where models are kept.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellation">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">The base network cannot be had; the message says what to do.</exception>
    public static string Get(ModelStore store, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var (network, description) = store.LoadBase("base", null, progress, cancellation);
        Parts parts = new(Resource(Head), Resource(Calibration), Resource(Trust), Resource(Promises));
        // The name holds what went in: another head or calibration is another file, and an old one is never taken for the new.
        var path = Path.Combine(store.Folder, $"default-{Convert.ToHexStringLower(SHA256.HashData(parts.All))[..16]}.onnx");
        if (!File.Exists(path)) Assemble(path, network, description, parts);
        return path;
    }

    private static void Assemble(string path, OnnxModel network, NetworkDescription description, Parts parts)
    {
        var (headFile, trustFile) = (Path.ChangeExtension(path, ".head.safetensors"), Path.ChangeExtension(path, ".trust.safetensors"));
        AtomicFile.Write(headFile, stream => stream.Write(parts.Head));
        AtomicFile.Write(trustFile, stream => stream.Write(parts.Trust));
        ProbabilisticModel.Build(network, description, UncertaintyHead.Load(headFile), TrustHead.Load(trustFile))
            .WithMetadata(ScoreCalibration.MetadataKey, Encoding.UTF8.GetString(parts.Calibration))
            .WithMetadata(TrustCalibration.MetadataKey, Encoding.UTF8.GetString(parts.Promises)).Save(path);
    }

    private sealed record Parts(byte[] Head, byte[] Calibration, byte[] Trust, byte[] Promises)
    {
        public byte[] All => [.. Head, .. Calibration, .. Trust, .. Promises];
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(DefaultModel).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
