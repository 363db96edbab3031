using System.Text.Json;
using Pfe.Interop.Python;

namespace Pfe.Training.Configuration.Reference;

/// <summary>What ProbFace's configurations mean beyond the reference's: its head and loss, its grey levels, and a head on several
/// layers.</summary>
internal static class ProbFaceConfig
{
    private static readonly string[] Own =
        ["uncertainty_module_output_size", "uncertainty_module_input", "loss_weights", "output_constraint_type", "discriminat_metric_type"];

    // The ends of ResFace64's stages, as pfe import-tf names them.
    private static readonly string[] Stages = ["conv1/unit3", "conv2/unit8", "conv3/unit16", "conv4/unit3"];

    /// <summary>Whether a file is ProbFace's: it assigns names that the reference does not have.</summary>
    public static bool Is(IEnumerable<PythonAssignment> assignments) => assignments.Any(assignment => Own.Contains(assignment.Name));

    public static void Set(TrainingConfig config, IReadOnlyCollection<PythonAssignment> assignments, List<string> notes)
    {
        config.UncertaintyModule = TrainingConfig.ProbFaceModule;
        (config.PreprocessTrain, config.PreprocessTest) = (WithProbFacesMean(config.PreprocessTrain),
            WithProbFacesMean(config.PreprocessTest));
        notes.Add("standardize mean_scale is written as mean_scale_128: ProbFace subtracts 128, the reference 127.5");
        var network = assignments.FirstOrDefault(assignment => assignment.Name == "embedding_network")?.Value as string;
        if (network?.EndsWith("_m.py", StringComparison.Ordinal) != true) return;
        config.PooledInputs = Stages;
        notes.Add($"'{network}' gives its head all stages: pooled_inputs names their ends in ResFace64, as the importer calls them");
    }

    private static JsonElement[][]? WithProbFacesMean(JsonElement[][]? steps) => steps is null ? null
        : [.. steps.Select(step => step is [var name, var value] && Is(name, "standardize") && Is(value, "mean_scale")
            ? (JsonElement[])[name, JsonDocument.Parse("\"mean_scale_128\"").RootElement] : step)];

    private static bool Is(JsonElement value, string text) => value.ValueKind == JsonValueKind.String && value.GetString() == text;
}
