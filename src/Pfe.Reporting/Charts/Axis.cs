using System.Globalization;

namespace Pfe.Reporting.Charts;

/// <summary>One axis: what it measures, its range, and whether it is logarithmic.</summary>
/// <param name="Title">Quantity and unit, as printed.</param>
/// <param name="Min">Lower end; above 0 on a logarithmic axis.</param>
/// <param name="Max">Upper end, above the lower.</param>
/// <param name="Logarithmic">Whether decades are equally long.</param>
/// <param name="Percent">Whether 0.25 is printed as 25 %.</param>
internal sealed record Axis(string Title, double Min, double Max, bool Logarithmic = false, bool Percent = false)
{
    /// <summary>An axis around values, with a little room at both ends.</summary>
    /// <param name="title">Quantity and unit.</param>
    /// <param name="values">What is to be seen; values that are no numbers are passed over.</param>
    public static Axis Around(string title, IEnumerable<double> values)
    {
        var (min, max) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values.Where(double.IsFinite)) (min, max) = (Math.Min(min, value), Math.Max(max, value));
        if (min > max) (min, max) = (0, 1);
        var room = max > min ? 0.04 * (max - min) : Math.Max(Math.Abs(max) * 0.1, 0.5);
        return new Axis(title, min - room, max + room);
    }

    /// <summary>A value's place, 0 at <see cref="Min"/> and 1 at <see cref="Max"/>, held to the range.</summary>
    /// <param name="value">Any number.</param>
    public double Place(double value) => Math.Clamp(Logarithmic
        ? Math.Log(Math.Max(value, Min) / Min) / Math.Log(Max / Min)
        : (value - Min) / (Max - Min), 0, 1);

    /// <summary>Where lines and numbers go.</summary>
    /// <param name="about">About how many.</param>
    public IReadOnlyList<(double Value, string Label)> Ticks(int about)
    {
        if (Logarithmic) return [.. Decades().Select(exponent => (Math.Pow(10, exponent), Power(exponent)))];
        var step = Step((Max - Min) / about);
        var ticks = new List<(double, string)>();
        for (var n = (long)Math.Ceiling(Min / step - 1e-9); n * step <= Max + step * 1e-9; n++)
            ticks.Add((n * step, Label(n * step, step)));
        return ticks;
    }

    private IEnumerable<int> Decades()
    {
        for (var exponent = (int)Math.Ceiling(Math.Log10(Min) - 1e-9); exponent <= Math.Log10(Max) + 1e-9; exponent++)
            yield return exponent;
    }

    private string Label(double value, double step)
    {
        var (scale, unit) = Percent ? (100, " %") : (1, "");
        var decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step * scale) + 1e-9));
        return (value * scale).ToString(Math.Abs(value) >= 10_000 ? "#,0" : $"F{decimals}", CultureInfo.InvariantCulture)
            .Replace("-0.0", "0.0", StringComparison.Ordinal).Replace('-', '−') + unit;
    }

    // The next of 1, 2, 5 times a power of ten.
    private static double Step(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return (least / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }

    private static string Power(int exponent)
    {
        if (exponent is 0) return "1";
        const string Digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        return "10" + string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : Digits[c - '0']));
    }
}
