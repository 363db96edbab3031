using System.Diagnostics;
using System.Globalization;
using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Scoring;
using Pfe.Storage;
using Pfe.Training.Configuration;
using Pfe.Training.Features;
using Pfe.Training.Head;
using Pfe.Training.Runs;
using Pfe.Training.Summaries;
using Pfe.Training.Trust;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Training;

/// <summary>
/// The whole of training: features of the frozen base (cached), gradient descent on the head, checkpoints and summaries, and at the end one
/// ONNX file that holds base and head.
/// </summary>
public sealed class TrainingRun
{
    private readonly TrainingConfig _config;
    private readonly RunFolder _folder;
    private readonly ModelStore _store;
    private readonly IProgress<TrainingEvent>? _progress;

    private readonly NetworkOptions? _network;

    private TrainingRun(TrainingConfig config, RunFolder folder, ModelStore store, IProgress<TrainingEvent>? progress,
        NetworkOptions? network) =>
        (_config, _folder, _store, _progress, _network) = (config, folder, store, progress, network);

    private int Steps => _config.EpochSize * _config.NumEpochs;

    /// <summary>Trains from the beginning, in a new folder.</summary>
    /// <param name="config">What to do.</param>
    /// <param name="store">Where the base network comes from.</param>
    /// <param name="now">The time that the folder is named by, in UTC.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="network">Where the frozen base and the detector run; null for the processor, on which the head always
    /// learns.</param>
    /// <param name="cancellation">Stops after a step; a checkpoint is left, from which <see cref="Resume"/> goes on.</param>
    /// <exception cref="PfeException">Bad input, a full disk, or a run that failed; the message says what to do.</exception>
    public static TrainingResult Start(
        TrainingConfig config, ModelStore store, DateTimeOffset now, IProgress<TrainingEvent>? progress = null,
        NetworkOptions? network = null, CancellationToken cancellation = default)
    {
        TrainingConfigFile.Validate(config, "the configuration");
        // The input is checked and the features are computed before a folder is made: a request that cannot work leaves none behind.
        using var faces = TrainingInput.Prepare(config, store, network, progress, cancellation);
        return new TrainingRun(config, RunFolder.Create(config, now), store, progress, network).Train(faces, null, cancellation);
    }

    /// <summary>Goes on with an interrupted run; the result is the same as an unbroken run's (bitwise, with one thread).</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="store">Where the base network comes from.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="network">Where the frozen base and the detector run; null for the processor, on which the head always
    /// learns.</param>
    /// <param name="cancellation">See <see cref="Start"/>.</param>
    /// <exception cref="PfeException">No run there, or see <see cref="Start"/>.</exception>
    public static TrainingResult Resume(
        string folder, ModelStore store, IProgress<TrainingEvent>? progress = null, NetworkOptions? network = null,
        CancellationToken cancellation = default)
    {
        var run = new RunFolder(folder);
        if (!File.Exists(run.Config))
            throw new InvalidConfigurationException($"'{folder}' is not a run's folder: it has no config.json (runs are " +
            $"log_base_dir/name/yyyyMMdd-HHmmss)");
        var config = TrainingConfigFile.Load(run.Config);
        var checkpoint = NewestSound(run, progress);
        using var faces = TrainingInput.Prepare(config, store, network, progress, cancellation);
        return new TrainingRun(config, run, store, progress, network).Train(faces, checkpoint, cancellation);
    }

    /// <summary>The newest checkpoint that can be read; null where the run has none. Where none of several can be read, the newest one's
    /// fault is the run's.</summary>
    private static TrainerState? NewestSound(RunFolder run, IProgress<TrainingEvent>? progress)
    {
        PfeException? first = null;
        foreach (var path in run.Checkpoints())
        {
            try
            {
                var state = Checkpoint.Load(path);
                if (first is not null) progress?.Report(new TrainingEvent.Note($"going on from an older checkpoint, step {state.Step}: " +
                    $"{first.Message}"));
                return state;
            }
            catch (PfeException e) { first ??= e; }
        }
        return first is null ? null : throw first;
    }

    private TrainingResult Train(TrainingInput input, TrainerState? from, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        // Before the first step: what cannot work is refused at once.
        var trust = PrepareTrust(input, cancellation);
        using var trainer = new HeadTrainer(_config, input.Cache, input.Faces);
        if (from is not null) trainer.Load(from);
        else if (_config.RestoreModel is { } model) RestoredHead.Load(model, _config.RestoreScopes, trainer.Head);
        var good = from ?? trainer.Save();
        var health = new TrainingHealth(good.FirstLoss, good.HasLearnt);
        SummaryFile.TruncateAfter(_folder.Summaries, trainer.Step);
        EventFile.TruncateAfter(_folder.Events, trainer.Step);
        HeldOutFile.TruncateAfter(_folder.HeldOut, trainer.Step);
        Say($"{input.Faces.Trained} images, batches of {input.Faces.BatchSize}, steps {trainer.Step + 1} to {Steps}; run folder " +
            $"{_folder.Path}");
        if (LearningRate.Warning(_config.LearningRateStrategy, _config.LearningRateSchedule, Steps) is { } late) Say(late);
        Say("the loss is -score, a log density of many narrow dimensions: below zero and falling is normal. Watch that sigma's spread " +
            "grows: it is what the head learns");

        Warn(input);
        IReadOnlyList<HeldOutRow> heldOut = [];
        var best = Best(trainer, input, good);
        var last = good.Last;
        // A run that was stopped after its last step has only its files left to write.
        if (trainer.Step >= Steps && input.Faces.HeldOut.Count > 0)
            heldOut = HeldOutEvaluation.Measure(trainer.Head, input.Cache, input.Faces.HeldOut, input.Labels, _config.BaseRandomSeed);
        var (intervalStart, intervalStep) = (clock.Elapsed, trainer.Step);
        while (trainer.Step < Steps)
        {
            if (cancellation.IsCancellationRequested) Interrupt(trainer, health, last, cancellation);
            last = trainer.Advance();
            if (health.Problem(last) is { } problem)
            {
                Recover(trainer, good, problem, last.Step);
                (intervalStart, intervalStep) = (clock.Elapsed, trainer.Step);
                continue;
            }
            if (trainer.Step % TrainingHealth.GuardInterval == 0) good = State(trainer, health, last);
            if (trainer.Step % _config.SummaryInterval == 0 || trainer.Step == Steps)
            {
                var perStep = (clock.Elapsed - intervalStart) / Math.Max(1, trainer.Step - intervalStep);
                Summarise(trainer, last, input.Faces.BatchSize / perStep.TotalSeconds, perStep * (Steps - trainer.Step));
                (intervalStart, intervalStep) = (clock.Elapsed, trainer.Step);
            }
            if (trainer.Step % _config.EpochSize != 0 && trainer.Step != Steps) continue;
            // Before the checkpoint: from there on a resumed run takes the table as written.
            heldOut = MeasureHeldOut(trainer, input);
            good = State(trainer, health, last);
            // This as well: a best head that is newer than the checkpoint is found again, an older one would not be.
            if (best.Add(good, heldOut)) Checkpoint.Save(good, _folder.Best);
            Checkpoint.Save(good, _folder.Checkpoint(trainer.Step));
            _folder.RemoveOldCheckpoints(keep: 2);
            (intervalStart, intervalStep) = (clock.Elapsed, trainer.Step);
            if (!best.ShouldStop) continue;
            Say($"stopped after step {trainer.Step}: {_config.EarlyStopping} epochs brought no better held-out figure than {best}");
            break;
        }
        if (!health.HasLearnt && last.Step > 0)
            Say($"warning: sigma hardly differs between faces (spread {last.Spread:0.####}): MLS with this head is no better than " +
                $"cosine. Train longer or with a greater learning rate");
        var done = trainer.Step;
        Choose(trainer, best);
        Finish(trainer, input, trust, last, cancellation);
        return new TrainingResult(
            _folder, done, last.Loss, last.Spread, trainer.Recoveries, input.BasePasses, input.Seconds, clock.Elapsed.TotalSeconds,
            heldOut);
    }

    // What few people or no people set aside mean is said before the hours, not after them.
    private void Warn(TrainingInput input)
    {
        const int FewPeople = 1000;
        var people = input.Labels.Distinct().Count() - _config.HeldOutClasses;
        if (_config.HeldOutClasses == 0)
            Say("warning: held_out_classes is 0: nothing will tell whether this head is better than the cosine");
        if (people < FewPeople)
            Say($"warning: {people} people with {input.Faces.Trained} images are few: heads trained on fewer than {FewPeople} people soon "
                + "match worse than the cosine. Few steps, early_stopping and held_out_classes help; more people help more");
    }

    // After an interruption the best epoch so far is measured once more.
    private BestHead Best(HeadTrainer trainer, TrainingInput input, TrainerState at)
    {
        var best = new BestHead(_config.EarlyStopping);
        if (trainer.Step == 0 || input.Faces.HeldOut.Count == 0 || !File.Exists(_folder.Best)) return best;
        var state = Checkpoint.Load(_folder.Best);
        if (state.Step > trainer.Step) return best;
        var epochs = (trainer.Step - state.Step) / _config.EpochSize;
        trainer.Load(state);
        best.Add(state, HeldOutEvaluation.Measure(trainer.Head, input.Cache, input.Faces.HeldOut, input.Labels, _config.BaseRandomSeed),
            epochs);
        trainer.Load(at);
        return best;
    }

    private void Choose(HeadTrainer trainer, BestHead best)
    {
        if (best.State is not { } state) return;
        if (best.IsBelowCosine && !_config.AllowBelowCosine)
            throw new PfeException($"the best head of this run, after step {state.Step}, matches {best}: sigma makes it worse, so no model "
                + "is written. Train on more people or for fewer steps; allow_below_cosine writes it anyway. "
                + $"The run is kept in '{_folder.Path}'");
        if (_config.Keep != "best" || state.Step == trainer.Step) return;
        trainer.Load(state);
        Say($"the head after step {state.Step} is kept: {best}");
    }

    private static TrainerState State(HeadTrainer trainer, TrainingHealth health, in StepResult last) =>
        trainer.Save() with { FirstLoss = health.FirstLoss, HasLearnt = health.HasLearnt, Last = last };

    private void Interrupt(HeadTrainer trainer, TrainingHealth health, in StepResult last, CancellationToken cancellation)
    {
        Checkpoint.Save(State(trainer, health, last), _folder.Checkpoint(trainer.Step));
        Say($"stopped after step {trainer.Step}; resuming the run '{_folder.Path}' goes on from there");
        cancellation.ThrowIfCancellationRequested();
    }

    private void Recover(HeadTrainer trainer, TrainerState good, string problem, int step)
    {
        var recoveries = trainer.Recoveries + 1;
        if (recoveries > TrainingHealth.MostRecoveries)
            throw new PfeException($"training {problem} at step {step}, the {recoveries}th time, at last with " +
                $"{trainer.RateFactor:0.####} of the learning rate: lower learning_rate_schedule, or set gradient_clip (try 100)");
        var factor = trainer.RateFactor / 2;
        trainer.Load(good with { RateFactor = factor, Recoveries = recoveries });
        Say($"training {problem} at step {step}; back to step {good.Step} with {factor:0.####} of the learning rate ({recoveries} of " +
            $"{TrainingHealth.MostRecoveries} recoveries)");
    }

    private void Summarise(HeadTrainer trainer, in StepResult last, double imagesPerSecond, TimeSpan left)
    {
        var summary = new Summary(
            last.Step, last.Loss, trainer.RegularisationLoss(), last.LearningRate, last.MeanLogVariance, last.Spread, imagesPerSecond);
        SummaryFile.Append(_folder.Summaries, summary);
        EventFile.Append(_folder.Events, DateTimeOffset.UtcNow, summary);
        _progress?.Report(new TrainingEvent.Stepped(summary, Steps, left));
    }

    private IReadOnlyList<HeldOutRow> MeasureHeldOut(HeadTrainer trainer, TrainingInput input)
    {
        if (input.Faces.HeldOut.Count == 0) return [];
        var rows = HeldOutEvaluation.Measure(trainer.Head, input.Cache, input.Faces.HeldOut, input.Labels, _config.BaseRandomSeed);
        HeldOutFile.Append(_folder.HeldOut, trainer.Step, rows);
        _progress?.Report(new TrainingEvent.Measured(trainer.Step, rows));
        return rows;
    }

    private TrustInput? PrepareTrust(TrainingInput input, CancellationToken cancellation)
    {
        if (_config.Trust is null) return null;
        var caching = new SynchronousProgress<CacheProgress>(step => _progress?.Report(new TrainingEvent.Caching(step)));
        return TrustInput.Prepare(_config, input.Images, input.Cache.Index.Unreadable.Select(bad => bad.Image), _store, _network,
            _config.CacheDir ?? TrainingInput.DefaultCacheFolder(), caching, Say, cancellation);
    }

    private void Finish(HeadTrainer trainer, TrainingInput input, TrustInput? trustInput, in StepResult last,
        CancellationToken cancellation)
    {
        var notes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = _config.Name,
            ["training_data"] = _config.TrainingData ?? "not stated",
            ["training"] = string.Create(CultureInfo.InvariantCulture, $"{input.Faces.Trained} images, {trainer.Step} steps of " +
                $"{input.Faces.BatchSize}, " +
                $"seed {_config.BaseRandomSeed}, {_config.Damage.Copies} damaged copies an image"),
        };
        // Not known where a checkpoint of an earlier version was the last step.
        if (double.IsFinite(last.Loss)) notes["final_loss"] = string.Create(CultureInfo.InvariantCulture, $"{last.Loss:G6}");
        var head = trainer.Head.Export(input.HeadInput, notes);
        head.Save(_folder.Head);
        var trust = trustInput is null ? null : TrustRun.Of(trustInput, _config, Say, cancellation);
        var model = Calibrated(ProbabilisticModel.Build(input.Network, input.Description, head, trust?.Head), trainer, input);
        if (trust is not null)
        {
            var json = trust.Calibration.ToJson();
            trust.Head.Save(_folder.TrustHead);
            AtomicFile.WriteText(_folder.TrustCalibration, json);
            model = model.WithMetadata(TrustCalibration.MetadataKey, json);
        }
        model.Save(_folder.Model);
    }

    /// <summary>With a calibration on the held-out faces in its metadata, where they are enough for one.</summary>
    private OnnxModel Calibrated(OnnxModel model, HeadTrainer trainer, TrainingInput input)
    {
        if (input.Faces.HeldOut.Count == 0) return model;
        using var faces = HeldOutEvaluation.Mixed(trainer.Head, input.Cache, input.Faces.HeldOut, input.Labels, _config.BaseRandomSeed);
        faces.Save(_folder.HeldOutFaces);
        try
        {
            var pairs = HeldOutEvaluation.AllPairs(faces, [.. input.Faces.HeldOut.Select(image => input.Labels[image])]);
            var source =
                $"{_config.TrainingData ?? "training data"}: {_config.HeldOutClasses} people held out, {faces.Count} images, half of " +
                $"them damaged";
            var calibration = CalibrationFit.Fit(pairs, FaceUncertainty.Of(faces), ScoreKind.MutualLikelihood, faces.Dimension, source);
            return model.WithMetadata(ScoreCalibration.MetadataKey, calibration.ToJson());
        }
        catch (PfeException e)
        {
            Say($"the model has no calibration: {e.Message}; fit one on people of your own");
            return model;
        }
    }

    private void Say(string text) => _progress?.Report(new TrainingEvent.Note(text));
}
