using Pfe.Calibration;
using Pfe.Evaluation.Protocols;
using Pfe.Evaluation.Templates;
using Pfe.Fusion;

namespace Pfe.Evaluation.Ijb;

/// <summary>IJB-A 1:1: TAR at FAR 0.001 and 0.01, mean and deviation over its ten splits.</summary>
public static class IjbA
{
    /// <summary>The false accept rates that are printed.</summary>
    public static IReadOnlyList<double> Fars { get; } = [1e-3, 1e-2];

    /// <summary>Evaluates all splits found.</summary>
    /// <param name="folder">The protocol's folder: holds split1 ... split10 (or IJB-A_11_sets with them), each with verify_metadata_k.csv
    /// and verify_comparisons_k.csv.</param>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rule">How variances combine.</param>
    /// <param name="calibration">Judged on the pairs as well; null where there is none.</param>
    /// <param name="progress">Told the splits that are done.</param>
    /// <param name="temperature">See <see cref="TemplateResult.Of"/>.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">No split, or a file that cannot be read.</exception>
    public static TemplateResult Evaluate(
        string folder, EmbeddingSet faces, VarianceRule rule = VarianceRule.Minimum, ScoreCalibration? calibration = null,
        IProgress<int>? progress = null, double temperature = 1, CancellationToken cancellation = default)
    {
        var splits = Splits(folder);
        var lookup = new ImageLookup(faces.Paths);
        var results = new List<TemplateResult>();
        foreach (var (number, path) in splits)
        {
            var builder = new TemplateListBuilder(lookup);
            IjbTable.AddImages(Path.Combine(path, $"verify_metadata_{number}.csv"), builder);
            var templates = builder.Build();
            templates.RequireImages();
            var pairs = IjbTable.ReadPairs(Path.Combine(path, $"verify_comparisons_{number}.csv"), templates);
            results.Add(TemplateResult.Of(
                $"IJB-A 1:1, split {number}", faces, templates, pairs, Fars, rule, bootstrap: null, calibration,
                temperature: temperature, cancellation: cancellation));
            progress?.Report(number);
        }
        return TemplateResult.Over($"IJB-A 1:1, {splits.Count} splits", results);
    }

    private static List<(int Number, string Path)> Splits(string folder)
    {
        foreach (var root in new[] { folder, Path.Combine(folder, "IJB-A_11_sets"), Path.Combine(folder, "IJB-A", "IJB-A_11_sets") })
        {
            var found = Enumerable.Range(1, 10).Select(number => (number, Path: Path.Combine(root, $"split{number}")))
                .Where(split => Directory.Exists(split.Path)).ToList();
            if (found.Count > 0) return found;
        }
        throw new PfeException($"'{folder}' holds no folder split1 to split10; give the folder of the IJB-A 1:1 protocol (IJB-A_11_sets)");
    }
}
