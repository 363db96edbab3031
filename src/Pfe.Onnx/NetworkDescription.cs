using System.Text.Json;
using System.Text.Json.Serialization;
using Pfe.Storage;

namespace Pfe.Onnx;

/// <summary>The order of the colour planes in a network's input tensor.</summary>
[JsonConverter(typeof(ChannelOrderConverter))]
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red (OpenCV's).</summary>
    Bgr,
}

/// <summary>One value for each of the input tensor's three planes, in the tensor's own order. In JSON a number, or three.</summary>
/// <param name="First">The first plane's value.</param>
/// <param name="Second">The second plane's value.</param>
/// <param name="Third">The third plane's value.</param>
[JsonConverter(typeof(PlaneValuesConverter))]
public readonly record struct PlaneValues(float First, float Second, float Third)
{
    /// <summary>The same value for all planes.</summary>
    /// <param name="value">That value.</param>
    public PlaneValues(float value) : this(value, value, value) { }

    /// <summary>The value of plane 0, 1 or 2.</summary>
    /// <param name="plane">Which plane.</param>
    public float this[int plane] => plane switch
    {
        0 => First,
        1 => Second,
        2 => Third,
        _ => throw new ArgumentOutOfRangeException(nameof(plane), plane, "there are planes 0, 1 and 2"),
    };
}

/// <summary>What an ONNX file does not say about the network in it: how to prepare a face for it, and where its embedding comes
/// out.</summary>
/// <remarks>
/// Stored as JSON beside a base network, and in the metadata of every model that Pfe writes. See docs/any-base.md.
/// Properties with defaults have setters: the JSON source generator would overwrite an initialiser with nothing.
/// </remarks>
public sealed record NetworkDescription
{
    private const long LongestFile = 1 << 20;

    /// <summary>What to call the network.</summary>
    public required string Name { get; init; }

    /// <summary>Width of the input in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the input in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Order of the planes in the input tensor.</summary>
    public ChannelOrder ChannelOrder { get; set; } = ChannelOrder.Rgb;

    /// <summary>Subtracted from the 8-bit value first: the input is (value - mean) / std.</summary>
    public PlaneValues Mean { get; set; } = new(127.5f);

    /// <summary>Divided by after the mean is subtracted; never 0. With mean 0 and std 1 the network takes 0..255.</summary>
    public PlaneValues Std { get; set; } = new(128f);

    /// <summary>Name of the alignment template: where the five landmarks go. Its picture is stretched to the input where the sizes
    /// differ.</summary>
    public string Alignment { get; set; } = "arcface-112x112";

    /// <summary>Name of the embedding's tensor; null where the network has one output.</summary>
    public string? Embedding { get; init; }

    /// <summary>Name of the tensor that a head reads by default; null to find the last convolutional feature map.</summary>
    public string? FeatureMap { get; init; }

    /// <summary>The network's licence.</summary>
    public string? Licence { get; init; }

    /// <summary>What the network was trained on.</summary>
    public string? TrainingData { get; init; }

    /// <summary>Reads a description.</summary>
    /// <param name="path">A JSON file; comments and trailing commas are allowed, unknown keys are errors.</param>
    /// <exception cref="PfeException">Missing or wrong; the message names the line or the key.</exception>
    public static NetworkDescription Load(string path) => Parse(InputFile.Text(path, LongestFile), path);

    /// <summary>Reads a description from text.</summary>
    /// <param name="json">The JSON document.</param>
    /// <param name="name">What to call it in messages, usually its path.</param>
    /// <exception cref="PfeException">Wrong; the message names the line or the key.</exception>
    public static NetworkDescription Parse(string json, string name)
    {
        NetworkDescription? description;
        try { description = JsonSerializer.Deserialize(json, OnnxJson.Default.DescriptionFile)?.ToDescription(); }
        catch (JsonException e) { throw new PfeException($"'{name}', line {e.LineNumber + 1}{Key(e)}: {e.Message.Split(" Path:")[0]}", e); }
        if (description is null) throw new PfeException($"'{name}' holds no network description: a JSON object is wanted");
        description.Validate(name);
        return description;
    }

    /// <summary>Writes the description as JSON.</summary>
    /// <param name="path">The file to create or replace.</param>
    public void Save(string path) => AtomicFile.WriteText(path, ToJson() + "\n");

    /// <summary>The description as indented JSON; the same text for the same description.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, OnnxJson.Default.NetworkDescription);

    private static string Key(JsonException e) => e.Path is { Length: > 2 } path ? $", \"{path[2..]}\"" : "";

    private void Validate(string source)
    {
        if (Name.Length == 0) throw new PfeException($"'{source}': \"name\" is empty");
        if (Width is < 1 or > 4096 || Height is < 1 or > 4096)
            throw new PfeException($"'{source}': width and height are {Width} x {Height}, they must be between 1 and 4096");
        for (var plane = 0; plane < 3; plane++)
            if (Std[plane] == 0 || !float.IsFinite(Std[plane]) || !float.IsFinite(Mean[plane]))
                throw new PfeException($"'{source}': the input is (value - mean) / std: \"std\" must not be 0 and both must be finite");
    }
}

/// <summary>Written as rgb and bgr, read in any case.</summary>
internal sealed class ChannelOrderConverter()
    : JsonStringEnumConverter<ChannelOrder>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

internal sealed class PlaneValuesConverter : JsonConverter<PlaneValues>
{
    public override PlaneValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number) return new PlaneValues(reader.GetSingle());
        var values = new List<float>(3);
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("a number or three numbers are wanted");
        while (reader.Read() && reader.TokenType == JsonTokenType.Number) values.Add(reader.GetSingle());
        return values.Count == 3 && reader.TokenType == JsonTokenType.EndArray
            ? new PlaneValues(values[0], values[1], values[2])
            : throw new JsonException("a number or three numbers are wanted");
    }

    public override void Write(Utf8JsonWriter writer, PlaneValues value, JsonSerializerOptions options)
    {
        if (value == new PlaneValues(value.First)) { writer.WriteNumberValue(value.First); return; }
        writer.WriteStartArray();
        for (var plane = 0; plane < 3; plane++) writer.WriteNumberValue(value[plane]);
        writer.WriteEndArray();
    }
}

/// <summary>
/// The description as it is read. Settable, because generated JSON code sets init-only properties that a file leaves out to zero
/// instead of leaving them at their defaults.
/// </summary>
internal sealed class DescriptionFile
{
    private static readonly NetworkDescription Defaults = new() { Name = "", Width = 1, Height = 1 };

    public required string Name { get; set; }
    public required int Width { get; set; }
    public required int Height { get; set; }
    public ChannelOrder ChannelOrder { get; set; } = Defaults.ChannelOrder;
    public PlaneValues Mean { get; set; } = Defaults.Mean;
    public PlaneValues Std { get; set; } = Defaults.Std;
    public string Alignment { get; set; } = Defaults.Alignment;
    public string? Embedding { get; set; }
    public string? FeatureMap { get; set; }
    public string? Licence { get; set; }
    public string? TrainingData { get; set; }

    public NetworkDescription ToDescription() => new()
    {
        Name = Name, Width = Width, Height = Height, ChannelOrder = ChannelOrder, Mean = Mean, Std = Std, Alignment = Alignment,
        Embedding = Embedding, FeatureMap = FeatureMap, Licence = Licence, TrainingData = TrainingData,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(NetworkDescription))]
[JsonSerializable(typeof(DescriptionFile))]
internal sealed partial class OnnxJson : JsonSerializerContext;
