using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pfe.Calibration;

/// <summary>A calibration on disk: snake case, unknown fields refused, every number checked before it is believed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ScoreCalibration))]
internal sealed partial class CalibrationJson : JsonSerializerContext
{
    public static string Write(ScoreCalibration calibration) => JsonSerializer.Serialize(calibration, Default.ScoreCalibration);

    /// <exception cref="PfeException">Not a calibration, or one that would not be monotone or finite.</exception>
    public static ScoreCalibration Read(string json, string name)
    {
        try
        {
            var calibration = JsonSerializer.Deserialize(json, Default.ScoreCalibration);
            return (calibration is null ? "it is null" : Problem(calibration)) is { } problem
                ? throw new PfeException($"'{name}' holds no usable calibration: {problem}") : calibration!;
        }
        catch (JsonException e)
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
        if (numbers.Any(number => !double.IsFinite(number))) return "a number is not finite";
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
