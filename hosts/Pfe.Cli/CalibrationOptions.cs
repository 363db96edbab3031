using System.CommandLine;
using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Storage;

namespace Pfe.Cli;

/// <summary>Where a calibration comes from: a file of its own, the model's metadata, or what the embeddings carry of their model.</summary>
internal static class CalibrationOptions
{
    public static readonly Option<string?> File =
        new("--calibration")
        {
            Description = "A calibration of 'pfe calibrate' (.json); the default is the one inside --model, or else " +
        "the one that the embeddings carry."
        };

    /// <summary>The calibration for embeddings, or null where neither the command line nor the embedding file has one.</summary>
    public static ScoreCalibration? Calibration(
        this ParseResult parsed, EmbeddingSet faces, Terminal terminal, CancellationToken cancellation)
    {
        if (parsed.GetValue(File) is { } path)
        {
            if (!System.IO.File.Exists(path)) throw new UsageException($"there is no calibration '{path}'");
            return ScoreCalibration.FromJson(InputFile.Text(path), path);
        }
        if (parsed.GetValue(ModelOptions.Model) is not { } reference)
            return ScoreCalibration.FromMetadata(faces.Metadata, "the embedding file");
        return ScoreCalibration.FromMetadata(
            parsed.Store().OpenModel(reference, terminal.Progress(), cancellation).Metadata, reference);
    }
}
