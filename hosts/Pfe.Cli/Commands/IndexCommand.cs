using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using Pfe.Search;
using Spectre.Console;

namespace Pfe.Cli.Commands;

internal static class IndexCommand
{
    private static readonly Argument<string> Index = new("index") { Description = "The index file." };
    private static readonly Argument<string[]> Embeddings =
        new("embeddings") { Description = "Embedding files, made by 'pfe embed'.", Arity = ArgumentArity.OneOrMore };
    private static readonly Argument<string[]> Names =
        new("names") { Description = "Names (image paths) of the faces to remove.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<int> Bits =
        new("--bits")
        {
            Description = "32, or 16 for half the size and nearly twice the speed with scores moved by some hundredths.",
            DefaultValueFactory = _ => 32
        };
    private static readonly Option<bool> Shortlist =
        new("--shortlist") { Description = "Hold each face in 8 bits as well, for 'pfe search --mode Shortlist'." };
    private static readonly Option<PersonFrom> PersonFromOption =
        new("--person") { Description = "Whose face an image is: None (each a person of its own) or Folder (the folder it lies in)." };
    private static readonly Option<string[]> Persons =
        new("--person") { Description = "Remove every face of this person; may be given several times." };
    private static readonly Option<bool> Replace =
        new("--replace") { Description = "A face takes the place of the one of its name; else it is refused." };
    private static readonly Option<bool> Normalise =
        new("--normalise") { Description = "Bring means to unit length; else one that has another length is refused." };
    private static readonly Option<bool> Verify = new("--verify") { Description = "Read the whole file and compare every checksum." };

    public static Command Create(Terminal terminal) =>
        new("index", "Make and change the file that 'pfe search' searches. Example: pfe index build people.pfi people.safetensors")
    {
        new Command("build", "Make an index from embedding files. Example: pfe index build people.pfi a.safetensors --person Folder") {
            Index, Embeddings, Bits, Shortlist, PersonFromOption, Replace, Normalise }
            .Does(terminal, (parsed, cancellation) =>
            {
                var bits = parsed.GetValue(Bits);
                if (bits is not (16 or 32)) throw new UsageException($"--bits is {bits}; it must be 16 or 32");
                var options = new IndexOptions
                {
                    Store = bits == 16 ? IndexStore.Bits16 : IndexStore.Bits32,
                    Shortlist = parsed.GetValue(Shortlist),
                    ReplaceDuplicates = parsed.GetValue(Replace),
                    Normalise = parsed.GetValue(Normalise),
                };
                FileIndex.Build(parsed.GetValue(Index)!, Load(parsed.GetValue(Embeddings)!), PersonOf(parsed), options,
                    new Counter(terminal), cancellation);
                Report(terminal, parsed);
            }),
        new Command("add", "Add the faces of embedding files to an index. Example: pfe index add people.pfi new.safetensors --replace") {
            Index, Embeddings, PersonFromOption, Replace, Normalise }
            .Does(terminal, (parsed, cancellation) =>
            {
                using (var index = FileIndex.Open(parsed.GetValue(Index)!, IndexAccess.Streamed, cancellation: cancellation))
                    foreach (var set in Load(parsed.GetValue(Embeddings)!))
                        index.Add(set, PersonOf(parsed), parsed.GetValue(Replace), parsed.GetValue(Normalise), new Counter(terminal),
                            cancellation);
                Report(terminal, parsed);
            }),
        new Command("remove", "Remove faces by name, or persons. Example: pfe index remove people.pfi photos/ann.jpg") {
            Index, Names, Persons }
            .Does(terminal, (parsed, cancellation) =>
            {
                var (names, persons) = (parsed.GetValue(Names) ?? [], parsed.GetValue(Persons) ?? []);
                if (names.Length + persons.Length == 0) throw new UsageException("give the names of faces to remove, or --person");
                using (var index = FileIndex.Open(parsed.GetValue(Index)!, IndexAccess.Streamed, cancellation: cancellation))
                {
                    if (names.FirstOrDefault(name => !index.Contains(name)) is { } missing)
                        throw new PfeException($"'{index.Path}' holds no face named '{missing}'; nothing was removed");
                    var removed = names.Length == 0 ? 0 : index.Remove([.. names.Select(name => (FaceId)name)], cancellation);
                    if (persons.Length > 0) removed += index.RemovePersons([.. persons.Select(person => (PersonId)person)], cancellation);
                    terminal.Say($"removed {removed} face(s)");
                }
                Report(terminal, parsed);
            }),
        new Command("compact", "Write an index anew without the faces that were removed. Example: pfe index compact people.pfi") { Index }
            .Does(terminal, (parsed, cancellation) =>
            {
                using (var index = FileIndex.Open(parsed.GetValue(Index)!, IndexAccess.Streamed, cancellation: cancellation))
                    index.Compact(new Counter(terminal), cancellation);
                Report(terminal, parsed);
            }),
        new Command("info", "Show what an index holds. Example: pfe index info people.pfi --verify") { Index, Verify }
            .Does(terminal, (parsed, cancellation) =>
            {
                using (var index = FileIndex.Open(parsed.GetValue(Index)!, IndexAccess.Streamed, cancellation: cancellation))
                    if (parsed.GetValue(Verify)) index.Verify(cancellation);
                Report(terminal, parsed);
            }),
    };

    /// <summary>Where the person of a face comes from.</summary>
    private enum PersonFrom
    {
        /// <summary>Each face is a person of its own.</summary>
        None,

        /// <summary>The name of the folder that the image lies in.</summary>
        Folder,
    }

    private static Func<string, PersonId>? PersonOf(ParseResult parsed) => parsed.GetValue(PersonFromOption) == PersonFrom.None ? null
        : path => Path.GetFileName(Path.GetDirectoryName(path)) is { Length: > 0 } folder ? folder
            : throw new PfeException($"'{path}' lies in no folder that could name its person");

    // One file at a time is open.
    private static IEnumerable<EmbeddingSet> Load(string[] paths)
    {
        foreach (var path in paths)
        {
            using var set = EmbeddingSet.Load(path);
            yield return set;
        }
    }

    private static void Report(Terminal terminal, ParseResult parsed)
    {
        var path = parsed.GetValue(Index)!;
        using var index = FileIndex.Open(path, IndexAccess.Streamed);
        var result = new IndexResult(path, index.Count, index.RemovedCount, index.Dimension, index.Store == IndexStore.Bits16 ? 16 : 32,
            index.HasShortlist, index.ModelId, index.SegmentCount, index.BytesPerFace, new FileInfo(path).Length);
        if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, IndexJson.Default.IndexResult);
        else
            terminal.Results.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{path}: {result.Faces:N0} faces ({result.Removed:N0} removed) of {result.Dimension} dimensions, {result.Bits}-bit, " +
                    $"{result.BytesPerFace:N0} bytes a face, {result.FileBytes:N0} bytes in all"));
    }

    private sealed class Counter(Terminal terminal) : IProgress<int>
    {
        private readonly Stopwatch _quiet = Stopwatch.StartNew();

        public void Report(int value)
        {
            if (_quiet.Elapsed.TotalSeconds < 2) return;
            _quiet.Restart();
            terminal.Say($"{value:N0} faces");
        }
    }
}

/// <summary>What <c>pfe index ... --json</c> prints.</summary>
/// <param name="Index">The index file.</param>
/// <param name="Faces">Faces that can be found.</param>
/// <param name="Removed">Faces removed; their bytes stay in the file until it is compacted.</param>
/// <param name="Dimension">D.</param>
/// <param name="Bits">Bits a stored number: 32 or 16.</param>
/// <param name="Shortlist">Whether faces are held in 8 bits as well.</param>
/// <param name="Model">SHA-256 of the model's file; null where it is not known.</param>
/// <param name="Segments">Separate runs of faces; compacting makes them one.</param>
/// <param name="BytesPerFace">Bytes of one stored face.</param>
/// <param name="FileBytes">Size of the file.</param>
internal sealed record IndexResult(string Index, long Faces, long Removed, int Dimension, int Bits, bool Shortlist, string? Model,
    int Segments, long BytesPerFace, long FileBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(IndexResult))]
internal sealed partial class IndexJson : JsonSerializerContext;
