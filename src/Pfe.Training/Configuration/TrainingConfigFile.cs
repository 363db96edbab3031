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
                $"{name}({(e.LineNumber ?? 0) + 1}): {e.Path?.TrimStart('$', '.')} {FirstSentence(e.Message)}", e);
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
        void Require(bool holds, string message)
        {
            if (!holds) throw new InvalidConfigurationException($"{name}: {message}");
        }
        Require(OutputFolder.Problem(config.Name) is null, $"name '{config.Name}' must be a folder's name");
        Require(config.Channels == 3, $"channels {config.Channels}: only 3 is possible; grey images are read as three equal channels");
        Require(config.UncertaintyModule is "fc" or TrainingConfig.ProbFaceModule,
                    $"uncertainty_module '{config.UncertaintyModule}' is not known; there are fc and {TrainingConfig.ProbFaceModule}");
        Require(config.UncertaintyModuleOutputSize is null or > 0,
            $"uncertainty_module_output_size {config.UncertaintyModuleOutputSize} must be 1 or the embedding's size");
        Require(config.UncertaintyModuleOutputSize != 1 || config.UncertaintyModule == TrainingConfig.ProbFaceModule,
            $"uncertainty_module_output_size 1 belongs to uncertainty_module '{TrainingConfig.ProbFaceModule}'");
        Require(config.OutputConstraintType is null or "" or "L1" or "L2",
            $"output_constraint_type '{config.OutputConstraintType}' is not known; there are L1 and L2");
        Require(config.DiscriminatMetricType is "triplet_semihard" or "contrastive",
            $"discriminat_metric_type '{config.DiscriminatMetricType}' is not known; there are triplet_semihard and contrastive");
        if (config.LossWeights is { } weights)
            Require(weights is { MlsLoss: >= 0, OutputConstraintLoss: >= 0, DiscriminateLoss: >= 0 } && weights.MlsLoss
                + weights.DiscriminateLoss > 0,
                "loss_weights must not be negative, and mls_loss or discriminate_loss must count");
        Require(config.ImageSize is null or { Length: 2 }, "image_size should be [height, width]");
        Require(config.SummaryInterval > 0, $"summary_interval {config.SummaryInterval} must be at least 1");
        Require(config.EpochSize > 0 && config.NumEpochs > 0,
            $"epoch_size {config.EpochSize} and num_epochs {config.NumEpochs} must be at least 1");
        Require((long)config.EpochSize * config.NumEpochs <= int.MaxValue,
            $"epoch_size {config.EpochSize} x num_epochs {config.NumEpochs} are more than {int.MaxValue} steps");
        Require(config.WeightDecay >= 0, $"weight_decay {config.WeightDecay} must not be negative");
        Require(config.Momentum is >= 0 and < 1, $"momentum {config.Momentum} must lie in [0, 1)");
        Require(config.GradientClip >= 0, $"gradient_clip {config.GradientClip} must not be negative");
        Require(config.HeldOutClasses >= 0, $"held_out_classes {config.HeldOutClasses} must not be negative");
        Require(config.Keep is "best" or "last", $"keep '{config.Keep}' is not known; there are best and last");
        Require(config.EarlyStopping >= 0, $"early_stopping {config.EarlyStopping} must not be negative");
        RequireTrust(config.Trust, Require);
        Require(config.Threads >= 0, $"threads {config.Threads} must not be negative");
        var damage = config.Damage;
        Require(damage.Copies >= 0, $"damage.copies {damage.Copies} must not be negative");
        Require(damage.Probability is >= 0 and <= 1, $"damage.probability {damage.Probability} must lie in [0, 1]");
        Require(damage.Strength is >= 0 and <= 1, $"damage.strength {damage.Strength} must lie in [0, 1]");
        Require(damage.Misalignment is >= 0 and <= 0.5, $"damage.misalignment {damage.Misalignment} must lie in [0, 0.5] eye distances");
        foreach (var kind in damage.Kinds)
            Require(DamageKinds.Contains(kind), $"damage.kinds: '{kind}' is not known; there are {string.Join(", ", DamageKinds)}");
        try
        {
            LearningRate.At(config.LearningRateStrategy, config.LearningRateSchedule, 0);
            LearningRate.At(config.LearningRateStrategy, config.LearningRateSchedule, config.EpochSize * config.NumEpochs - 1);
        }
        catch (InvalidConfigurationException e) { throw new InvalidConfigurationException($"{name}: {e.Message}", e); }
    }

    private static void RequireTrust(TrustOptions? trust, Action<bool, string> require)
    {
        if (trust is null) return;
        require(trust.GroupSize >= 2, $"trust.group_size {trust.GroupSize} must be at least 2");
        require(trust.ImagesEach >= 2, $"trust.images_each {trust.ImagesEach} must be at least 2");
        require(trust.RecipesEach >= 2, $"trust.recipes_each {trust.RecipesEach} must be at least 2");
        require(trust.Hidden > 0 && trust.Steps > 0, $"trust.hidden {trust.Hidden} and trust.steps {trust.Steps} must be at least 1");
        require(trust.LearningRate > 0, $"trust.learning_rate {trust.LearningRate} must be above 0");
        require(trust.WeightDecay >= 0, $"trust.weight_decay {trust.WeightDecay} must not be negative");
        require(trust.CalibrationShare is > 0 and < 1, $"trust.calibration_share {trust.CalibrationShare} must lie in (0, 1)");
    }

    /// <summary>The kinds of damage a configuration names; all when it names none.</summary>
    /// <param name="options">The configuration's part.</param>
    public static IReadOnlyList<DamageKind> KindsOf(DamageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. Enum.GetValues<DamageKind>().Where(kind => options.Kinds.Length == 0 || options.Kinds.Contains(Spelling(kind)))];
    }

    private static IEnumerable<string> DamageKinds => Enum.GetValues<DamageKind>().Select(Spelling);

    private static string Spelling(DamageKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static string FirstSentence(string message) => message.Split(" Path: ")[0];
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
