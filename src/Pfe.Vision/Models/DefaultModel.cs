using System.Security.Cryptography;
using System.Text;
using Pfe.Calibration;
using Pfe.Onnx;

namespace Pfe.Vision.Models;

/// <summary>
/// The probabilistic model that Pfe uses where none is named: the registry's base network and the head and calibration of this project,
/// put together in memory whenever it is asked for, as the base's weights are not ours to hand out. The base is verified as it is read and
/// the rest is part of this assembly, so that nothing that decides an answer lies in a file that somebody could have changed.
/// </summary>
internal static class DefaultModel
{
    private const string Head = "Pfe.Vision.default-head.safetensors";
    private const string Calibration = "Pfe.Vision.default-calibration.json";
    private const string Trust = "Pfe.Vision.default-trust-head.safetensors";
    private const string Promises = "Pfe.Vision.default-trust.json";

    /// <summary>Reads the base network and puts the model together.</summary>
    /// <param name="source">Where the base network is, named <c>base</c>.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">The base network cannot be had; the message says what to do.</exception>
    public static async Task<OnnxModel> LoadAsync(
        IModelSource source, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var network = await source.ReadAsync("base", progress, cancellationToken).ConfigureAwait(false);
        var description = network.Description ?? NetworkDescription.Parse(ModelManifest.Resource("base.json")!, "base.json");
        return ProbabilisticModel.Build(network.ToModel(), description, UncertaintyHead.Parse(Resource(Head), Head),
            TrustHead.Parse(Resource(Trust), Trust))
            .WithMetadata(ScoreCalibration.MetadataKey, Encoding.UTF8.GetString(Resource(Calibration)))
            .WithMetadata(TrustCalibration.MetadataKey, Encoding.UTF8.GetString(Resource(Promises)));
    }

    /// <summary>The same for programs that do not wait asynchronously.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public static OnnxModel Load(IModelSource source, IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        LoadAsync(source, progress, cancellationToken).GetAwaiter().GetResult();

    /// <summary>What of the model is part of this assembly, with checksums: both heads and their calibrations.</summary>
    public static IReadOnlyList<(string Name, string Sha256)> Parts { get; } =
        [
            ("head", Checksum(Head)), ("calibration", Checksum(Calibration)), ("trust head", Checksum(Trust)),
            ("trust calibration", Checksum(Promises)),
        ];

    private static string Checksum(string name) => Convert.ToHexStringLower(SHA256.HashData(Resource(name)));

    private static byte[] Resource(string name)
    {
        using var stream = typeof(DefaultModel).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
