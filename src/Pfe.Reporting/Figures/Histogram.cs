namespace Pfe.Reporting.Figures;

internal static class Histogram
{
    /// <summary>Densities over equal bins from the lowest to the highest of all the given samples, so that several can be laid over each
    /// other.</summary>
    /// <param name="values">One sample.</param>
    /// <param name="min">Lower end of the first bin.</param>
    /// <param name="max">Upper end of the last bin.</param>
    /// <param name="bins">How many.</param>
    /// <returns>Each bin's ends and its share of the sample.</returns>
    public static (double From, double To, double Share)[] Of(IReadOnlyCollection<double> values, double min, double max, int bins)
    {
        var counts = new int[bins];
        var width = max > min ? (max - min) / bins : 1;
        foreach (var value in values) counts[Math.Clamp((int)((value - min) / width), 0, bins - 1)]++;
        return [.. counts.Select((count, i) =>
            (min + i * width, min + (i + 1) * width, values.Count == 0 ? 0 : (double)count / values.Count))];
    }
}
