using System.Numerics.Tensors;
using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Training.Configuration;
using Pfe.Vision.Imaging.Damage;
using Pfe.Vision.Verification;

namespace Pfe.Training.Trust;

/// <summary>A trained trust head and what its numbers mean.</summary>
/// <param name="Head">The head.</param>
/// <param name="Calibration">Thresholds of the worst kind, with the table of the check.</param>
internal sealed record TrustResult(TrustHead Head, TrustCalibration Calibration);

/// <summary>Trains the trust head, sets its thresholds on people it has not seen, and checks the answers on others.</summary>
internal static class TrustRun
{
    private const int Interval = 100;

    /// <summary>Runs.</summary>
    /// <param name="input">The features.</param>
    /// <param name="config">The configuration, with a trust part.</param>
    /// <param name="say">Told how it goes.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public static TrustResult Of(TrustInput input, TrainingConfig config, Action<string> say, CancellationToken cancellation)
    {
        var options = config.Trust!;
        using var trainer = new TrustTrainer(input.Training, options, config.BaseRandomSeed);
        say($"trust head: {input.Training.Count} faces under {input.Training.Plan.Recipes.Count} damages, {options.Steps} steps");
        while (trainer.Step < options.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            var loss = trainer.Advance();
            if (trainer.Step % Interval == 0 || trainer.Step == options.Steps)
                say(FormattableString.Invariant(
                    $"trust head: step {trainer.Step}/{options.Steps}  cost {loss:0.000}  dimensions {trainer.Scale:0.0}"));
        }
        var notes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["training_data"] = config.TrainingData ?? "not stated",
            ["training"] = FormattableString.Invariant($"{input.Training.Count} faces, {input.Training.Plan.Recipes.Count} damages, ")
                + FormattableString.Invariant($"{options.Steps} steps, seed {config.BaseRandomSeed}"),
        };
        var head = trainer.Network.Export(input.FeatureMap, input.Scaling, notes);
        return new TrustResult(head, Calibrate(trainer.Network, input, config, cancellation));
    }

    private static TrustCalibration Calibrate(TrustNetwork network, TrustInput input, TrainingConfig config, CancellationToken cancellation)
    {
        var (pairs, trust, misnamed) = Pairs(network, input.Calibration, config.BaseRandomSeed, leaveOut: true, cancellation);
        var clean = trust.Where((_, row) => input.Calibration.Plan.Faces[row].Recipe == DamagePlan.Clean).ToArray();
        var people = input.Calibration.Plan.Faces.Select(face => face.Person).Distinct().Count();
        var source = $"{config.TrainingData ?? "training data"}: {people} people held out, {input.Calibration.Count} faces, " +
            $"clean and damaged in {input.Calibration.Plan.Recipes.Count} ways, {misnamed} photographs under a wrong name left out";
        var calibration = TrustFit.Fit(pairs, clean, source, cancellation);
        var (check, _, _) = Pairs(network, input.Check, config.BaseRandomSeed, leaveOut: false, cancellation);
        return calibration with { Kinds = KindCalibration.Rates(check, calibration) };
    }

    /// <summary>The pairs of a sample with their trust scores.</summary>
    internal static (IReadOnlyList<KindPairs> Pairs, FaceTrust[] Trust, int Misnamed) Pairs(
        TrustNetwork network, TrustSample sample, int seed, bool leaveOut, CancellationToken cancellation)
    {
        var trust = network.Trust(sample);
        double Score(int a, int b) => TrustScore.Of(TensorPrimitives.Dot(sample.Mu(a), sample.Mu(b)), trust[a], trust[b]);
        var misnamed = leaveOut ? PlannedPairs.Misnamed(sample.Plan, null, Score) : new HashSet<int>();
        return (PlannedPairs.Of(sample.Plan, row => !misnamed.Contains(sample.Plan.Faces[row].Image), Score, seed, cancellation), trust,
            misnamed.Count);
    }
}
