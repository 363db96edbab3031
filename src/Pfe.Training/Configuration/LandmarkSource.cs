using System.Text.Json;
using System.Text.Json.Serialization;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Training.Configuration;

/// <summary>Where the landmarks of the training images come from: <c>"aligned"</c>, <c>"detect"</c>, five points for all, or a list's
/// path.</summary>
[JsonConverter(typeof(LandmarkSourceConverter))]
public sealed record LandmarkSource
{
    private LandmarkSource() { }

    /// <summary>The images are aligned faces: they are stretched to the network's input, or preprocessed.</summary>
    public static LandmarkSource Aligned { get; } = new();

    /// <summary>Found by the default detector; the most prominent face of each image.</summary>
    public static LandmarkSource Detect { get; } = new() { List = "detect" };

    /// <summary>The five points that serve every image, or null.</summary>
    public FiveLandmarks? Points { get; private init; }

    /// <summary>The landmark list's path, or null.</summary>
    public string? List { get; private init; }

    /// <summary>The same five points in every image, as for photographs that share one frame.</summary>
    /// <param name="points">In pixels of the images.</param>
    public static LandmarkSource Fixed(FiveLandmarks points) => new() { Points = points };

    /// <summary>A landmark list as <c>pfe align</c> reads it.</summary>
    /// <param name="path">The list.</param>
    public static LandmarkSource FromList(string path) => new() { List = path };

    /// <summary>In the configuration's words.</summary>
    public override string ToString() =>
        Points is { } five ? string.Join(' ', Enumerable.Range(0, 5).Select(i => $"{five[i].X:R},{five[i].Y:R}"))
        : List ?? "aligned";
}

/// <summary>Reads and writes the forms of <see cref="LandmarkSource"/>.</summary>
internal sealed class LandmarkSourceConverter : JsonConverter<LandmarkSource>
{
    private const string Wanted = "landmarks should be \"aligned\", \"detect\", the path of a list, or five points [[x, y], ...]";

    public override LandmarkSource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString() switch
            {
                "aligned" => LandmarkSource.Aligned,
                "detect" => LandmarkSource.Detect,
                { Length: > 0 } path => LandmarkSource.FromList(path),
                _ => throw new JsonException(Wanted),
            };
        }
        var numbers = new List<double>();
        var depth = 0;
        do
        {
            depth += reader.TokenType switch { JsonTokenType.StartArray => 1, JsonTokenType.EndArray => -1, _ => 0 };
            if (reader.TokenType == JsonTokenType.Number && depth == 2) numbers.Add(reader.GetDouble());
            else if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.EndArray)) throw new JsonException(Wanted);
        }
        while (depth > 0 && reader.Read());
        if (numbers.Count != 10) throw new JsonException(Wanted);
        return LandmarkSource.Fixed(FiveLandmarks.From([.. numbers.Chunk(2).Select(point => new Point2(point[0], point[1]))]));
    }

    public override void Write(Utf8JsonWriter writer, LandmarkSource value, JsonSerializerOptions options)
    {
        if (value.Points is not { } five)
        {
            writer.WriteStringValue(value.ToString());
            return;
        }
        writer.WriteStartArray();
        for (var i = 0; i < 5; i++)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(five[i].X);
            writer.WriteNumberValue(five[i].Y);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }
}
