using System.Runtime.InteropServices;
using System.Text;
using BenchmarkDotNet.Reports;
using Pfe.Cli.Measuring;
using Pfe.Search;
using Pfe.Storage;

namespace Pfe.Benchmarks;

/// <summary>Measures the search, and writes all results to bench/results, one file a processor.</summary>
internal static class ResultTable
{
    public static void Write(Summary[] kernels, int faces, string folder)
    {
        var text = new StringBuilder();
        var processor = Processor();
        text.AppendLine($"# {processor}").AppendLine()
            .AppendLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription.Split('#')[0].Trim()}, " +
                $"{Environment.ProcessorCount} processors. Made by `dotnet run -c Release --project bench/Pfe.Benchmarks`.").AppendLine()
            .AppendLine("## Full scores of D = 512, one thread").AppendLine()
            .AppendLine("Median (of the better of two passes, minutes apart) and fastest of 15 iterations; the ratios compare the " +
                "fastest, as other guests of a shared host only ever slow one down. `Pfe` rows are the kernels on prepared probes, " +
                "`ScoreGallery.Score` prepares them and writes a matrix. The limit is the loop of the same instructions on registers " +
                "alone (of multiply-adds, for cosine and shared variance).").AppendLine()
            .AppendLine("| implementation | million pairs / s, median | fastest | times the reference | share of the limit |")
                .AppendLine("|---|---:|---:|---:|---:|");
        Kernels(text, kernels);
        Search(text, faces, folder);
        var path = Path.Combine(Root(), "bench", "results", $"{Slug(processor)}.md");
        AtomicFile.WriteText(path, text.ToString());
        Console.WriteLine(text);
        Console.WriteLine($"written to {path}");
    }

    private static void Kernels(StringBuilder text, Summary[] passes)
    {
        var speeds = passes.SelectMany(pass => pass.Reports).Where(report => report.ResultStatistics is not null)
            .GroupBy(report => report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''), report => report.ResultStatistics!)
            .ToDictionary(row => row.Key, row => (Median: 1e3 / row.Min(pass => pass.Median), Fastest: 1e3 / row.Min(pass => pass.Min)));
        var reference = speeds.GetValueOrDefault("the reference's algorithm, C", speeds["the reference's algorithm, C#"]).Fastest;
        foreach (var (name, (median, fastest)) in speeds)
        {
            var limit = name.Contains("shared", StringComparison.Ordinal) || name.Contains("cosine", StringComparison.Ordinal)
                ? "registers alone, multiply-adds"
                : name == "Pfe, path 256" ? "registers alone, same instructions, 256 bits"
                : name is "Pfe, path 128" or "Pfe, path scalar" ? null
                : name.StartsWith("Pfe", StringComparison.Ordinal) || name.Contains("Score", StringComparison.Ordinal)
                    ? "registers alone, same instructions" : null;
            text.AppendLine($"| {name} | {median:F2} | {fastest:F2} | {fastest / reference:F1} | " +
                $"{(limit is null ? "" : $"{fastest / speeds[limit].Fastest:P0}")} |");
        }
    }

    private static void Search(StringBuilder text, int faces, string folder)
    {
        var temporary = Directory.CreateTempSubdirectory("pfe-bench-").FullName;
        if (folder != Path.GetTempPath()) temporary = Directory.CreateDirectory(Path.Combine(folder, Path.GetFileName(temporary))).FullName;
        try
        {
            var rows = SearchMeasurement.Simulated(
                faces, rounds: 15, temporary, new Progress<string>(Console.WriteLine), CancellationToken.None);
            text.AppendLine().AppendLine($"## One probe against {faces:N0} simulated faces of D = 512, {Environment.ProcessorCount} " +
                "threads").AppendLine()
                .AppendLine("Medians of 15 interleaved rounds, each search timed right after an untimed run of itself, the index mapped " +
                    "or loaded into memory, each beside a plain read of its float32 faces in the same rounds; recall of the exact ten " +
                    "best over 32 probes with five mates each; a near tie is a differing match within 0.1 of the tenth score.").AppendLine()
                .AppendLine("| how | ms | speed / plain read | recall of the 10 best | near ties |")
                    .AppendLine("|---|---:|---:|---:|---:|");
            foreach (var row in rows)
                text.AppendLine($"| {row.Name} | {row.Milliseconds:F1} | {row.ShareOfPlainRead:F2} | " +
                    $"{(row.Recall is { } recall ? $"{recall:F4}" : "")} | {(row.Recall is null ? "" : row.NearTies)} |");
            Changes(text, Path.Combine(temporary, "bits32.pfi"));
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static void Changes(StringBuilder text, string path)
    {
        using var more = SimulatedFaces.Create(5_000_000, 1000, KernelMeasurement.Dimension);
        var open = Median(() => FileIndex.Open(path).Dispose(), 15);
        var size = new FileInfo(path).Length;
        using var index = FileIndex.Open(path);
        var append = Median(() => index.Add(more, replace: true), 3);
        text.AppendLine().AppendLine($"Opening the float32 index of {size / 1e9:F1} GB: {open:F2} ms. Appending 1,000 faces: {append:F0} " +
            $"ms, {(new FileInfo(path).Length - size) / 3e6:F1} MB written each time.");
    }

    private static double Median(Action work, int rounds)
    {
        var timer = new InterleavedTimer(rounds, CancellationToken.None, warmUp: 0);
        var contestant = timer.Add(work);
        timer.Run();
        return timer.Median(contestant) * 1e3;
    }

    private static string Processor()
    {
        if (!File.Exists("/proc/cpuinfo"))
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
        var facts = File.ReadLines("/proc/cpuinfo").TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2))
            .Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0].Trim()).ToDictionary(group => group.Key, group => group.First()[1].Trim());
        return facts.TryGetValue("model name", out var name)
            ? $"{name} (family {facts.GetValueOrDefault("cpu family")}, model {facts.GetValueOrDefault("model")})"
            : RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string Slug(string processor) =>
        string.Join('-', new string([.. processor.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')])
        .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Pfe.slnx"))) return folder.FullName;
        return Environment.CurrentDirectory;
    }
}
