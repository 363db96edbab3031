using System.CommandLine;
using Pfe.Calibration;
using Pfe.Onnx;

namespace Pfe.Cli;

/// <summary>Where a calibration comes from: a file of its own, or the model's metadata.</summary>
internal static class CalibrationOptions
{
    public static readonly Option<string?> File = new("--calibration") { Description = "A calibration of 'pfe calibrate' (.json); the default is the one inside --model." };

    /// <summary>The calibration of the command line, or null where it names neither a file nor a model that has one.</summary>
    public static ScoreCalibration? Calibration(this ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        if (parsed.GetValue(File) is { } path)
        {
            if (!System.IO.File.Exists(path)) throw new UsageException($"there is no calibration '{path}'");
            return ScoreCalibration.FromJson(System.IO.File.ReadAllText(path), path);
        }
        if (parsed.GetValue(ModelOptions.Model) is not { } reference) return null;
        return ScoreCalibration.FromMetadata(OnnxModel.Load(parsed.Store().Resolve(reference, terminal.Progress(), cancellation)).Metadata, reference);
    }
}
