using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pfe.Gpu;
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
        new("--mode")
        {
            Description = "Exact, or Shortlist (fastest, may miss one; for an index built with --shortlist; docs/search.md).",
            DefaultValueFactory = _ => SearchMode.Exact
        };
    private static readonly Option<bool> Persons =
        new("--persons") { Description = "Find persons, each by their best face: the second is another person than the first." };
    private static readonly Option<bool> NoVerify =
        new("--no-verify") { Description = "Do not compare what is read with its checksums." };
    private static readonly Option<int> ShortlistSize =
        new("--shortlist") { Description = "Faces that the shortlist mode scores in full.", DefaultValueFactory = _ => 200 };
    private static readonly Option<string> Device = new("--device")
    {
        Description = "Where the faces are searched: cpu, cuda, cuda:N, auto, or several cards (cuda:0,cuda:1). A card first takes a " +
            "copy of the index, which pays for many probes.",
        DefaultValueFactory = _ => "cpu",
    };
    private static readonly Option<int> Threads = new("--threads") { Description = "How many threads; 0 for one per processor." };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("search", "Find the faces of an index that match best. Example: pfe search --index people.pfi --probe " +
            "probe.safetensors --k 5")
        {
            Index, Probe, K, Threshold, Mode, ShortlistSize, Persons, NoVerify, Threads, Device,
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
            // Streamed: a file that is truncated while it is searched is an error, not a crash.
            using var index = GpuIndex.Open(parsed.GetValue(Index)!, new GpuOptions
            {
                Devices = Devices(parsed.GetValue(Device)!, options.Mode),
                Access = IndexAccess.Streamed,
                Verify = !parsed.GetValue(NoVerify),
                Messages = terminal.Progress(),
            }, cancellation);
            if (options.Mode == SearchMode.Shortlist && !index.HasShortlist)
                throw new PfeException($"'{index.Path}' has no shortlist; build it with 'pfe index build --shortlist'");
            using var probes = EmbeddingSet.Load(parsed.GetValue(Probe)!);
            var found = Search(index, probes, options, parsed.GetValue(Persons), cancellation);
            if (parsed.GetValue(CommonOptions.Json))
                terminal.WriteJson(new SearchResult(index.Count, index.Dimension, found), SearchJson.Default.SearchResult);
            else Print(terminal, found);
        });
    }

    private static ComputeDevice[] Devices(string text, SearchMode mode)
    {
        ComputeDevice[] devices = [.. text.Split(',').Select(ComputeDevice.Parse)];
        return mode == SearchMode.Exact || devices is [{ Kind: ComputeDeviceKind.Cpu }] ? devices
            : throw new UsageException($"--mode {mode} is the processor's; with --device {text} the search is exact");
    }

    private static SearchProbeResult[] Search(
        FileIndex index, EmbeddingSet probes, SearchOptions options, bool persons, CancellationToken cancellation)
    {
        SearchProbeResult[] Of<T>(SearchResult<T> result, Func<T, SearchMatchResult> match) =>
            [.. result.Matches.Select((matches, probe) => new SearchProbeResult(probes.Paths[probe], [.. matches.Select(match)]))];
        return persons
            ? Of(index.SearchPersons(probes, options, cancellation), match => new SearchMatchResult($"{match.Face}", $"{match.Person}",
                match.Score))
            : Of(index.SearchFaces(probes, options, cancellation), match => new SearchMatchResult($"{match.Id}", $"{match.Person}",
                match.Score));
    }

    private static void Print(Terminal terminal, SearchProbeResult[] found)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("probe", "rank").AddColumn(new TableColumn("score").RightAligned())
            .AddColumns("match", "person");
        foreach (var (probe, matches) in found)
        {
            var name = Markup.Escape(probe);
            if (matches.Count == 0) table.AddRow(name, "-", "-", "no match", "");
            foreach (var (rank, match) in matches.Index())
                table.AddRow(rank == 0 ? name : "", $"{rank + 1}", string.Create(CultureInfo.InvariantCulture, $"{match.Score:F1}"),
                    Markup.Escape(match.Name), match.Person == match.Name ? "" : Markup.Escape(match.Person));
        }
        terminal.Results.Write(table);
    }
}

/// <summary>What <c>pfe search --json</c> prints.</summary>
/// <param name="IndexFaces">Faces in the index.</param>
/// <param name="Dimension">D.</param>
/// <param name="Probes">One entry a probe, in order.</param>
internal sealed record SearchResult(long IndexFaces, int Dimension, IReadOnlyList<SearchProbeResult> Probes);

/// <summary>One probe and its matches, best first.</summary>
/// <param name="Probe">The probe.</param>
/// <param name="Matches">Its best matches, best first.</param>
internal sealed record SearchProbeResult(string Probe, IReadOnlyList<SearchMatchResult> Matches);

/// <summary>One match: a face, or with <c>--persons</c> a person and the best of their faces.</summary>
/// <param name="Name">The name the face was enrolled under.</param>
/// <param name="Person">Whose face it is; its own name where it is a person of its own.</param>
/// <param name="Score">Mutual likelihood score.</param>
internal sealed record SearchMatchResult(string Name, string Person, float Score);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(SearchResult))]
internal sealed partial class SearchJson : JsonSerializerContext;
