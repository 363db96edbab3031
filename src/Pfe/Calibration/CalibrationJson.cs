using System.Text.Json;
using System.Text.Json.Serialization;
using Pfe.Storage;

namespace Pfe.Calibration;

/// <summary>A calibration on disk: snake case, unknown fields refused, every number checked before it is believed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ScoreCalibration))]
internal sealed partial class CalibrationJson : JsonSerializerContext
{
    // No score, uncertainty or threshold comes near; beyond it, differences of products are no numbers any more.
    private const double Most = 1e9;

    public static string Write(ScoreCalibration calibration) =>
        JsonSeal.Seal(JsonSerializer.Serialize(calibration, Default.ScoreCalibration));

    /// <exception cref="PfeException">Not a calibration, or one that would not be monotone or finite.</exception>
    public static ScoreCalibration Read(string json, string name)
    {
        try
        {
            var calibration = JsonSeal.Open(json).Deserialize(Default.ScoreCalibration);
            return (calibration is null ? "it is null" : Problem(calibration)) is { } problem
                ? throw new PfeException($"'{name}' holds no usable calibration: {problem}") : calibration!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new WrongFileKindException(name, PfeFileKind.Calibration,
                $"'{name}' holds no usable calibration, which is JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static string? Problem(ScoreCalibration calibration)
    {
        if (calibration.Lines.Contains(null!) || calibration.FalseMatch.Contains(null!)) return "an entry of a list is null";
        var (lines, lapses) = (calibration.Lines, new[] { calibration.GenuineLapses, calibration.ImpostorLapses });
        var numbers = lines.SelectMany(line => new[] { line.Uncertainty, line.Slope, line.Offset })
            .Concat(calibration.FalseMatch.Select(point => point.Threshold))
            .Concat(calibration.Quality.Uncertainties).Concat([calibration.Unlikeness, calibration.DifferentBelow]);
        if (numbers.Any(number => !(Math.Abs(number) <= Most))) return $"a number is not finite, or beyond {Most:0e0}";
        if (calibration.FalseMatch.Any(point => point.Rate is not (> 0 and <= 1))) return "a false-match rate lies outside 0 to 1";
        if (calibration.Dimension < 1 || calibration.GenuinePairs < 0 || calibration.ImpostorPairs < 0)
            return "its dimension is below 1, or a number of pairs below 0";
        if (!calibration.Quality.IsValid) return "a quality scale has 101 uncertainties that never fall";
        if (calibration.FalseMatch.Count == 0) return "it has no threshold for any false-match rate";
        if (lines.Count < 2) return $"it needs at least 2 lines and has {lines.Count}";
        if (lines.FirstOrDefault(line => line.Slope < 0) is { } bad)
            return $"slopes are never negative; the one at {bad.Uncertainty} is {bad.Slope}";
        if (lines.Zip(lines.Skip(1)).Any(pair => pair.First.Uncertainty >= pair.Second.Uncertainty))
            return "the lines' uncertainties must rise";
        return Array.TrueForAll(lapses, lapse => lapse is >= 0 and < 0.5)
            ? null : $"lapses are shares from 0 to below 0.5, not {lapses[0]} and {lapses[1]}";
    }
}
