using System.Globalization;
using Pfe.Calibration;
using Pfe.Scoring;

namespace Pfe.Tests;

/// <summary>A host of another culture, as libraries meet it: texts and files are the same.</summary>
public sealed class CultureTests
{
    [Fact]
    public void Texts_and_files_have_a_decimal_point_in_a_host_with_a_decimal_comma()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = DecimalComma();
        try
        {
            1234.5.ToString("#,0.0").ShouldBe("1.234,5");
            $"{1234.5:#,0.0} {0.25f} {-1,4}|{7,-3}|{"x",3} {new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc):yyyy/MM/dd HH:mm}"
                .ShouldBe("1,234.5 0.25   -1|7  |  x 2026/01/02 03:04");
            Nested(0.5).ShouldBe("outer inner 0.5, 1.5");
            var calibration = Calibration();
            calibration.Decide(50, -6.5, -6.5).Reason.ShouldContain("1 in 1,000");
            ScoreCalibration.FromJson(calibration.ToJson(), "c").Lines[0].Slope.ShouldBe(0.125);
            Should.Throw<PfeException>(() => calibration.ThresholdAt(0.5)).Message.ShouldContain("1E-3");
        }
        finally { CultureInfo.CurrentCulture = before; }
    }

    private static string Nested(double value) => $"outer {Inner(value)}, {value + 1}";

    private static string Inner(double value) => $"inner {value}";

    private static CultureInfo DecimalComma()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator) = (",", ".");
        culture.DateTimeFormat.DateSeparator = ".";
        return culture;
    }

    private static ScoreCalibration Calibration() => new()
    {
        Score = ScoreKind.MutualLikelihood, Dimension = 8, GenuinePairs = 100, ImpostorPairs = 100_000, DifferentBelow = -2,
        Lines = [new EvidenceLine(-7, 0.125, -1), new EvidenceLine(-6, 0.125, -1)], FalseMatch = [new RateThreshold(1e-3, 2)],
        Quality = new QualityScale([.. Enumerable.Range(0, 101).Select(i => -7 + i / 100.0)]),
    };
}
