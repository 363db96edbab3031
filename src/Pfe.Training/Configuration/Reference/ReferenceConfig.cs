using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pfe.Interop.Python;
using Pfe.Storage;

namespace Pfe.Training.Configuration.Reference;

/// <summary>A configuration of the reference in Pfe's form.</summary>
/// <param name="Config">The configuration, checked.</param>
/// <param name="Notes">What a reader should know: keys that mean something else here, and what to do about them.</param>
/// <param name="UnknownKeys">Names the file assigns that neither program knows, with their lines; they are left out.</param>
internal sealed record ConvertedConfig(TrainingConfig Config, IReadOnlyList<string> Notes, IReadOnlyList<string> UnknownKeys);

/// <summary>Turns the reference's Python configuration files into <see cref="TrainingConfig"/>; the file is read as data, never
/// executed.</summary>
internal static class ReferenceConfig
{
    private const string ModuleFile = "uncertainty_module.py";

    private static readonly Dictionary<string, JsonPropertyInfo> Keys =
        TrainingJson.Default.TrainingConfig.Properties.Where(property => property.Name != "$schema")
            .ToDictionary(property => property.Name, StringComparer.Ordinal);

    /// <summary>Reads and converts a file.</summary>
    /// <param name="path">The reference's <c>config.py</c>.</param>
    /// <param name="embeddingNetwork">The base network as ONNX; null for <c>restore_model</c>'s name with <c>.onnx</c>.</param>
    /// <exception cref="InvalidConfigurationException">Unreadable, not made of assigned values, or a value that cannot be; one line with
    /// file and
    /// line.</exception>
    public static ConvertedConfig Load(string path, string? embeddingNetwork = null)
    {
        const int Most = 1 << 20;
        string text;
        try { text = InputFile.Text(path, Most); }
        catch (PfeException e) { throw new InvalidConfigurationException(e.Message, e); }
        return Convert(text, path, embeddingNetwork);
    }

    /// <summary>Converts a file's text; see <see cref="Load"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">What to call the file in messages.</param>
    /// <param name="embeddingNetwork">See <see cref="Load"/>.</param>
    public static ConvertedConfig Convert(string text, string path, string? embeddingNetwork = null)
    {
        var file = PythonAssignments.Read(text, path);
        var (notes, unknown) = (new List<string>(), new List<string>());
        var config = new TrainingConfig { Name = "", TrainDatasetPath = "" };
        foreach (var required in Keys.Values.Where(property => property.IsRequired))
            if (file.All.All(assignment => assignment.Name != required.Name))
                throw new InvalidConfigurationException($"{path}: '{required.Name}' is not assigned; it is needed");
        foreach (var assignment in file.All)
        {
            switch (assignment.Name)
            {
                case "embedding_network" or "restore_model" or "restore_scopes" or "exclude_restore_scopes": break;
                case "uncertainty_module_input": CheckInput(assignment, notes); break;
                case "num_gpus":
                    notes.Add(
                    "num_gpus is left out: the head is trained on the processor, from features computed once"); break;
                case "uncertainty_module": CheckModule(assignment, notes); break;
                case var name when Keys.TryGetValue(name, out var key): Set(config, key, assignment, path); break;
                case var name when file.Used.Contains(name): break;
                default: unknown.Add(string.Create(CultureInfo.InvariantCulture, $"{assignment.Name} (line {assignment.Line})")); break;
            }
        }
        SetBase(config, file.All, embeddingNetwork, notes);
        if (ProbFaceConfig.Is(file.All)) ProbFaceConfig.Set(config, file.All, notes);
        TrainingConfigFile.Validate(config, path);
        return new(config, notes, unknown);
    }

    private static void Set(TrainingConfig config, JsonPropertyInfo key, PythonAssignment assignment, string path)
    {
        try
        {
            key.Set!(config, ToJson(assignment.Value).Deserialize(TrainingJson.Default.GetTypeInfo(key.PropertyType)!));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentNullException)
        {
            throw new InvalidConfigurationException(
                $"{path}({assignment.Line}): {assignment.Name} = {Shown(assignment.Value)} is of the wrong kind; " +
                $"{Wanted(key.PropertyType)} is expected", e);
        }
    }

    // The reference restores its base network's variables by restore_model and defines the network by a Python file; Pfe's base is one ONNX
    // file that holds both, and its restore_model is a head to begin with.
    private static void SetBase(
        TrainingConfig config, IReadOnlyCollection<PythonAssignment> assignments, string? embeddingNetwork, List<string> notes)
    {
        object? Value(string name) => assignments.FirstOrDefault(assignment => assignment.Name == name)?.Value;
        var checkpoint = Value("restore_model") as string;
        var onnx = checkpoint is { Length: > 0 } ? checkpoint.TrimEnd('/') + ".onnx" : null;
        if (embeddingNetwork is null && onnx is null && Value("embedding_network") is string module)
            notes.Add($"embedding_network '{module}' is TensorFlow code and restore_model names no checkpoint: set embedding_network to " +
                "an ONNX file; 'base', Pfe's default network, is written");
        else if (embeddingNetwork is null && onnx is not null)
            notes.Add($"embedding_network is written as '{onnx}': make it with pfe import-tf from restore_model '{checkpoint}'");
        config.EmbeddingNetwork = embeddingNetwork ?? onnx ?? "base";
        var scopes = Value("restore_scopes") as IEnumerable<object?>;
        var excluded = (Value("exclude_restore_scopes") as IEnumerable<object?> ?? []).OfType<string>();
        if (checkpoint is not null && !excluded.Contains("UncertaintyModule")
            && (scopes is null || scopes.OfType<string>().Any(scope => scope.Contains("Uncertainty", StringComparison.Ordinal))))
            notes.Add("restore_scopes takes in the reference's head, too, which is not restored: Pfe's restore_model wants a " +
                "head.safetensors");
    }

    private static void CheckInput(PythonAssignment assignment, List<string> notes)
    {
        if (assignment.Value is not "conv_final")
            notes.Add(
                $"uncertainty_module_input {Shown(assignment.Value)} (line {assignment.Line}): Pfe's head reads the base's last feature " +
                "map, as conv_final; it cannot read the image");
    }

    private static void CheckModule(PythonAssignment assignment, List<string> notes)
    {
        if (assignment.Value is not string module || Path.GetFileName(module) != ModuleFile)
            notes.Add($"uncertainty_module {Shown(assignment.Value)} (line {assignment.Line}) is not the reference's {ModuleFile}: Pfe " +
                "has " +
                "that head only, and it is written");
    }

    private static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        bool truth => truth,
        long whole => whole,
        double real => real,
        string text => text,
        PythonDictionary pairs => new JsonObject(
            pairs.Select(pair => KeyValuePair.Create(
            System.Convert.ToString(pair.Key, CultureInfo.InvariantCulture)!, ToJson(pair.Value)))),
        IEnumerable<object?> values => new JsonArray([.. values.Select(ToJson)]),
        _ => throw new InvalidOperationException($"{value.GetType()} is no value of a configuration"),
    };

    private static string Shown(object? value)
    {
        var text = ToJson(value)?.ToJsonString() ?? "None";
        return text.Length > 60 ? text[..60] + "..." : text;
    }

    private static string Wanted(Type type) => type switch
    {
        _ when type == typeof(string) => "a string",
        _ when type == typeof(int) || type == typeof(int?) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type == typeof(int[]) => "[height, width]",
        _ when type == typeof(Dictionary<string, double>) => "a dictionary of numbers",
        _ when type == typeof(JsonElement[][]) => "a list of lists like ['center_crop', (112, 96)]",
        _ => "what docs/config.schema.json says",
    };
}
