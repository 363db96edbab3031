namespace Pfe.Reporting.Measures;

/// <summary>
/// Error-versus-discard characteristic (EDC): the false-non-match rate that is left when the genuine pairs of worst quality are discarded, the
/// threshold staying where all pairs had the stated false-match rate. A pair's quality is the lower of its two (ISO/IEC 29794-1).
/// </summary>
/// <param name="Name">The quality measure.</param>
/// <param name="Points">Share discarded, from 0 to the limit, and the FNMR of the rest.</param>
/// <param name="Start">FNMR with nothing discarded.</param>
/// <param name="PartialArea">Area under the curve up to the limit, as a share of the area if discarding changed nothing: 1 for a useless measure, lower is better.</param>
/// <param name="PerfectArea">The same of the perfect line <c>max(Start - x, 0)</c>.</param>
public sealed record DiscardCurve(string Name, IReadOnlyList<(double Discarded, double Fnmr)> Points, double Start, double PartialArea, double PerfectArea)
{
    /// <summary>The share up to which pairs are discarded.</summary>
    public const double Limit = 0.3;

    private const int Steps = 60;

    /// <summary>Computes the curve.</summary>
    /// <param name="name">The quality measure.</param>
    /// <param name="genuine">Scores of the genuine pairs.</param>
    /// <param name="quality">Quality of each genuine pair, higher for better.</param>
    /// <param name="threshold">Pairs below it are not matched.</param>
    public static DiscardCurve Of(string name, ReadOnlySpan<float> genuine, ReadOnlySpan<double> quality, double threshold)
    {
        if (genuine.Length != quality.Length || genuine.IsEmpty) throw new ArgumentException($"{genuine.Length} scores, {quality.Length} qualities; equally many are needed, at least 1", nameof(quality));
        var missed = new double[genuine.Length];
        for (var n = 0; n < missed.Length; n++) missed[n] = genuine[n] < threshold ? 1 : 0;
        var keys = quality.ToArray();
        Array.Sort(keys, missed);
        ShareTies(keys, missed);
        var left = new double[missed.Length + 1];
        for (var n = missed.Length - 1; n >= 0; n--) left[n] = left[n + 1] + missed[n];
        var points = Enumerable.Range(0, Steps + 1).Select(step =>
        {
            var share = Limit * step / Steps;
            var discarded = (int)(share * missed.Length);
            return (share, left[discarded] / (missed.Length - discarded));
        }).ToArray();
        var start = points[0].Item2;
        return new(name, points, start, start > 0 ? Area(points) / (start * Limit) : double.NaN, start > 0 ? Area([.. points.Select(p => (p.share, Perfect(start, p.share)))]) / (start * Limit) : double.NaN);
    }

    /// <summary>The perfect line: every discarded pair would have been an error.</summary>
    /// <param name="start">FNMR with nothing discarded.</param>
    /// <param name="discarded">Share discarded.</param>
    public static double Perfect(double start, double discarded) => Math.Max(start - discarded, 0);

    // Within equal quality no order is better than another: each pair gets the mean, so the input's order does not matter.
    private static void ShareTies(double[] keys, double[] missed)
    {
        for (var from = 0; from < keys.Length;)
        {
            var to = from;
            while (to < keys.Length && keys[to].Equals(keys[from])) to++;
            Array.Fill(missed, missed.AsSpan(from, to - from).ToArray().Average(), from, to - from);
            from = to;
        }
    }

    private static double Area(IReadOnlyList<(double X, double Y)> points) =>
        points.Zip(points.Skip(1), (a, b) => (b.X - a.X) * (a.Y + b.Y) / 2).Sum();
}
