using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pfe.Storage;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Training.Configuration;

/// <summary>Reads and writes training configurations.</summary>
public static class TrainingConfigFile
{
    private const long LongestFile = 1 << 20;

    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads and checks a configuration file.</summary>
    /// <param name="path">A JSON file.</param>
    /// <exception cref="InvalidConfigurationException">Not JSON, an unknown key (with the nearest known one), a value of the wrong kind or
    /// out of
    /// range.</exception>
    public static TrainingConfig Load(string path)
    {
        byte[] json;
        try { json = InputFile.Bytes(path, LongestFile); }
        catch (PfeException e) { throw new InvalidConfigurationException($"the configuration: {e.Message}", e); }
        return Parse(json, path);
    }

    /// <summary>Reads and checks a configuration.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="InvalidConfigurationException">See <see cref="Load"/>.</exception>
    public static TrainingConfig Parse(ReadOnlySpan<byte> json, string name)
    {
        if (json.StartsWith("\uFEFF"u8)) json = json[3..];
        try
        {
            JsonValues.Refuse(new Utf8JsonReader(json, Lenient), json, name);
            var reader = new Utf8JsonReader(json, Lenient);
            reader.Read();
            UnknownKeys.Refuse(ref reader, TrainingJson.Default.TrainingConfig, json, name);
            var config = JsonSerializer.Deserialize(json, TrainingJson.Default.TrainingConfig)
                ?? throw new InvalidConfigurationException($"'{name}' holds no configuration");
            Validate(config, name);
            return config;
        }
        catch (JsonException e)
        {
            throw new InvalidConfigurationException(
                $"{name}({(e.LineNumber ?? 0) + 1}): {e.Path?.TrimStart('$', '.')} {Plain(e.Message)}", e);
        }
    }

    /// <summary>Writes a configuration atomically.</summary>
    /// <param name="config">What to write.</param>
    /// <param name="path">The file to create or replace.</param>
    public static void Save(TrainingConfig config, string path) => AtomicFile.WriteText(path, ToJson(config));

    /// <summary>A configuration as indented JSON with every key.</summary>
    /// <param name="config">What to write.</param>
    public static string ToJson(TrainingConfig config) => JsonSerializer.Serialize(config, TrainingJson.Default.TrainingConfig) + "\n";

    /// <summary>Checks the values against each other.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="InvalidConfigurationException">The first value that cannot be.</exception>
    public static void Validate(TrainingConfig config, string name)
    {
        ArgumentNullException.ThrowIfNull(config);
        TrainingConfigRules.Check(config, (holds, problem) =>
        {
            if (!holds) throw new InvalidConfigurationException($"{name}: {problem}");
        });
        try
        {
            LearningRate.At(config.LearningRateStrategy, config.LearningRateSchedule, 0);
            LearningRate.At(config.LearningRateStrategy, config.LearningRateSchedule, config.EpochSize * config.NumEpochs - 1);
        }
        catch (InvalidConfigurationException e) { throw new InvalidConfigurationException($"{name}: {e.Message}", e); }
    }

    /// <summary>The kinds of damage a configuration names; all when it names none.</summary>
    /// <param name="options">The configuration's part.</param>
    public static IReadOnlyList<DamageKind> KindsOf(DamageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. Enum.GetValues<DamageKind>().Where(kind => options.Kinds.Length == 0 || options.Kinds.Contains(Spelling(kind)))];
    }

    /// <summary>All kinds of damage as files spell them.</summary>
    internal static IEnumerable<string> DamageKinds => Enum.GetValues<DamageKind>().Select(Spelling);

    private static string Spelling(DamageKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    // What the JSON library says of a value of another kind names its own types.
    private static string Plain(string message)
    {
        const string Mark = "could not be converted to ";
        var sentence = message.Split(" Path: ")[0];
        var at = sentence.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0) return sentence;
        var type = sentence[(at + Mark.Length)..];
        return "should be " + type switch
        {
            _ when type.Contains("[]", StringComparison.Ordinal) => "a list",
            _ when type.Contains("Dictionary", StringComparison.Ordinal) => "an object of numbers, like { \"0\": 0.001 }",
            _ when type.Contains("String", StringComparison.Ordinal) => "a text",
            _ when type.Contains("Int32", StringComparison.Ordinal) => $"a whole number of at most {int.MaxValue}",
            _ when type.Contains("Double", StringComparison.Ordinal) => "a number",
            _ when type.Contains("Boolean", StringComparison.Ordinal) => "true or false",
            _ => "an object, { ... }",
        };
    }
}

/// <summary>How training files look in JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TrainingConfig))]
[JsonSerializable(typeof(Features.CacheIndex))]
[JsonSerializable(typeof(JsonElement[][]))]
internal sealed partial class TrainingJson : JsonSerializerContext;
