using System.CommandLine;
using Pfe.Gallery;
using Spectre.Console;

namespace Pfe.Cli.Commands.People;

/// <summary>Who is enrolled, and corrections of it.</summary>
internal static class PeopleCommands
{
    private static readonly Argument<string?> Text = new("text")
    {
        Description = "Only whose name or id contains this.",
        Arity = ArgumentArity.ZeroOrOne
    };
    private static readonly Argument<string> From = new("from") { Description = "The person who goes." };
    private static readonly Argument<string> Into = new("into") { Description = "The person who stays." };
    private static readonly Argument<string> Person = new("person")
    {
        Description = "The person: the folder's name, or an id of 'pfe gallery list'."
    };
    private static readonly Option<string[]> Images =
        new("--images")
        {
            Description = "The images' references (paths in the enrolled folder) or ids.", AllowMultipleArgumentsPerToken =
            true, Required = true
        };
    private static readonly Option<string?> Into2 = new("--into") { Description = "The new person's id and name." };

    public static Command List(Terminal terminal) =>
        new Command("list", "Who is enrolled. Example: pfe gallery list ann") { Text }
            .OnGallery(terminal, async (_, gallery, parsed, cancellation) =>
            {
                var persons = new List<ListedPerson>();
                string? cursor = null;
                do
                {
                    var page = await gallery.ListPersonsAsync(parsed.GetValue(Text), cursor, 1000, cancellation);
                    persons.AddRange(page.Items.Select(person => new ListedPerson(person.Id, person.ExternalId, person.Name,
                        person.Images)));
                    cursor = page.Next;
                }
                while (cursor is not null);
                var info = await gallery.GetInfoAsync(cancellation);
                if (parsed.GetValue(CommonOptions.Json))
                    terminal.WriteJson(new GalleryListResult(info.Name, info.ModelName, info.Version, persons),
                        GalleryJson.Default.GalleryListResult);
                else
                {
                    var table = new Table().Border(TableBorder.None).AddColumns("person", "name", "images", "id");
                    foreach (var person in persons)
                        table.AddRow(new Text(person.ExternalId ?? ""), new Text(person.Name ?? ""), new Text($"{person.Images}"),
                            new Text($"{person.Id}"));
                    terminal.Results.Write(table);
                }
                return ExitCode.Done;
            });

    public static Command Merge(Terminal terminal) =>
        new Command("merge", "Make two enrolled persons one. Example: pfe gallery merge ann-2 ann") { From, Into }
            .OnGallery(terminal, async (_, gallery, parsed, cancellation) =>
            {
                var from = await GallerySession.PersonAsync(gallery, parsed.GetRequiredValue(From), cancellation);
                var into = await GallerySession.PersonAsync(gallery, parsed.GetRequiredValue(Into), cancellation);
                var result = await gallery.MergeAsync(from.Id, into.Id, cancellation: cancellation);
                Report(terminal, parsed, new(into.Id, result.MovedImages, result.GalleryVersion), "moved");
                return ExitCode.Done;
            });

    public static Command Split(Terminal terminal) =>
        new Command("split", "Make one enrolled person two. Example: pfe gallery split ann --images ann/3.jpg ann/4.jpg --into bea") {
            Person, Images, Into2 }
            .OnGallery(terminal, async (_, gallery, parsed, cancellation) =>
            {
                var person = await GallerySession.PersonAsync(gallery, parsed.GetRequiredValue(Person), cancellation);
                var images = await gallery.ListImagesAsync(person.Id, cancellation);
                var going = parsed.GetRequiredValue(Images).Select(name => images.FirstOrDefault(image => image.Reference == name
                    || image.Id.ToString() == name)?.Id
                    ?? throw new GalleryException(GalleryError.NotFound, $"that person has no image '{name}'")).ToArray();
                var name = parsed.GetValue(Into2);
                var result = await gallery.SplitAsync(person.Id, going, name, name, cancellation: cancellation);
                Report(terminal, parsed, new(result.Person.Id, result.MovedImages, result.GalleryVersion), "moved");
                return ExitCode.Done;
            });

    public static Command Remove(Terminal terminal) =>
        new Command("remove", "Remove a person with all images, so that nothing of them is left. Example: pfe gallery remove ann") {
            Person }
            .OnGallery(terminal, async (_, gallery, parsed, cancellation) =>
            {
                var person = await GallerySession.PersonAsync(gallery, parsed.GetRequiredValue(Person), cancellation);
                var result = await gallery.RemovePersonAsync(person.Id, cancellation: cancellation);
                if (!await gallery.CompactAsync(cancellation)) terminal.Say(
                    "another process is reading the store: the removed bytes go when it has ended");
                Report(terminal, parsed, new(person.Id, result.Images, result.GalleryVersion), "removed");
                return ExitCode.Done;
            });

    private static void Report(Terminal terminal, ParseResult parsed, GalleryChangeResult result, string verb)
    {
        if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, GalleryJson.Default.GalleryChangeResult);
        else terminal.Output.WriteLine($"{result.Images} image(s) {verb}; person {result.PersonId}");
    }
}
