using System.Globalization;
using System.CommandLine;
using System.Diagnostics;
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
        new("names") { Description = "Names (image paths) of the faces to remove.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<int> Bits =
        new("--bits") { Description = "32, or 16 for half the size and nearly twice the speed with scores moved by some hundredths.",
        DefaultValueFactory = _ => 32 };
    private static readonly Option<bool> Verify = new("--verify") { Description = "Read the whole file and compare every checksum." };

    public static Command Create(Terminal terminal) =>
        new("index", "Make and change the file that 'pfe search' searches. Example: pfe index build people.pfi people.safetensors")
    {
        new Command("build", "Make an index from embedding files. Example: pfe index build people.pfi a.safetensors b.safetensors") { Index,
            Embeddings, Bits }
            .Does(terminal, (parsed, cancellation) =>
            {
                var bits = parsed.GetValue(Bits);
                if (bits is not (16 or 32)) throw new UsageException($"--bits is {bits}; it must be 16 or 32");
                var options = new IndexOptions { Store = bits == 16 ? IndexStore.Bits16 : IndexStore.Bits32 };
                EmbeddingIndex.Build(parsed.GetValue(Index)!, Load(parsed.GetValue(Embeddings)!), options, new Counter(terminal),
                    cancellation);
                Report(terminal, parsed);
            }),
        new Command(
            "add", "Add the faces of embedding files behind those in an index. Example: pfe index add people.pfi new.safetensors") { Index,
            Embeddings }
            .Does(terminal, (parsed, cancellation) =>
            {
                foreach (var set in Load(parsed.GetValue(Embeddings)!))
                    EmbeddingIndex.Append(parsed.GetValue(Index)!, set, new Counter(terminal), cancellation);
                Report(terminal, parsed);
            }),
        new Command("remove", "Remove faces by name. Example: pfe index remove people.pfi photos/ann.jpg") { Index, Names }
            .Does(terminal, (parsed, _) =>
            {
                var removed = EmbeddingIndex.Remove(parsed.GetValue(Index)!, parsed.GetValue(Names)!);
                terminal.Say($"removed {removed} face(s)");
                Report(terminal, parsed);
            }),
        new Command("info", "Show what an index holds. Example: pfe index info people.pfi --verify") { Index, Verify }
            .Does(terminal, (parsed, cancellation) =>
            {
                using (var index = EmbeddingIndex.Open(parsed.GetValue(Index)!))
                    if (parsed.GetValue(Verify)) index.Verify(cancellation);
                Report(terminal, parsed);
            }),
    };

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
        using var index = EmbeddingIndex.Open(path);
        var result = new IndexResult(
            path, index.Count, index.FaceCount - index.Count, index.Dimension, index.Store == IndexStore.Bits16
            ? 16 : 32, index.BytesPerFace, new FileInfo(path).Length);
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
/// <param name="Removed">Faces removed; their places stay in the file.</param>
/// <param name="Dimension">D.</param>
/// <param name="Bits">Bits a stored number: 32 or 16.</param>
/// <param name="BytesPerFace">Bytes of one stored face.</param>
/// <param name="FileBytes">Size of the file.</param>
internal sealed record IndexResult(string Index, int Faces, int Removed, int Dimension, int Bits, long BytesPerFace, long FileBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(IndexResult))]
internal sealed partial class IndexJson : JsonSerializerContext;
