using System.Globalization;
using Pfe.Training.Configuration;

namespace Pfe.Training.Runs;

/// <summary>A run's folder, as in the reference: log_base_dir/name/yyyyMMdd-HHmmss with its configuration, checkpoints and
/// summaries.</summary>
/// <param name="Path">The folder.</param>
public sealed record RunFolder(string Path)
{
    /// <summary>The configuration as it was used.</summary>
    public string Config => System.IO.Path.Combine(Path, "config.json");

    /// <summary>One line a summary interval.</summary>
    public string Summaries => System.IO.Path.Combine(Path, "summary.csv");

    /// <summary>The same for TensorBoard: tensorboard --logdir.</summary>
    public string Events => System.IO.Path.Combine(Path, "events.out.tfevents.pfe");

    /// <summary>One line an epoch and kind of pair: MLS against cosine on the classes set aside.</summary>
    public string HeldOut => System.IO.Path.Combine(Path, "held_out.csv");

    /// <summary>Embeddings of the held-out faces, clean and damaged: what the model's calibration was fitted on.</summary>
    public string HeldOutFaces => System.IO.Path.Combine(Path, "held_out.safetensors");

    /// <summary>The trained head alone.</summary>
    public string Head => System.IO.Path.Combine(Path, "head.safetensors");

    /// <summary>The state of the epoch with the best held-out figure.</summary>
    public string Best => System.IO.Path.Combine(Path, "best.safetensors");

    /// <summary>The trained trust head alone.</summary>
    public string TrustHead => System.IO.Path.Combine(Path, "trust_head.safetensors");

    /// <summary>The trust head's calibration, with its table by kinds.</summary>
    public string TrustCalibration => System.IO.Path.Combine(Path, "trust.json");

    /// <summary>Base and heads in one file.</summary>
    public string Model => System.IO.Path.Combine(Path, "model.onnx");

    /// <summary>Where the state after <paramref name="step"/> steps is kept.</summary>
    /// <param name="step">Steps done.</param>
    public string Checkpoint(int step) => System.IO.Path.Combine(Path, $"checkpoint-{step:D8}.safetensors");

    /// <summary>Creates a new, time-stamped folder with the configuration in it.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="now">The time, in UTC.</param>
    /// <exception cref="PfeException">It cannot be created.</exception>
    internal static RunFolder Create(TrainingConfig config, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(config);
        var parent = System.IO.Path.Combine(config.LogBaseDir, config.Name);
        var stamp = now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        // Two runs that begin in the same second get folders of their own.
        var names = Enumerable.Range(1, 1000).Select(n => n == 1 ? stamp : $"{stamp}-{n}");
        var folder = new RunFolder(names.Select(name => System.IO.Path.Combine(parent, name)).First(path => !Directory.Exists(path)));
        try
        {
            TrainingConfigFile.Save(config, folder.Config);
        }
        catch (PfeException) when (Directory.Exists(folder.Path))
        {
            // A folder without a configuration is no run.
            Directory.Delete(folder.Path);
            throw;
        }
        return folder;
    }

    /// <summary>The checkpoints, the newest first.</summary>
    internal IReadOnlyList<string> Checkpoints() => Directory.Exists(Path)
        ? [.. Directory.EnumerateFiles(Path, "checkpoint-*.safetensors").OrderDescending(StringComparer.Ordinal)]
        : [];

    /// <summary>Removes all checkpoints but the newest <paramref name="keep"/>.</summary>
    /// <param name="keep">How many stay.</param>
    internal void RemoveOldCheckpoints(int keep)
    {
        foreach (var old in Checkpoints().Skip(keep)) File.Delete(old);
    }
}
