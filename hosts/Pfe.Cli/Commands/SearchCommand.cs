using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Search;
using Spectre.Console;

namespace Pfe.Cli.Commands;

internal static class SearchCommand
{
    private static readonly Option<string> Index =
        new("--index") { Description = "The index, made by 'pfe index build'.", Required = true };
    private static readonly Option<string> Probe =
        new("--probe") { Description = "The faces to look for: an embedding file, made by 'pfe embed'.", Required = true };
    private static readonly Option<int> K = new("--k") { Description = "How many matches a probe.", DefaultValueFactory = _ => 10 };
    private static readonly Option<float?> Threshold = new("--threshold") { Description = "Only matches with at least this score." };
    private static readonly Option<SearchMode> Mode =
        new("--mode") { Description = "Exact, EarlyOut (the same result; quicker only where most scores lie far below the threshold) or " +
        "Shortlist (fastest, may miss one; docs/search.md).", DefaultValueFactory = _ => SearchMode.Exact };
    private static readonly Option<int> ShortlistSize =
        new("--shortlist") { Description = "Faces that the shortlist mode scores in full.", DefaultValueFactory = _ => 200 };
    private static readonly Option<int> Threads = new("--threads") { Description = "How many threads; 0 for one a processor." };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("search", "Find the faces of an index that match best. Example: pfe search --index people.pfi --probe " +
            "probe.safetensors --k 5")
        {
            Index, Probe, K, Threshold, Mode, ShortlistSize, Threads,
        };
        return command.Does(terminal, (parsed, cancellation) =>
        {
            var (k, shortlist, threads) = (parsed.GetValue(K), parsed.GetValue(ShortlistSize), parsed.GetValue(Threads));
            if (k < 1) throw new UsageException($"--k is {k}; it must be at least 1");
            if (threads < 0) throw new UsageException($"--threads is {threads}; it must be 0 or more");
            var options = new SearchOptions
            {
                K = k,
                Threshold = parsed.GetValue(Threshold) ?? float.NegativeInfinity,
                Mode = parsed.GetValue(Mode),
                ShortlistSize = Math.Max(shortlist, k),
                Threads = threads,
            };
            using var index = EmbeddingIndex.Open(parsed.GetValue(Index)!);
            using var probes = EmbeddingSet.Load(parsed.GetValue(Probe)!);
            var found = index.Search(probes, options, cancellation);
            if (parsed.GetValue(CommonOptions.Json))
                terminal.WriteJson(SearchResult.Of(index, probes, found), SearchJson.Default.SearchResult);
            else Print(terminal, probes, found);
        });
    }

    private static void Print(Terminal terminal, EmbeddingSet probes, IndexMatch[][] found)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("probe", "rank").AddColumn(new TableColumn("score").RightAligned())
            .AddColumn("match");
        for (var probe = 0; probe < found.Length; probe++)
        {
            var name = Markup.Escape(probes.Paths[probe]);
            if (found[probe].Length == 0) table.AddRow(name, "-", "-", "no match");
            for (var rank = 0; rank < found[probe].Length; rank++)
                table.AddRow(rank == 0 ? name : "", $"{rank + 1}", $"{found[probe][rank].Score:F1}",
                    Markup.Escape(found[probe][rank].Name));
        }
        terminal.Results.Write(table);
    }
}

/// <summary>What <c>pfe search --json</c> prints.</summary>
/// <param name="IndexFaces">Faces in the index.</param>
/// <param name="Dimension">D.</param>
/// <param name="Probes">One entry a probe, in order.</param>
internal sealed record SearchResult(int IndexFaces, int Dimension, IReadOnlyList<SearchProbeResult> Probes)
{
    public static SearchResult Of(EmbeddingIndex index, EmbeddingSet probes, IndexMatch[][] found) => new(
        index.Count, index.Dimension,
        [.. found.Select((matches, probe) =>
            new SearchProbeResult(probes.Paths[probe],
            [.. matches.Select(match => new SearchMatchResult(match.Id, match.Name, match.Score))]))]);
}

/// <summary>One probe and its matches, best first.</summary>
/// <param name="Probe">The probe.</param>
/// <param name="Matches">Its best matches, best first.</param>
internal sealed record SearchProbeResult(string Probe, IReadOnlyList<SearchMatchResult> Matches);

/// <summary>One match.</summary>
/// <param name="Id">The face in the index.</param>
/// <param name="Name">The name it was enrolled under.</param>
/// <param name="Score">Mutual likelihood score.</param>
internal sealed record SearchMatchResult(int Id, string Name, float Score);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(SearchResult))]
internal sealed partial class SearchJson : JsonSerializerContext;
