using System.Globalization;
using Pfe.Storage;

namespace Pfe.Training.Runs;

/// <summary>What a summary line says.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">Mean of -score over same-class pairs. Negative is normal.</param>
/// <param name="RegularisationLoss">decay / 2 * |w|^2.</param>
/// <param name="LearningRate">Of the step.</param>
/// <param name="MeanLogVariance">Mean of log sigma^2.</param>
/// <param name="SigmaSpread">Standard deviation over faces of their mean log sigma^2.</param>
/// <param name="ImagesPerSecond">Batch entries a second since the last line.</param>
public sealed record Summary(
    int Step, double Loss, double RegularisationLoss, double LearningRate, double MeanLogVariance, double SigmaSpread,
    double ImagesPerSecond);

/// <summary>The summaries as CSV: one line each, flushed at once, so that a plot can follow a run.</summary>
internal static class SummaryFile
{
    private const string Header = "step,loss,regularisation_loss,learning_rate,mean_log_variance,sigma_spread,images_per_second";

    /// <summary>Appends a line.</summary>
    public static void Append(string path, Summary summary)
    {
        try
        {
            if (!File.Exists(path)) File.WriteAllText(path, Header + "\n");
            File.AppendAllText(path, Line(summary));
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException)
        { throw new PfeException($"cannot write '{path}': {e.Message}", e); }
    }

    /// <summary>Forgets lines after <paramref name="step"/>: a resumed run writes them again.</summary>
    public static void TruncateAfter(string path, int step)
    {
        if (!File.Exists(path)) return;
        AtomicFile.WriteText(path, CsvLines.Until(path, step));
    }

    private static string Line(Summary s) => string.Create(CultureInfo.InvariantCulture,
        $"{s.Step},{s.Loss:G9},{s.RegularisationLoss:G9},{s.LearningRate:G9},{s.MeanLogVariance:G9},{s.SigmaSpread:G9}," +
        $"{s.ImagesPerSecond:F1}\n");
}
