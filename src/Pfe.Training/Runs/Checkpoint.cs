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
        [.. state.Tensors.Select(pair =>
            new SafetensorsEntry(pair.Key, "F32", [pair.Value.Length], stream =>
            stream.Write(MemoryMarshal.AsBytes(pair.Value.AsSpan()))))],
        new Dictionary<string, string>
        {
            ["format"] = Format,
            ["step"] = state.Step.ToString(CultureInfo.InvariantCulture),
            ["rate_factor"] = state.RateFactor.ToString("R", CultureInfo.InvariantCulture),
            ["recoveries"] = state.Recoveries.ToString(CultureInfo.InvariantCulture),
            ["first_loss"] = state.FirstLoss.ToString("R", CultureInfo.InvariantCulture),
            ["has_learnt"] = state.HasLearnt ? "true" : "false",
        });

    /// <exception cref="PfeException">Missing, damaged, or something else.</exception>
    public static TrainerState Load(string path)
    {
        using var file = Safetensors.Open(path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
            throw new WrongFileKindException(path, PfeFileKind.Checkpoint, $"'{path}' is not a checkpoint of a training run");
        return new TrainerState(
            int.Parse(file.Metadata["step"], CultureInfo.InvariantCulture),
            double.Parse(file.Metadata["rate_factor"], CultureInfo.InvariantCulture),
            int.Parse(file.Metadata["recoveries"], CultureInfo.InvariantCulture),
            file.Names.ToDictionary(name => name, name => file.Values<float>(name).ToArray(), StringComparer.Ordinal))
        {
            FirstLoss = double.Parse(file.Metadata["first_loss"], CultureInfo.InvariantCulture),
            HasLearnt = file.Metadata["has_learnt"] == "true",
        };
    }
}
