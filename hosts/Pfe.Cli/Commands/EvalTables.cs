using System.Globalization;
using Pfe.Evaluation;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Risk;
using Pfe.Evaluation.Templates;
using Pfe.Scoring;
using Spectre.Console;

namespace Pfe.Cli.Commands;

/// <summary>How the protocols' numbers are printed: rates in percent, intervals in brackets, deviations behind a plus-minus.</summary>
internal static class EvalTables
{
    public static string Name(ScoreKind score) => score switch
    {
        ScoreKind.Cosine => "cosine",
        ScoreKind.MutualLikelihood => "MLS",
        ScoreKind.SharedVariance => "MLS, one variance a face",
        _ => score.ToString(),
    };

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00}");

    public static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>A mean with its deviation over the folds; a single list has none.</summary>
    public static string Spread(Func<double, string> text, double mean, double deviation, int folds) =>
        folds > 1 ? $"{text(mean)} ± {text(deviation)}" : text(mean);

    public static string Far(double far) => far.ToString(far < 0.001 ? "0e0" : "0.###", CultureInfo.InvariantCulture);

    public static string Rate(RateAtFar rate) => rate switch
    {
        { TarDeviation: { } deviation } => $"{Percent(rate.Tar)} ± {Percent(deviation)}",
        { TarLow: { } low, TarHigh: { } high } => $"{Percent(rate.Tar)} [{Percent(low)}, {Percent(high)}]",
        _ => Percent(rate.Tar),
    };

    /// <summary>The line of progress for a method.</summary>
    public static string Done(TemplateMethod method) =>
        $"{method.Pooling} pooling, {Name(method.Score)}{(method.MediaAware ? ", media first" : "")}: done";

    public static Table Table(params string[] columns)
    {
        var table = new Table().RoundedBorder();
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)));
        return table;
    }

    public static void Row(Table table, params string[] cells) => table.AddRow([.. cells.Select(cell => Markup.Escape(cell))]);

    public static void Print(Terminal terminal, TemplateResult result)
    {
        terminal.Output.WriteLine($"{result.Protocol}: {result.GenuinePairs} genuine and {result.ImpostorPairs} impostor template pairs, " +
            $"{result.Templates} templates, {result.Images} images");
        terminal.Output.WriteLine($"images missing: {result.ImagesMissing}; templates without images: {result.TemplatesWithoutImages} " +
            $"(their {result.PairsWithoutScore} pairs are rejected)");
        foreach (var (pooling, score) in TemplateMethod.Blocks)
        {
            terminal.Output.WriteLine();
            terminal.Output.WriteLine($"{(pooling == Pooling.Average ? "Average" : "Uncertainty")} pooling, {Name(score)}");
            var (plain, media) = (Method(result, pooling, score, false), Method(result, pooling, score, true));
            var table = Table("FAR", "TAR %", "threshold", "TAR %, media first", "threshold, media first");
            for (var n = 0; n < plain.Rates.Count; n++)
                Row(table, Far(plain.Rates[n].RequestedFar), Rate(plain.Rates[n]), Number(plain.Rates[n].Threshold), Rate(media.Rates[n]),
                    Number(media.Rates[n].Threshold));
            terminal.Results.Write(table);
        }
        Print(terminal, result.Probability);
        Footer(terminal, result.Splits > 1 ? $"± is the standard deviation over {result.Splits} splits" : null, result.Interval,
            result.Notes);
    }

    /// <summary>ProbFace's score, whole and its first part alone.</summary>
    public static void Print(Terminal terminal, ScalarScoreResult? result)
    {
        if (result is null) return;
        var table = Table("ProbFace's score, one variance a face", "accuracy %", "threshold");
        Row(table, "2 (1 - cos) / s + ln s", $"{Percent(result.Accuracy)} ± {Percent(result.Deviation)}", Number(result.Threshold));
        Row(table, "2 (1 - cos) / s alone", $"{Percent(result.AttentionAccuracy)} ± {Percent(result.AttentionDeviation)}",
            Number(result.AttentionThreshold));
        terminal.Results.Write(table);
    }

    /// <summary>What is left when uncertain pairs are dropped.</summary>
    public static void Print(Terminal terminal, RiskControl? result)
    {
        if (result is null) return;
        terminal.Output.WriteLine(
            $"accuracy % when the most uncertain pairs are dropped ({(result.Risk == PairRisk.Maximum ? "the greater" : "the sum")} of " +
                "the two faces' sigma^2)");
        var table = Table(["dropped %", "pairs", "sigma^2 at most",
            .. result.Levels[0].Scores.Select(score => score.Score.Replace('_', ' '))]);
        foreach (var level in result.Levels)
            Row(table, [$"{100 * level.Dropped:0}", level.Pairs.ToString("#,0", CultureInfo.InvariantCulture),
                level.RiskThreshold.ToString("0.####e0", CultureInfo.InvariantCulture),
                .. level.Scores.Select(score => $"{Percent(score.Accuracy)} ± {Percent(score.Deviation)}")]);
        terminal.Results.Write(table);
    }

    /// <summary>What stated probabilities are worth: their cost, and how the three answers fall.</summary>
    public static void Print(Terminal terminal, ProbabilityResult? result)
    {
        if (result is null)
        {
            terminal.Output.WriteLine("no calibration, so no probabilities and no answers: give --calibration, or --model with one");
            return;
        }
        terminal.Output.WriteLine("P(one person) from " +
            $"{(result.Trust ? "the trust head" : Name(result.Score))}" +
            $"{(result.Source.Length > 0 ? $", calibrated on {result.Source}" : "")}: ECE " +
            $"{Percent(result.ExpectedCalibrationError)} %{Shares(result.Intervals?.ExpectedCalibrationError)}, Cllr " +
            $"{Number(result.Cllr)}{(result.Intervals is { } sure ? $" [{Number(sure.Cllr.Low)}, {Number(sure.Cllr.High)}]" : "")} (at " +
            $"best {Number(result.CllrMin)})");
        if (result.Middle is { } middle)
            terminal.Output.WriteLine($"of {middle.Pairs.ToString("#,0", CultureInfo.InvariantCulture)} pairs told 10 to 90 %: " +
                $"{Percent(middle.Stated)} % stated, {Percent(middle.Observed)} %{Shares(result.Intervals?.Middle)} of one person");
        var table = Table("pairs of", "n", "same %", "cannot tell %", "different %", "wrong answer %", "promised at most %");
        Row(table, Answers("one person", result.Genuine, result.FalseNonMatch));
        Row(table, Answers("two persons", result.Impostor, result.FalseMatch));
        terminal.Results.Write(table);
    }

    private static string Shares(Interval? interval) => interval is { } range ? $" [{Percent(range.Low)}, {Percent(range.High)}]" : "";

    private static string[] Answers(string kind, VerdictCounts counts, StatedRate wrong)
    {
        string Share(int count) => Percent((double)count / counts.Pairs);
        return [kind, counts.Pairs.ToString("#,0", CultureInfo.InvariantCulture), Share(counts.Same), Share(counts.CannotTell),
            Share(counts.Different),
            wrong is { Low: { } low, High: { } high }
                ? $"{Percent(wrong.Rate)} [{Percent(low)}, {Percent(high)}]" : Percent(wrong.Rate), Percent(wrong.Stated)];
    }

    public static void Footer(Terminal terminal, string? legend, IntervalMethod? interval, IReadOnlyList<string> notes)
    {
        if (legend is not null) terminal.Output.WriteLine(legend);
        if (interval is not null)
        {
            var plural = interval.Unit == "identity" ? "identities" : "pairs";
            terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[..] is the {100 * interval.Confidence:0.#} % " +
                $"interval: {interval.Resamples} resamples of {interval.Units} {plural}, seed {interval.Seed}"));
        }
        foreach (var note in notes) terminal.Output.WriteLine($"note: {note}");
    }

    private static TemplateMethodResult Method(TemplateResult result, Pooling pooling, ScoreKind score, bool mediaAware) =>
        result.Methods.Single(method => method.Pooling == pooling && method.Score == score && method.MediaAware == mediaAware);
}
