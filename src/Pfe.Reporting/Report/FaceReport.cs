using System.Text.Json;
using Pfe.Evaluation;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Figures;
using Pfe.Storage;

namespace Pfe.Reporting.Report;

/// <summary>How a report is made.</summary>
public sealed record ReportOptions
{
    /// <summary>Resamples of the bootstrap bands and intervals, at least 2. Default 200.</summary>
    public int Resamples { get; init; } = 200;

    /// <summary>Whether pictures of faces go in and paths, which often name people; without them the report can be shared. Default
    /// true.</summary>
    public bool Faces { get; init; } = true;
}

/// <summary>A set of faces as figures: one self-contained page, each figure as SVG and PNG, its numbers as CSV, and all numbers as one JSON
/// file.</summary>
/// <param name="Title">Heading of the page.</param>
/// <param name="Warnings">What spoils the numbers, in sentences; empty for a sound model.</param>
/// <param name="Model">What the model's file says of itself; empty without a model.</param>
/// <param name="Summary">What the reader should know first: name and value of a few numbers.</param>
/// <param name="Figures">In reading order.</param>
public sealed record FaceReport(
    string Title, IReadOnlyList<string> Warnings, IReadOnlyList<(string Name, string Value)> Model,
        IReadOnlyList<(string Name, string Value)> Summary, IReadOnlyList<Figure> Figures)
{
    /// <summary>Makes every figure for which there is data.</summary>
    /// <param name="data">The measured set.</param>
    /// <param name="options">Options.</param>
    /// <param name="progress">Told the name of each figure before it is made.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static FaceReport Of(
        ReportData data, ReportOptions? options = null, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new();
        if (!options.Faces) data = data with { Thumbnails = null, Paths = false };
        progress?.Report("bootstrap of the discard curves");
        DiscardStudy[] discard = [
            QualityFigures.Study(data, data.Cosine, options.Resamples, cancellation),
            QualityFigures.Study(data, data.Mls, options.Resamples, cancellation)];
        var probability = data.Calibration is { } calibration
            ? ProbabilityResult.Of(calibration, data.Faces, data.Mls.Pairs, new BootstrapOptions { Resamples = options.Resamples },
                cancellation) : null;
        (string Name, Func<Figure?> Make)[] makers =
        [
            ("faces by uncertainty", () => UncertaintyFigures.Faces(data)),
            ("distribution of sigma", () => UncertaintyFigures.Distribution(data)),
            ("sigma against damage", () => UncertaintyFigures.Damage(data, options.Faces)),
            ("score distributions", () => ScoreFigures.Distributions(data)),
            ("ROC and DET", () => ScoreFigures.Curves(data, options.Resamples, cancellation)),
            ("error versus discard", () => QualityFigures.Discard(data, discard, options.Resamples)),
            ("score to probability", () => ProbabilityFigures.Curves(data)),
            ("reliability", () => ProbabilityFigures.Reliability(data, probability)),
            ("dimensions of a pair", () => PairFigures.Dimensions(data)),
            ("fusion weights", () => PairFigures.Fusion(data)),
            ("worst errors", () => PairFigures.Errors(data)),
            ("subgroups", () => GroupFigures.Rates(data)),
            ("answers by kind of damage", () => KindFigures.Answers(data.Trust)),
        ];
        var figures = new List<Figure>();
        foreach (var (name, make) in makers)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(name);
            if (make() is { } figure) figures.Add(figure);
        }
        return new(data.Title ?? $"Face report: {data.Name}", ReportWarnings.Of(data, options.Resamples, cancellation), data.Model,
            ReportSummary.Of(data, discard[1], probability), figures);
    }

    /// <summary>Writes <c>report.html</c>, <c>data.json</c>, and for each figure <c>figures/id.svg</c>, <c>.png</c> and
    /// <c>.csv</c>.</summary>
    /// <param name="folder">The folder to create or fill; files of an earlier report are replaced.</param>
    /// <param name="fonts">For the PNG files.</param>
    /// <param name="cancellation">Stops between figures.</param>
    /// <returns>The page's path.</returns>
    public string Write(string folder, FigureFonts fonts, CancellationToken cancellation = default)
    {
        foreach (var figure in Figures)
        {
            cancellation.ThrowIfCancellationRequested();
            var stem = Path.Combine(folder, "figures", figure.Id);
            AtomicFile.WriteText(stem + ".svg", figure.ToSvg());
            AtomicFile.WriteText(stem + ".csv", figure.Data.ToCsv());
            var png = figure.ToPng(fonts);
            AtomicFile.Write(stem + ".png", stream => stream.Write(png));
        }
        RemoveEarlierFigures(Path.Combine(folder, "figures"));
        AtomicFile.Write(Path.Combine(folder, "data.json"), WriteJson);
        var page = Path.Combine(folder, "report.html");
        AtomicFile.WriteText(page, HtmlPage.Of(this));
        return page;
    }

    // A figure that this report does not have would stay beside it: with faces, in a report without.
    private void RemoveEarlierFigures(string folder)
    {
        if (!Directory.Exists(folder)) return;
        var own = Figures.Select(figure => figure.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder))
            if (Path.GetExtension(path) is ".svg" or ".png" or ".csv"
                && !own.Contains(Path.GetFileNameWithoutExtension(path))) File.Delete(path);
    }

    private void WriteJson(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("title", Title);
        json.WriteStartArray("warnings");
        foreach (var warning in Warnings) json.WriteStringValue(warning);
        json.WriteEndArray();
        foreach (var (part, lines) in new[] { ("model", Model), ("summary", Summary) })
        {
            json.WriteStartObject(part);
            foreach (var (name, value) in lines) json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteStartObject("figures");
        foreach (var figure in Figures)
        {
            json.WritePropertyName(figure.Id);
            figure.Data.Write(json);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
