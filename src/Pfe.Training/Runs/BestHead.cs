using System.Globalization;
using Pfe.Training.Head;

namespace Pfe.Training.Runs;

/// <summary>
/// Follows a run's held-out tables: which epoch's head was best, whether it is better than leaving sigma out, and whether going on
/// helps. The figure is the
/// mean TAR at FAR 1e-3 over the kinds of pairs of the table (clean, damaged, mixed; templates are too few).
/// </summary>
/// <param name="patience">Epochs without a better figure after which the run stops; 0 for never.</param>
internal sealed class BestHead(int patience)
{
    private int _since;

    /// <summary>The best state so far; null before the first table.</summary>
    public TrainerState? State { get; private set; }

    /// <summary>Its figure in percent.</summary>
    public double Figure { get; private set; } = double.NegativeInfinity;

    /// <summary>Cosine's figure in percent, which is the same for every head.</summary>
    public double Cosine { get; private set; } = double.NaN;

    /// <summary>Whether the last <c>patience</c> epochs brought nothing.</summary>
    public bool ShouldStop => patience > 0 && _since >= patience;

    /// <summary>Whether the best head matches fewer pairs than the cosine does.</summary>
    public bool IsBelowCosine => Figure < Cosine;

    /// <summary>Takes note of an epoch; gives whether it is the best so far.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="rows">Its held-out table.</param>
    /// <param name="since">Epochs that have passed since, where a run goes on.</param>
    public bool Add(TrainerState state, IReadOnlyList<HeldOutRow> rows, int since = 0)
    {
        var (mls, cosine) = (FigureOf(rows, "mls"), FigureOf(rows, "cosine"));
        if (double.IsNaN(mls)) return false;
        Cosine = cosine;
        _since++;
        if (mls <= Figure) return false;
        (State, Figure, _since) = (state, mls, since);
        return true;
    }

    /// <summary>The figures in words.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Figure:0.00} % of the held-out mates at FAR 1e-3, the cosine {Cosine:0.00} %");

    private static double FigureOf(IReadOnlyList<HeldOutRow> rows, string score) =>
        rows.Where(row => row.Score == score && row.Pairs != "templates").Select(row => row.Tar3).DefaultIfEmpty(double.NaN).Average();
}
