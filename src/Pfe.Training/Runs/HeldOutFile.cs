using System.Globalization;
using Pfe.Storage;

namespace Pfe.Training.Runs;

/// <summary>The held-out tables as CSV, one after each epoch.</summary>
internal static class HeldOutFile
{
    private const string Header = "step,pairs,score,tar_at_far_1e-2,tar_at_far_1e-3,tar_at_far_1e-4\n";

    public static void Append(string path, int step, IEnumerable<HeldOutRow> rows) => AtomicFile.WriteText(path,
        (File.Exists(path) ? InputFile.Text(path) : Header) + string.Concat(rows.Select(row => Line(step, row))));

    /// <summary>Forgets tables after <paramref name="step"/>.</summary>
    public static void TruncateAfter(string path, int step)
    {
        if (!File.Exists(path)) return;
        AtomicFile.WriteText(path, CsvLines.Until(path, step));
    }

    private static string Line(int step, HeldOutRow row) =>
        string.Create(CultureInfo.InvariantCulture, $"{step},{row.Pairs},{row.Score},{row.Tar2:F4},{row.Tar3:F4},{row.Tar4:F4}\n");
}
