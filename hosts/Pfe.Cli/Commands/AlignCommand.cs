using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe align --json</c> writes.</summary>
/// <param name="Output">The folder.</param>
/// <param name="Images">Images asked for.</param>
/// <param name="Aligned">Faces written.</param>
/// <param name="AlreadyThere">Faces that an earlier run had written.</param>
/// <param name="Template">Size and landmark places.</param>
/// <param name="Failures">The images left out.</param>
internal sealed record AlignResult(
    string Output, int Images, int Aligned, int AlreadyThere, string Template, IReadOnlyList<FailedImage> Failures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(AlignResult))]
internal sealed partial class AlignJson : JsonSerializerContext;

/// <summary>pfe align: the reference's align_dataset, and the same with detection.</summary>
internal static class AlignCommand
{
    private const int ShownFaces = 60;
    private static readonly Option<string> Output = new("--output", "-o") { Description = "The folder to fill.", Required = true };
    private static readonly Option<string> Template = new("--template")
    {
        Description = $"Size and landmark places: {string.Join(" or ", AlignmentTemplate.All.Select(template => template.Name))}.",
        DefaultValueFactory = _ => AlignmentTemplate.ArcFace.Name,
    };
    private static readonly Option<int[]> ImageSize =
        new("--image-size")
        {
            Description = "Width and height of the reference's template.", Arity = new ArgumentArity(2, 2),
            AllowMultipleArgumentsPerToken = true
        };
    private static readonly Option<double> Scale =
        new("--scale")
        {
            Description = "Scale of the reference's template; smaller shows more around the face.",
            DefaultValueFactory = _ => 1
        };
    private static readonly Option<int> DirDepth =
        new("--dir-depth")
        {
            Description = "How many components of a path, from its end, are kept in the output folder.",
            DefaultValueFactory = _ => 2
        };
    private static readonly Option<string?> Visualize =
        new("--visualize") { Description = $"Write a contact sheet of up to {ShownFaces} aligned faces with their landmarks (.png)." };

    public static Command Create(Terminal terminal) =>
        new Command("align", "Align faces by their landmarks, or by detection. Example: pfe align lfw/images --landmarks " +
            "lfw/landmarks.txt --output aligned")
        {
            FaceOptions.Images, Output, FaceOptions.Landmarks, FaceOptions.TransposeInput, FaceOptions.Prefix, Template, ImageSize, Scale,
                DirDepth, Visualize,
            FaceOptions.Faces, FaceOptions.MinimumFace, CommonOptions.Strict, CommonOptions.Overwrite, FaceOptions.Workers,
                ModelOptions.Models, ModelOptions.Device,
        }.Does(terminal, (parsed, cancellation) =>
        {
            var (sources, store, output) = (parsed.Sources(), parsed.Store(), parsed.GetRequiredValue(Output));
            if (parsed.GetValue(DirDepth) is < 1 and var depth) throw new UsageException($"--dir-depth is at least 1, not {depth}");
            var options = new AlignmentRunOptions
            {
                Template = ChooseTemplate(parsed), DirectoryDepth = parsed.GetValue(DirDepth), Prefix = parsed.GetValue(FaceOptions.Prefix),
                Faces = parsed.GetValue(FaceOptions.Faces), Strict = parsed.GetValue(CommonOptions.Strict),
                Overwrite = parsed.GetValue(CommonOptions.Overwrite),
                Workers = parsed.GetValue(FaceOptions.Workers),
            };
            using var detector = sources[0].Landmarks is null ? parsed.Detector(store, terminal.Progress(), cancellation) : null;
            var run = AlignmentRun.Run(sources, detector, output, options, terminal.ImageProgress("aligned"), cancellation);
            if (run.Failures.Count == sources.Count)
                throw FailedImage.None($"{sources.Count} images could be aligned", run.Failures);
            if (parsed.GetValue(Visualize) is { } sheet) Show(sources, run.Failures, detector, options.Template, store,
                terminal).Save(sheet);
            var result = new AlignResult(output, sources.Count, run.Aligned, run.AlreadyThere, options.Template.Name, run.Failures);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, AlignJson.Default.AlignResult);
            else terminal.Output.WriteLine($"{run.Aligned} of {sources.Count} faces aligned ({options.Template.Name}) -> " +
                $"{output}{(run.AlreadyThere > 0 ? $"; {run.AlreadyThere} were there already" : "")}");
            terminal.SaySeveralFaces(run.SeveralFaces);
            terminal.SayFailures(run.Failures);
            parsed.SayUnlisted(terminal, sources);
        });

    private static AlignmentTemplate ChooseTemplate(ParseResult parsed)
    {
        var (size, scale) = (parsed.GetValue(ImageSize) ?? [], parsed.GetValue(Scale));
        if (size.Length == 0 && scale == 1) return AlignmentTemplate.Named(parsed.GetRequiredValue(Template));
        if (size.Length == 0) size = [AlignmentTemplate.Reference.Width, AlignmentTemplate.Reference.Height];
        if (size[0] is < 1 or > 4096 || size[1] is < 1 or > 4096)
            throw new UsageException($"--image-size is a width and a height from 1 to 4096, not {size[0]} {size[1]}");
        return scale > 0 && double.IsFinite(scale)
            ? AlignmentTemplate.OfReference(size[0], size[1], scale) : throw new UsageException($"--scale is above 0, not {scale}");
    }

    /// <summary>A look at what comes out, spread evenly over the list.</summary>
    private static Image Show(
        IReadOnlyList<FaceSource> sources, IReadOnlyList<FailedImage> failures, FaceDetector? detector, AlignmentTemplate template,
        ModelStore store, Terminal terminal)
    {
        var failed = failures.Select(failure => failure.Name).ToHashSet(StringComparer.Ordinal);
        var good = sources.Where(source => !failed.Contains(source.Name)).ToList();
        var count = Math.Min(ShownFaces, good.Count);
        if (count == 0) throw new PfeException("no face was aligned, so there is nothing to show");
        var tiles = Enumerable.Range(0, count).Select(i => good[(int)((long)i * good.Count / count)]).Select(source =>
        {
            var (face, landmarks) = AlignmentRun.Align(source, detector, template);
            return new ContactTile(face, [Path.GetFileNameWithoutExtension(source.Name)],
                [.. Enumerable.Range(0, 5).Select(i => (landmarks[i].X, landmarks[i].Y))]);
        }).ToList();
        return ContactSheet.Draw(tiles, new ContactSheetOptions
        {
            Title = $"{count} of {good.Count} aligned faces",
            Note = $"Template {template.Name}; the marks are each face's own landmarks after alignment.",
            Font = store.Get("font", terminal.Progress()), BoldFont = store.Get("font-bold", terminal.Progress()),
        });
    }
}
