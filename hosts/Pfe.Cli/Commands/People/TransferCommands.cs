using System.CommandLine;
using Pfe.Gallery;
using Pfe.Onnx;
using Pfe.Storage;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Cli.Commands.People;

/// <summary>People out of a store, into it, to another model; and whether all is well.</summary>
internal static class TransferCommands
{
    private static readonly Argument<string> Output = new("file")
    {
        Description = "The file to write: people as lines of JSON, which is biometric data; with --reviews comma-separated values."
    };
    private static readonly Option<bool> Reviews = new("--reviews")
    {
        Description = "Write what was decided in reviews instead, as scored pairs for 'pfe calibrate --reviews'; no names, no embeddings."
    };
    private static readonly Argument<string> Input = new("file") { Description = "An export of 'pfe gallery export'." };
    private static readonly Option<bool> NewIds = new("--new-ids")
    {
        Description = "Give everybody new ids: a copy beside the original in one store."
    };
    private static readonly Argument<string> NewModel = new("new-model") { Description = "The model to change to." };
    private static readonly Option<string?> Photos =
        new("--photos") { Description = "The folder that was enrolled, where the gallery does not keep photographs." };
    private static readonly Option<bool> LeaveMissing =
        new("--leave-missing") { Description = "Change even if some images get no template of the new model; they are not searched then." };

    public static Command Export(Terminal terminal) =>
        new Command("export", "Write everybody to a file. Example: pfe gallery export people.ndjson") { Output, Reviews }
            .OnGallery(terminal, async (_, gallery, parsed, cancellation) =>
            {
                var (file, count) = (parsed.GetRequiredValue(Output), 0);
                if (parsed.GetValue(Reviews))
                {
                    var reviewed = await gallery.ListReviewedPairsAsync(cancellation);
                    AtomicFile.WriteText(file, reviewed.ToCsv());
                    var result = new GalleryReviewsResult(file, reviewed.Pairs.Count, reviewed.Pairs.Count(pair => pair.IsSame));
                    if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryReviewsResult);
                    else terminal.Output.WriteLine($"{result.Pairs} decision(s), {result.Same} of them \"same\" -> {file}");
                    return ExitCode.Done;
                }
                await Task.Run(() => AtomicFile.Write(file, stream =>
                    count = gallery.ExportAsync(stream, cancellation: cancellation).GetAwaiter().GetResult()), cancellation);
                Report(terminal, parsed, new(file, count, 0, 0), $"{count} person(s) -> {file}");
                return ExitCode.Done;
            });

    public static Command Import(Terminal terminal) =>
        new Command("import", "Add everybody of an export; repeated, it adds nothing. Example: pfe gallery import people.ndjson") { Input,
            NewIds }
            .OnGallery(terminal, async (_, gallery, parsed, cancellation) =>
            {
                var file = parsed.GetRequiredValue(Input);
                try
                {
                    await using var stream = File.OpenRead(file);
                    var run = await gallery.ImportAsync(stream, parsed.GetValue(NewIds), cancellation: cancellation);
                    Report(terminal, parsed, new(file, run.Persons, run.AddedPersons, run.AddedImages),
                        $"{run.AddedPersons} of {run.Persons} person(s) and {run.AddedImages} image(s) added");
                    return ExitCode.Done;
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new PfeException($"cannot read '{file}': {e.Message}", e);
                }
            });

    public static Command Reembed(Terminal terminal) =>
        new Command("reembed", "Change the gallery to another model, if that finds its people as well. " +
            "Example: pfe gallery reembed new.onnx --photos photos/")
        {
            NewModel, Photos, LeaveMissing,
        }.OnGallery(terminal, async (_, gallery, parsed, cancellation) =>
        {
            var store = parsed.Store();
            var model = store.Read(parsed.GetRequiredValue(NewModel), terminal.Progress(), cancellation).ToModel();
            using var embedder = new FaceEmbedder(model, parsed.Network(terminal.Progress()));
            using var detector = parsed.Detector(store, terminal.Progress(), cancellation);
            var (reader, folder) = (new FacePhotoReader(detector, embedder), parsed.GetValue(Photos));
            var run = await gallery.ReembedAsync(
                GalleryModel.Of(embedder), async (image, stop) => await EmbedAsync(reader, image, folder, stop),
                    parsed.GetValue(LeaveMissing), cancellation: cancellation);
            var result = new GalleryReembedResult(
                run.Embedded, run.Missing, run.Comparison?.Probes, run.Comparison?.OldFound, run.Comparison?.NewFound, run.Switched,
                    run.Reason);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryReembedResult);
            else terminal.Output.WriteLine(run.Switched ? $"changed: {run.Embedded} image(s) embedded" : $"not changed: {run.Reason}");
            return run.Switched ? ExitCode.Done : ExitCode.Failure;
        });

    public static Command DropModels(Terminal terminal) =>
        new Command("drop-models", "Remove what the gallery's earlier models left: there is no way back to them then. " +
            "Example: pfe gallery drop-models")
        { }
            .OnGallery(terminal, async (_, gallery, parsed, cancellation) =>
            {
                var result = new GalleryDropModelsResult(await gallery.DropOtherModelsAsync(cancellation: cancellation));
                if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryDropModelsResult);
                else terminal.Output.WriteLine($"{result.Templates} template(s) of other models removed");
                return ExitCode.Done;
            });

    public static Command Check(Terminal terminal) =>
        new Command("check", "Read everything and report what is wrong. Example: pfe gallery check") { }
            .OnGallery(terminal, async (session, gallery, parsed, cancellation) =>
            {
                var check = await gallery.CheckAsync(cancellation: cancellation);
                var result = new GalleryCheckResult(check.Persons, check.Images, [.. check.Problems, .. await session.Catalog.CheckAsync(
                    cancellation)]);
                if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryCheckResult);
                else
                {
                    foreach (var problem in result.Problems) terminal.Output.WriteLine(problem);
                    terminal.Output.WriteLine($"{result.Persons} person(s), {result.Images} image(s), {result.Problems.Count} problem(s)");
                }
                return result.Problems.Count == 0 ? ExitCode.Done : ExitCode.Failure;
            });

    private static async Task<FaceEmbedding?> EmbedAsync(FacePhotoReader reader, ImageToEmbed image, string? folder,
        CancellationToken cancellation)
    {
        var photo = image.Photo;
        if (photo is null && folder is not null && image.Reference is { } reference && Path.Combine(folder, reference) is var path
            && File.Exists(path))
            photo = await InputFile.BytesAsync(path, ImageInput.MaxEncodedBytes, cancellation);
        return photo is null ? null : reader.ReadSample(photo, image.Reference, mainFace: true).Sample?.Embedding;
    }

    private static void Report(Terminal terminal, ParseResult parsed, GalleryTransferResult result, string line)
    {
        if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryTransferResult);
        else terminal.Output.WriteLine(line);
    }
}
