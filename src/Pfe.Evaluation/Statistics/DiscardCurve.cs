namespace Pfe.Evaluation.Statistics;

/// <summary>
/// Error-versus-discard characteristic (EDC): the false-non-match rate that is left when the genuine pairs of worst quality are discarded,
/// the threshold staying where all pairs had the stated false-match rate. A pair's quality is the lower of its two (ISO/IEC 29794-1).
/// </summary>
/// <param name="Name">The quality measure.</param>
/// <param name="Points">Share discarded, from 0 to the limit, and the FNMR of the rest.</param>
/// <param name="Start">FNMR with nothing discarded.</param>
/// <param name="PartialArea">Area under the curve up to the limit, as a share of the area if discarding changed nothing: 1 for a useless
/// measure, lower is better.</param>
/// <param name="PerfectArea">The same of the perfect line <c>max(Start - x, 0)</c>.</param>
internal sealed record DiscardCurve(
    string Name, IReadOnlyList<(double Discarded, double Fnmr)> Points, double Start, double PartialArea, double PerfectArea)
{
    /// <summary>The share up to which pairs are discarded.</summary>
    public const double Limit = 0.3;

    private const int Steps = 60;

    internal static double[] Shares { get; } = [.. Enumerable.Range(0, Steps + 1).Select(step => Limit * step / Steps)];

    /// <summary>Computes the curve.</summary>
    /// <param name="name">The quality measure.</param>
    /// <param name="genuine">Scores of the genuine pairs.</param>
    /// <param name="quality">Quality of each genuine pair, higher for better.</param>
    /// <param name="threshold">Pairs below it are not matched.</param>
    public static DiscardCurve Of(string name, ReadOnlySpan<float> genuine, ReadOnlySpan<double> quality, double threshold)
    {
        if (genuine.Length != quality.Length || genuine.IsEmpty)
            throw new ArgumentException(
            $"{genuine.Length} scores, {quality.Length} qualities; equally many are needed, at least 1", nameof(quality));
        var once = new int[genuine.Length];
        Array.Fill(once, 1);
        var fnmr = new DiscardOrder(quality).Fnmr(Missed(genuine, threshold), once, Shares);
        var start = fnmr[0];
        return new(name, [.. Shares.Zip(fnmr)], start, PartialAreaOf(fnmr),
            PartialAreaOf([.. Shares.Select(share => Perfect(start, share))]));
    }

    /// <summary>The perfect line: every discarded pair would have been an error.</summary>
    /// <param name="start">FNMR with nothing discarded.</param>
    /// <param name="discarded">Share discarded.</param>
    public static double Perfect(double start, double discarded) => Math.Max(start - discarded, 0);

    internal static bool[] Missed(ReadOnlySpan<float> genuine, double threshold)
    {
        var missed = new bool[genuine.Length];
        for (var n = 0; n < missed.Length; n++) missed[n] = genuine[n] < threshold;
        return missed;
    }

    /// <summary>Trapezoids over the even steps, relative to a flat curve; not a number where there is no error to begin with.</summary>
    internal static double PartialAreaOf(ReadOnlySpan<double> fnmr)
    {
        if (!(fnmr[0] > 0)) return double.NaN;
        var sum = (fnmr[0] + fnmr[^1]) / 2;
        for (var n = 1; n < fnmr.Length - 1; n++) sum += fnmr[n];
        return sum / (fnmr.Length - 1) / fnmr[0];
    }
}
