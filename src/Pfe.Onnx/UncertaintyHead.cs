using System.Runtime.InteropServices;
using Pfe.Storage;

namespace Pfe.Onnx;

/// <summary>
/// The trained uncertainty head, as it was trained: nothing folded. With x the flattened tensor it reads,
/// <c>h = relu(scale * (W1 x - mean1) / sqrt(variance1 + eps) + centre)</c>,
/// <c>z = gain * (W2 h - mean2) / sqrt(variance2 + eps) + offset</c>, <c>log variance = log(1e-6 + exp(z))</c>.
/// </summary>
internal sealed record UncertaintyHead
{
    /// <summary>Added to a variance under the square root of a batch normalisation.</summary>
    public const double NormEpsilon = 1e-3;

    /// <summary>Added to sigma squared before the logarithm.</summary>
    public const double VarianceFloor = 1e-6;

    private const string FormatName = "pfe-uncertainty-head";

    /// <summary>Name of the base graph's tensor that the head reads, flattened image by image in the tensor's own (NCHW) order.</summary>
    public required string Source { get; init; }

    /// <summary>First matrix, row-major [hidden, features].</summary>
    public required ReadOnlyMemory<float> HiddenWeight { get; init; }

    /// <summary>First normalisation's scale [hidden].</summary>
    public required ReadOnlyMemory<float> HiddenScale { get; init; }

    /// <summary>First normalisation's centre [hidden].</summary>
    public required ReadOnlyMemory<float> HiddenCentre { get; init; }

    /// <summary>First normalisation's moving mean [hidden].</summary>
    public required ReadOnlyMemory<float> HiddenMean { get; init; }

    /// <summary>First normalisation's moving variance [hidden].</summary>
    public required ReadOnlyMemory<float> HiddenVariance { get; init; }

    /// <summary>What negative values are multiplied with after the first normalisation [hidden] (a PReLU); empty for the reference's
    /// ReLU.</summary>
    public ReadOnlyMemory<float> HiddenSlope { get; init; }

    /// <summary>Second matrix, row-major [dimension, hidden].</summary>
    public required ReadOnlyMemory<float> OutputWeight { get; init; }

    /// <summary>Second normalisation's moving mean [dimension].</summary>
    public required ReadOnlyMemory<float> OutputMean { get; init; }

    /// <summary>Second normalisation's moving variance [dimension].</summary>
    public required ReadOnlyMemory<float> OutputVariance { get; init; }

    /// <summary>The one factor shared by all dimensions.</summary>
    public required float Gain { get; init; }

    /// <summary>The one offset shared by all dimensions.</summary>
    public required float Offset { get; init; }

    /// <summary>Free text pairs about the training (data, steps, command); written into the model. No dates, so that builds
    /// reproduce.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>D: how many log variances come out.</summary>
    public int Dimension => OutputMean.Length;

    /// <summary>Size of the hidden layer (the same as D in the reference).</summary>
    public int Hidden => HiddenMean.Length;

    /// <summary>How many values the head reads for one image.</summary>
    public int Features => Hidden == 0 ? 0 : HiddenWeight.Length / Hidden;

    /// <summary>Reads a head.</summary>
    /// <param name="path">A safetensors file written by <see cref="Save"/>.</param>
    /// <exception cref="PfeException">Missing, damaged, or something else than a head.</exception>
    public static UncertaintyHead Load(string path)
    {
        using var file = Safetensors.Open(path);
        return ReadHead(file, path);
    }

    /// <summary>Reads a head that is in memory already.</summary>
    /// <param name="bytes">A whole file written by <see cref="Save"/>.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="PfeException">Damaged, or something else than a head.</exception>
    public static UncertaintyHead Parse(ReadOnlySpan<byte> bytes, string name)
    {
        using var file = Safetensors.Parse(bytes, name);
        return ReadHead(file, name);
    }

    private static UncertaintyHead ReadHead(Safetensors file, string path)
    {
        if (file.Metadata.GetValueOrDefault("format") != FormatName)
            throw new PfeException($"'{path}' is not an uncertainty head: its metadata has no format '{FormatName}'");
        var head = new UncertaintyHead
        {
            Source = file.Metadata.GetValueOrDefault("source")
                ?? throw new PfeException($"'{path}' does not say which tensor the head reads (\"source\")"),
            HiddenWeight = Read(file, "hidden.weight"),
            HiddenScale = Read(file, "hidden.scale"),
            HiddenCentre = Read(file, "hidden.centre"),
            HiddenMean = Read(file, "hidden.mean"),
            HiddenVariance = Read(file, "hidden.variance"),
            HiddenSlope = file.Contains("hidden.slope") ? Read(file, "hidden.slope") : default(ReadOnlyMemory<float>),
            OutputWeight = Read(file, "output.weight"),
            OutputMean = Read(file, "output.mean"),
            OutputVariance = Read(file, "output.variance"),
            Gain = Scalar(file, "gain", path),
            Offset = Scalar(file, "offset", path),
            Notes = file.Metadata.Where(pair => pair.Key is not ("format" or "source")).ToDictionary(),
        };
        head.Validate(path);
        return head;
    }

    /// <summary>Writes the head as one small safetensors file, readable from Python.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="half">Whether the two matrices are stored in half precision; the vectors never are.</param>
    public void Save(string path, bool half = false)
    {
        Validate(path);
        SafetensorsEntry[] slope = HiddenSlope.IsEmpty ? [] : [Vector("hidden.slope", HiddenSlope)];
        SafetensorsEntry[] tensors =
        [
            Matrix("hidden.weight", HiddenWeight, Hidden, half), Vector("hidden.scale", HiddenScale), Vector("hidden.centre", HiddenCentre),
            Vector("hidden.mean", HiddenMean), Vector("hidden.variance", HiddenVariance), .. slope,
            Matrix("output.weight", OutputWeight, Dimension, half), Vector("output.mean", OutputMean),
                Vector("output.variance", OutputVariance),
            Vector("gain", new[] { Gain }), Vector("offset", new[] { Offset }),
        ];
        Safetensors.Write(path, tensors, new Dictionary<string, string>(Notes) { ["format"] = FormatName, ["source"] = Source });
    }

    /// <summary>Checks that sizes agree, all numbers are finite and no variance is negative.</summary>
    /// <param name="name">What to call the head in messages, usually its path.</param>
    /// <exception cref="PfeException">They do not; the message says which.</exception>
    public void Validate(string name)
    {
        Size("hidden.scale", HiddenScale, Hidden);
        Size("hidden.centre", HiddenCentre, Hidden);
        Size("hidden.mean", HiddenMean, Hidden);
        Size("hidden.variance", HiddenVariance, Hidden);
        Size("hidden.weight", HiddenWeight, Features * Hidden);
        if (!HiddenSlope.IsEmpty) Size("hidden.slope", HiddenSlope, Hidden);
        Size("output.mean", OutputMean, Dimension);
        Size("output.variance", OutputVariance, Dimension);
        Size("output.weight", OutputWeight, Dimension * Hidden);
        if (Hidden == 0 || Dimension == 0 || Features == 0) throw new PfeException($"head '{name}' is empty");
        Finite("gain", new[] { Gain });
        Finite("offset", new[] { Offset });
        foreach (var (part, values) in new[] { ("hidden.variance", HiddenVariance), ("output.variance", OutputVariance) })
            if (values.Span.IndexOfAnyInRange(float.NegativeInfinity, -float.Epsilon) is var at and >= 0)
                throw new PfeException($"head '{name}': {part}[{at}] is {values.Span[at]}, a variance cannot be negative");

        void Size(string part, ReadOnlyMemory<float> values, int wanted)
        {
            if (values.Length != wanted) throw new PfeException($"head '{name}': {part} has {values.Length} values, {wanted} are wanted");
            Finite(part, values);
        }

        void Finite(string part, ReadOnlyMemory<float> values)
        {
            for (var i = 0; i < values.Length; i++)
                if (!float.IsFinite(values.Span[i]))
                    throw new PfeException($"head '{name}': {part}[{i}] is {values.Span[i]}: the training diverged");
        }
    }

    private static SafetensorsEntry Matrix(string name, ReadOnlyMemory<float> values, int rows, bool half) =>
        new(name, half ? "F16" : "F32", [rows, values.Length / rows], stream =>
        {
            if (!half) { stream.Write(MemoryMarshal.AsBytes(values.Span)); return; }
            var halves = new Half[values.Length];
            for (var i = 0; i < halves.Length; i++) halves[i] = (Half)values.Span[i];
            stream.Write(MemoryMarshal.AsBytes(halves.AsSpan()));
        });

    private static SafetensorsEntry Vector(string name, ReadOnlyMemory<float> values) =>
        new(name, "F32", [values.Length], stream => stream.Write(MemoryMarshal.AsBytes(values.Span)));

    private static float[] Read(Safetensors file, string name)
    {
        if (file.Type(name) != "F16") return file.Values<float>(name).ToArray();
        var halves = file.Values<Half>(name);
        var values = new float[halves.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (float)halves[i];
        return values;
    }

    private static float Scalar(Safetensors file, string name, string path) =>
        Read(file, name) is [var value] ? value : throw new PfeException($"head '{path}': '{name}' should be one number");
}
