using System.Text.Json;
using System.Text.Json.Serialization;
using Pfe.Storage;

namespace Pfe.Calibration;

/// <summary>A trust calibration on disk: snake case, unknown fields refused, every number checked before it is believed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TrustCalibration))]
internal sealed partial class TrustJson : JsonSerializerContext
{
    // As of the other calibration: beyond it, differences of products are no numbers any more.
    private const double Most = 1e9;

    public static string Write(TrustCalibration calibration) =>
        JsonSeal.Seal(JsonSerializer.Serialize(calibration, Default.TrustCalibration));

    /// <exception cref="PfeException">Not a trust calibration, or one that would not be monotone or finite.</exception>
    public static TrustCalibration Read(string json, string name)
    {
        try
        {
            var calibration = JsonSeal.Open(json).Deserialize(Default.TrustCalibration);
            return (calibration is null ? "it is null" : Problem(calibration)) is { } problem
                ? throw new PfeException($"'{name}' holds no usable trust calibration: {problem}")
                : calibration!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new WrongFileKindException(name, PfeFileKind.Calibration,
                $"'{name}' holds no usable trust calibration, which is JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static string? Problem(TrustCalibration calibration)
    {
        if (calibration.FalseMatch.Contains(null!) || calibration.Kinds.Contains(null!)) return "an entry of a list is null";
        var numbers = calibration.FalseMatch.SelectMany(point => new[] { point.Threshold, point.Low, point.High })
            .Concat([calibration.Slope, calibration.Offset, calibration.DifferentBelow]).Concat(calibration.Quality.Uncertainties);
        if (numbers.Any(number => !(Math.Abs(number) <= Most))) return $"a number is not finite, or beyond {Most:0e0}";
        if (calibration.FalseMatch.Any(point => point.Rate is not (> 0 and <= 1))) return "a false-match rate lies outside 0 to 1";
        if (!calibration.Quality.IsValid) return "a quality scale has 101 numbers that never fall";
        if (calibration.FalseMatch.Count == 0) return "it has no threshold for any false-match rate";
        if (calibration.Slope < 0) return $"the slope is never negative, not {calibration.Slope}";
        double[] lapses = [calibration.GenuineLapses, calibration.ImpostorLapses];
        return Array.TrueForAll(lapses, lapse => lapse is >= 0 and < 0.5) ? null
            : $"lapses are shares from 0 to below 0.5, not {lapses[0]} and {lapses[1]}";
    }
}
