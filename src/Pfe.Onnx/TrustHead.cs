using System.Runtime.InteropServices;
using Pfe.Storage;

namespace Pfe.Onnx;

/// <summary>
/// The trained trust head, as it was trained: nothing folded. It reads the base's embedding x before it is normalised, its length, and
/// the mean and
/// standard deviation of each channel of a feature map: f = [x, |x|, means, deviations], F values. With
/// <c>z = clamp((f - mean) * scale, -8, 8)</c> and <c>h = prelu(hidden scale * (W1 z - mean1) / sqrt(variance1 + 1e-3) + centre)</c>,
/// <c>o = W2 h + b</c>: reliability = sigmoid(clamp(o1 + 1, -12, 9)), collision = o2 / 10.
/// </summary>
internal sealed record TrustHead
{
    /// <summary>Standardised inputs are held within this.</summary>
    public const float Reach = 8;

    /// <summary>Added to o1: a fresh head takes faces for fairly reliable.</summary>
    public const double ReliabilityOffset = 1;

    /// <summary>The least logit of a reliability.</summary>
    public const double LeastLogit = -12;

    /// <summary>The greatest logit of a reliability.</summary>
    public const double GreatestLogit = 9;

    /// <summary>Factor of the second output.</summary>
    public const double CollisionFactor = 0.1;

    private const string FormatName = "pfe-trust-head";

    /// <summary>Name of the base graph's feature map [N, C, height, width] whose statistics are read; null for a head that reads the
    /// embedding alone.</summary>
    public string? FeatureMap { get; init; }

    /// <summary>What is subtracted from the F inputs.</summary>
    public required ReadOnlyMemory<float> InputMean { get; init; }

    /// <summary>What they are multiplied with then.</summary>
    public required ReadOnlyMemory<float> InputScale { get; init; }

    /// <summary>First matrix, row-major [hidden, F].</summary>
    public required ReadOnlyMemory<float> HiddenWeight { get; init; }

    /// <summary>The normalisation's scale [hidden].</summary>
    public required ReadOnlyMemory<float> HiddenScale { get; init; }

    /// <summary>The normalisation's centre [hidden].</summary>
    public required ReadOnlyMemory<float> HiddenCentre { get; init; }

    /// <summary>The normalisation's moving mean [hidden].</summary>
    public required ReadOnlyMemory<float> HiddenMean { get; init; }

    /// <summary>The normalisation's moving variance [hidden].</summary>
    public required ReadOnlyMemory<float> HiddenVariance { get; init; }

    /// <summary>What negative values are multiplied with [hidden].</summary>
    public required ReadOnlyMemory<float> HiddenSlope { get; init; }

    /// <summary>Second matrix, row-major [2, hidden].</summary>
    public required ReadOnlyMemory<float> OutputWeight { get; init; }

    /// <summary>Second bias [2].</summary>
    public required ReadOnlyMemory<float> OutputBias { get; init; }

    /// <summary>Free text pairs about the training; written into the model.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>F: D + 1, and two for each channel of the feature map.</summary>
    public int Features => InputMean.Length;

    /// <summary>Size of the hidden layer.</summary>
    public int Hidden => HiddenMean.Length;

    /// <summary>Reads a head.</summary>
    /// <param name="path">A safetensors file written by <see cref="Save"/>.</param>
    /// <exception cref="PfeException">Missing, damaged, or something else than a trust head.</exception>
    public static TrustHead Load(string path)
    {
        using var file = Safetensors.Open(path);
        return ReadHead(file, path);
    }

    /// <summary>Reads a head that is in memory already.</summary>
    /// <param name="bytes">A whole file written by <see cref="Save"/>.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="PfeException">Damaged, or something else than a trust head.</exception>
    public static TrustHead Parse(ReadOnlySpan<byte> bytes, string name)
    {
        using var file = Safetensors.Parse(bytes, name);
        return ReadHead(file, name);
    }

    private static TrustHead ReadHead(Safetensors file, string path)
    {
        if (file.Metadata.GetValueOrDefault("format") != FormatName)
            throw new PfeException($"'{path}' is not a trust head: its metadata has no format '{FormatName}'");
        var head = new TrustHead
        {
            FeatureMap = file.Metadata.GetValueOrDefault("feature_map"),
            InputMean = Read(file, "input.mean"),
            InputScale = Read(file, "input.scale"),
            HiddenWeight = Read(file, "hidden.weight"),
            HiddenScale = Read(file, "hidden.scale"),
            HiddenCentre = Read(file, "hidden.centre"),
            HiddenMean = Read(file, "hidden.mean"),
            HiddenVariance = Read(file, "hidden.variance"),
            HiddenSlope = Read(file, "hidden.slope"),
            OutputWeight = Read(file, "output.weight"),
            OutputBias = Read(file, "output.bias"),
            Notes = file.Metadata.Where(pair => pair.Key is not ("format" or "feature_map")).ToDictionary(),
        };
        head.Validate(path);
        return head;
    }

    /// <summary>Writes the head as one small safetensors file.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="half">Whether the first matrix is stored in half precision.</param>
    public void Save(string path, bool half = false)
    {
        Validate(path);
        var metadata = new Dictionary<string, string>(Notes) { ["format"] = FormatName };
        if (FeatureMap is not null) metadata["feature_map"] = FeatureMap;
        Safetensors.Write(path, [
            Vector("input.mean", InputMean), Vector("input.scale", InputScale),
            new("hidden.weight", half ? "F16" : "F32", [Hidden, Features], stream => Write(stream, HiddenWeight, half)),
            Vector("hidden.scale", HiddenScale), Vector("hidden.centre", HiddenCentre), Vector("hidden.mean", HiddenMean),
            Vector("hidden.variance", HiddenVariance), Vector("hidden.slope", HiddenSlope),
            new("output.weight", "F32", [2, Hidden], stream => Write(stream, OutputWeight, half: false)), Vector("output.bias", OutputBias),
        ], metadata);
    }

    /// <summary>Checks that sizes agree, all numbers are finite and no variance is negative.</summary>
    /// <param name="name">What to call the head in messages, usually its path.</param>
    /// <exception cref="PfeException">They do not; the message says which.</exception>
    public void Validate(string name)
    {
        (string Part, ReadOnlyMemory<float> Values, int Wanted)[] parts =
        [
            ("input.scale", InputScale, Features), ("input.mean", InputMean, Features), ("hidden.weight", HiddenWeight, Features * Hidden),
            ("hidden.scale", HiddenScale, Hidden), ("hidden.centre", HiddenCentre, Hidden), ("hidden.mean", HiddenMean, Hidden),
            ("hidden.variance", HiddenVariance, Hidden), ("hidden.slope", HiddenSlope, Hidden), ("output.weight", OutputWeight, 2 * Hidden),
            ("output.bias", OutputBias, 2),
        ];
        if (Hidden == 0 || Features == 0) throw new PfeException($"trust head '{name}' is empty");
        foreach (var (part, values, wanted) in parts)
        {
            if (values.Length != wanted)
                throw new PfeException($"trust head '{name}': {part} has {values.Length} values, {wanted} are wanted");
            for (var i = 0; i < wanted; i++)
                if (!float.IsFinite(values.Span[i]))
                    throw new PfeException($"trust head '{name}': {part}[{i}] is {values.Span[i]}: the training diverged");
        }
        if (HiddenVariance.Span.IndexOfAnyInRange(float.NegativeInfinity, -float.Epsilon) is var at and >= 0)
            throw new PfeException($"trust head '{name}': hidden.variance[{at}] is {HiddenVariance.Span[at]}, "
                + "a variance cannot be negative");
    }

    private static void Write(Stream stream, ReadOnlyMemory<float> values, bool half)
    {
        if (!half)
        {
            stream.Write(MemoryMarshal.AsBytes(values.Span));
            return;
        }
        var halves = new Half[values.Length];
        for (var i = 0; i < halves.Length; i++) halves[i] = (Half)values.Span[i];
        stream.Write(MemoryMarshal.AsBytes(halves.AsSpan()));
    }

    private static SafetensorsEntry Vector(string name, ReadOnlyMemory<float> values) =>
        new(name, "F32", [values.Length], stream => Write(stream, values, half: false));

    private static float[] Read(Safetensors file, string name)
    {
        if (file.Type(name) != "F16") return file.Values<float>(name).ToArray();
        var halves = file.Values<Half>(name);
        var values = new float[halves.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (float)halves[i];
        return values;
    }
}
