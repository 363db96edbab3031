using System.CommandLine;
using Pfe.Gallery;

namespace Pfe.Cli.Commands.People;

/// <summary>pfe gallery: people, enrolled and recognised.</summary>
internal static class GalleryCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("gallery", "Enrol people and recognise them. Example: pfe gallery enroll photos/")
        {
            EnrolCommands.Create(terminal), EnrolCommands.Enroll(terminal),
            RecogniseCommands.Identify(terminal), RecogniseCommands.Verify(terminal),
            PeopleCommands.List(terminal), PeopleCommands.Merge(terminal), PeopleCommands.Split(terminal), PeopleCommands.Remove(terminal),
            TransferCommands.Export(terminal), TransferCommands.Import(terminal), TransferCommands.Reembed(terminal),
            TransferCommands.DropModels(terminal), TransferCommands.Check(terminal),
        };
        foreach (var option in (Option[])[GallerySession.Store, GallerySession.Name, ModelOptions.Model, ModelOptions.Models,
            ModelOptions.Device, FaceOptions.MinimumFace])
            foreach (var child in command.Subcommands) child.Options.Add(option);
        return command;
    }

    /// <summary>Gives a command its work on a gallery.</summary>
    public static Command OnGallery(
        this Command command, Terminal terminal, Func<GallerySession, FaceGallery, ParseResult, CancellationToken, Task<int>> work) =>
        command.Does(terminal, async (parsed, cancellation) =>
        {
            await using var session = await GallerySession.OpenAsync(parsed, terminal, cancellation);
            return await work(session, await session.GalleryAsync(cancellation), parsed, cancellation);
        });

    /// <summary>How a person is called on the screen.</summary>
    public static string Title(string? name, string? externalId, Guid id) => name ?? externalId ?? id.ToString();
}
