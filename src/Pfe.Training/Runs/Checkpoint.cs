using System.Globalization;
using System.Runtime.InteropServices;
using Pfe.Storage;
using Pfe.Training.Head;

namespace Pfe.Training.Runs;

/// <summary>The state of a run as one safetensors file, written atomically.</summary>
internal static class Checkpoint
{
    private const string Format = "pfe-training-checkpoint";

    public static void Save(TrainerState state, string path) => Safetensors.Write(path,
        [.. state.Tensors.Select(pair => new SafetensorsEntry(
            pair.Key, "F32", [pair.Value.Length], stream => stream.Write(MemoryMarshal.AsBytes(pair.Value.AsSpan()))))],
        new Dictionary<string, string>
        {
            ["format"] = Format,
            ["step"] = state.Step.ToString(CultureInfo.InvariantCulture),
            ["rate_factor"] = state.RateFactor.ToString("R", CultureInfo.InvariantCulture),
            ["recoveries"] = state.Recoveries.ToString(CultureInfo.InvariantCulture),
            ["first_loss"] = state.FirstLoss.ToString("R", CultureInfo.InvariantCulture),
            ["has_learnt"] = state.HasLearnt ? "true" : "false",
            ["last_loss"] = state.Last.Loss.ToString("R", CultureInfo.InvariantCulture),
            ["last_rate"] = state.Last.LearningRate.ToString("R", CultureInfo.InvariantCulture),
            ["last_mean_log_variance"] = state.Last.MeanLogVariance.ToString("R", CultureInfo.InvariantCulture),
            ["last_spread"] = state.Last.Spread.ToString("R", CultureInfo.InvariantCulture),
        });

    /// <exception cref="PfeException">Missing, damaged, or something else.</exception>
    public static TrainerState Load(string path)
    {
        using var file = Safetensors.Open(path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
            throw new WrongFileKindException(path, PfeFileKind.Checkpoint, $"'{path}' is not a checkpoint of a training run");
        file.Verify();
        var (step, recoveries) = ((int)Number("step", 0, int.MaxValue), (int)Number("recoveries", 0, int.MaxValue));
        return new TrainerState(step, Number("rate_factor", 0, 1), recoveries,
            file.Names.ToDictionary(name => name, name => file.Values<float>(name).ToArray(), StringComparer.Ordinal))
        {
            FirstLoss = Number("first_loss"),
            HasLearnt = file.Metadata.GetValueOrDefault("has_learnt") == "true",
            Last = new StepResult(step, Last("last_loss"), Last("last_rate"), Last("last_mean_log_variance"), Last("last_spread")),
        };

        // A loss may be no number: before the first step there is none.
        double Number(string key, double least = double.NegativeInfinity, double most = double.PositiveInfinity) =>
            double.TryParse(file.Metadata.GetValueOrDefault(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && !(value < least) && !(value > most) && !(double.IsNaN(value) && double.IsFinite(most))
                ? value : throw new DamagedFileException(path, $"'{path}' is no sound checkpoint: its '{key}' is " +
                    $"'{file.Metadata.GetValueOrDefault(key)}'");

        // Checkpoints of earlier versions do not say.
        double Last(string key) => file.Metadata.ContainsKey(key) ? Number(key) : double.NaN;
    }
}
