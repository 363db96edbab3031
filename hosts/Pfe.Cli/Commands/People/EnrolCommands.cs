using System.CommandLine;
using System.Diagnostics;
using Pfe.Gallery;

namespace Pfe.Cli.Commands.People;

/// <summary>A gallery is made, and people come into it.</summary>
internal static class EnrolCommands
{
    private static readonly Option<double?> FalseMatchRate =
        new("--fmr") { Description = "False-match rate of 'this is that person', one that the model's calibration has (default: 0.001)." };
    private static readonly Option<bool> KeepPhotos =
        new("--keep-photos") { Description = "Store the photographs too, so that the gallery can change to another model without them." };
    private static readonly Argument<string> Folder = new("folder") { Description = "A folder of folders, one a person." };
    private static readonly Option<bool> MainFace =
        new("--main-face") { Description = "Take the main face where a photograph shows several, instead of refusing it." };

    public static Command Create(Terminal terminal) =>
        new Command("create", "Make a gallery, bound to a model. Example: pfe gallery create --gallery staff") { FalseMatchRate,
            KeepPhotos }
            .Does(terminal, async (parsed, cancellation) =>
            {
                await using var session = await GallerySession.OpenAsync(parsed, terminal, cancellation);
                var policy = new GalleryPolicy
                {
                    FalseMatchRate = parsed.GetValue(FalseMatchRate), KeepPhotos = parsed.GetValue(
                    KeepPhotos)
                };
                var info = await session.Catalog.CreateAsync(
                    parsed.GetRequiredValue(GallerySession.Name), session.Model, policy, cancellation: cancellation);
                var result = new GalleryCreateResult(info.Id, info.Name, session.Place, info.ModelName, info.ModelId);
                if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryCreateResult);
                else terminal.Output.WriteLine($"gallery '{info.Name}' of the model '{info.ModelName}' in {session.Place}");
                return ExitCode.Done;
            });

    public static Command Enroll(Terminal terminal) =>
        new Command("enroll", "Enrol folders of photographs, one folder a person; makes the gallery if need be and goes on where an " +
            "earlier run stopped. Example: pfe gallery enroll photos/")
        {
            Folder, MainFace, FaceOptions.Workers,
        }.Does(terminal, async (parsed, cancellation) =>
        {
            var persons = PersonSource.InFolder(parsed.GetRequiredValue(Folder));
            await using var session = await GallerySession.OpenAsync(parsed, terminal, cancellation);
            var name = parsed.GetRequiredValue(GallerySession.Name);
            if (await session.Catalog.FindAsync(name, cancellation) is null)
                await session.Catalog.CreateAsync(name, session.Model, cancellation: cancellation);
            var gallery = await session.GalleryAsync(cancellation);
            var clock = Stopwatch.StartNew();
            var options = new FolderEnrolmentOptions
            {
                MainFace = parsed.GetValue(MainFace), Workers = parsed.GetValue(
                FaceOptions.Workers)
            };
            var run = await FolderEnrolment.RunAsync(gallery, session.Reader, persons, options, terminal.ImageProgress("enrolled"),
                cancellation);
            var result = new GalleryEnrollResult(name, run.Persons, run.Images, run.Enrolled, run.AlreadyThere,
                Math.Round(clock.Elapsed.TotalSeconds, 2), [.. run.Rejected.Select(AdvisedImage.Of)], [.. run.Warnings.Select(
                    AdvisedImage.Of)]);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryEnrollResult);
            else terminal.Output.WriteLine(FormattableString.Invariant(
                $"{run.Enrolled:N0} of {run.Images:N0} photographs of {run.Persons:N0} persons enrolled, ") +
                FormattableString.Invariant($"{run.AlreadyThere:N0} were there ({result.Seconds:0.0} s)"));
            Say(terminal, "refused", result.Rejected);
            Say(terminal, "enrolled, but", result.Warnings);
            return run.Enrolled + run.AlreadyThere > 0 ? ExitCode.Done : ExitCode.Failure;
        });

    private static void Say(Terminal terminal, string what, IReadOnlyList<AdvisedImage> images)
    {
        const int Shown = 20;
        foreach (var image in images.Take(Shown)) terminal.Say($"{what}: {image.Image}: {image.Advice}");
        if (images.Count > Shown) terminal.Say($"... and {images.Count - Shown} more; --json lists them all");
    }
}
