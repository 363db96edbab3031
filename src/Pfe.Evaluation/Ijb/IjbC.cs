using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Protocols;
using Pfe.Evaluation.Templates;
using Pfe.Fusion;

namespace Pfe.Evaluation.Ijb;

/// <summary>The files of a 1:1 protocol in IJB-C's form.</summary>
/// <param name="Name">Name of the protocol, for the result.</param>
/// <param name="Metadata">Files of TEMPLATE_ID, SUBJECT_ID, FILENAME, SIGHTING_ID.</param>
/// <param name="Matches">The file of template pairs.</param>
public sealed record IjbCFiles(string Name, IReadOnlyList<string> Metadata, string Matches)
{
    private static readonly string[] OfficialMetadata = ["ijbc_1N_gallery_G1.csv", "ijbc_1N_gallery_G2.csv", "ijbc_1N_probe_mixed.csv"];

    /// <summary>The official files in a folder.</summary>
    /// <param name="folder">Holds ijbc_1N_gallery_G1.csv, ijbc_1N_gallery_G2.csv, ijbc_1N_probe_mixed.csv and
    /// ijbc_11_G1_G2_matches.csv.</param>
    /// <exception cref="PfeException">One of them is missing.</exception>
    public static IjbCFiles In(string folder)
    {
        string[] names = [.. OfficialMetadata, "ijbc_11_G1_G2_matches.csv"];
        if (names.FirstOrDefault(name => !File.Exists(Path.Combine(folder, name))) is { } missing)
        {
            throw new MissingProtocolFileException(folder, missing,
                $"'{folder}' lacks {missing}; the IJB-C protocol folder holds {string.Join(", ", names)}");
        }
        return new("IJB-C 1:1", [.. OfficialMetadata.Select(name => Path.Combine(folder, name))], Path.Combine(folder, names[^1]));
    }
}

/// <summary>IJB-C 1:1, mixed media: TAR at FAR 1e-5 to 1e-2 on one list of template pairs.</summary>
public static class IjbC
{
    /// <summary>The false accept rates that are printed.</summary>
    public static IReadOnlyList<double> Fars { get; } = [1e-5, 1e-4, 1e-3, 1e-2];

    /// <summary>Evaluates the list.</summary>
    /// <param name="files">The protocol's files.</param>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rule">How variances combine.</param>
    /// <param name="bootstrap">How to make intervals over subjects; null for none.</param>
    /// <param name="calibration">Judged on the pairs as well; null where there is none.</param>
    /// <param name="progress">Told the methods that are done.</param>
    /// <param name="temperature">See <see cref="TemplateResult.Of"/>.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">A file that cannot be read, or images of which none was embedded.</exception>
    public static TemplateResult Evaluate(
        IjbCFiles files, EmbeddingSet faces, VarianceRule rule = VarianceRule.Minimum, BootstrapOptions? bootstrap = null,
        ScoreCalibration? calibration = null, IProgress<TemplateMethod>? progress = null, double temperature = 1,
        CancellationToken cancellation = default)
    {
        var builder = new TemplateListBuilder(new ImageLookup(faces.Paths));
        foreach (var path in files.Metadata) IjbTable.AddImages(path, builder);
        var templates = builder.Build();
        templates.RequireImages();
        var pairs = IjbTable.ReadPairs(files.Matches, templates);
        return TemplateResult.Of(files.Name, faces, templates, pairs, Fars, rule, bootstrap, calibration, progress, temperature,
            cancellation);
    }
}
