using System.Runtime.InteropServices;
using Pfe.Training.Configuration;
using Pfe.Training.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Head;

/// <summary>What one step gave.</summary>
/// <param name="Step">Number of steps done, this one included.</param>
/// <param name="Loss">Mean of -score over the batch's same-class pairs (the reference's form, without 1/2 and constant).</param>
/// <param name="LearningRate">The rate it was taken with.</param>
/// <param name="MeanLogVariance">Mean of log sigma^2 over faces and dimensions.</param>
/// <param name="Spread">Standard deviation over the batch's faces of their mean log sigma^2: how much faces differ in certainty.</param>
internal readonly record struct StepResult(int Step, double Loss, double LearningRate, double MeanLogVariance, double Spread)
{
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(MeanLogVariance);
}

/// <summary>Everything that the next step depends on: the head, the momentum, how many steps are done, and the factor on the learning
/// rate.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="RateFactor">1, halved by every recovery.</param>
/// <param name="Recoveries">How often the run went back to an earlier state.</param>
/// <param name="Tensors">By name; momentum under <c>momentum/</c>.</param>
internal sealed record TrainerState(int Step, double RateFactor, int Recoveries, IReadOnlyDictionary<string, float[]> Tensors)
{
    /// <summary>For <see cref="TrainingHealth"/>: the loss of the first step.</summary>
    public double FirstLoss { get; init; } = double.NaN;

    /// <summary>For <see cref="TrainingHealth"/>: whether sigma has ever differed between faces.</summary>
    public bool HasLearnt { get; init; }

    /// <summary>What the last step gave; of a run that goes on after its last step, this is all there is to say.</summary>
    public StepResult Last { get; init; }
}

/// <summary>Gradient descent on the head, a step at a time.</summary>
internal sealed class HeadTrainer : IDisposable
{
    private const string MomentumPrefix = "momentum/";
    private readonly TrainingConfig _config;
    private readonly FeatureCache _cache;
    private readonly TrainingFaces _faces;
    private readonly MomentumSgd _descent;
    private readonly Tensor _inputs;
    private readonly Tensor _mus;
    private readonly ProbFaceLoss? _probFace;

    public HeadTrainer(TrainingConfig config, FeatureCache cache, TrainingFaces faces)
    {
        (_config, _cache, _faces) = (config, cache, faces);
        set_num_threads(config.Threads > 0 ? config.Threads : Environment.ProcessorCount);
        Head = new HeadNetwork(HeadForm.Of(config, cache.InputSize, cache.Index.Dimension), config.BaseRandomSeed);
        _descent = new MomentumSgd(Head, config.Momentum, config.WeightDecay, config.GradientClip);
        _probFace = ProbFaceLoss.Of(config);
        // Memory of libtorch's own: it is aligned, and the bits of a matrix product depend on alignment.
        _inputs = zeros(faces.BatchSize, cache.InputSize);
        _mus = zeros(faces.BatchSize, cache.Index.Dimension);
    }

    public HeadNetwork Head { get; }

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>On top of the schedule; see <see cref="TrainerState"/>.</summary>
    public double RateFactor { get; private set; } = 1;

    public int Recoveries { get; private set; }

    /// <summary>Weight decay's share of the loss.</summary>
    public double RegularisationLoss() => _descent.RegularisationLoss();

    /// <summary>One step.</summary>
    public StepResult Advance()
    {
        using var scope = NewDisposeScope();
        var labels = new int[_faces.BatchSize];
        var batch = _faces.Batch(Step, labels);
        Fill(batch);
        var logVariance = Head.Forward(_inputs, training: true);
        var loss = Loss(logVariance, labels);
        loss.backward();
        var rate = RateFactor * LearningRate.At(_config.LearningRateStrategy, _config.LearningRateSchedule, Step);
        _descent.Step(rate);
        Step++;
        using var _ = no_grad();
        var certainty = logVariance.mean([1]);
        return new StepResult(Step, loss.item<float>(), rate, certainty.mean().item<float>(), certainty.std().item<float>());
    }

    /// <summary>A copy of the whole state.</summary>
    public TrainerState Save()
    {
        var tensors = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var (name, _) in Head.State) tensors[name] = Head.Values(name);
        foreach (var (name, velocity) in _descent.Velocity) tensors[MomentumPrefix + name] = velocity.data<float>().ToArray();
        return new TrainerState(Step, RateFactor, Recoveries, tensors);
    }

    /// <summary>Goes back (or on) to a state.</summary>
    /// <param name="state">From <see cref="Save"/>.</param>
    public void Load(TrainerState state)
    {
        Check(state);
        foreach (var (name, _) in Head.State) Head.Set(name, state.Tensors[name]);
        using var __ = no_grad();
        foreach (var (name, velocity) in _descent.Velocity)
        {
            using var saved = tensor(state.Tensors[MomentumPrefix + name], velocity.shape);
            velocity.copy_(saved);
        }
        (Step, RateFactor, Recoveries) = (state.Step, state.RateFactor, state.Recoveries);
    }

    private void Check(TrainerState state)
    {
        var wanted = Head.State.Select(part => (part.Name, part.Tensor.numel()))
            .Concat(_descent.Velocity.Select(part => (MomentumPrefix + part.Key, part.Value.numel())));
        foreach (var (name, size) in wanted)
        {
            var found = state.Tensors.TryGetValue(name, out var values) ? values.Length : 0;
            if (found != size)
                throw new PfeException($"the checkpoint's '{name}' has {found} values, this head {size}: it belongs to another base or " +
                    "head_input");
        }
    }

    public void Dispose()
    {
        _probFace?.Dispose();
        _inputs.Dispose();
        _mus.Dispose();
        _descent.Dispose();
        Head.Dispose();
    }

    /// <summary>The reference's loss, or ProbFace's where the configuration asks for it.</summary>
    private Tensor Loss(Tensor logVariance, int[] labels)
    {
        if (_probFace is not null) return _probFace.Of(_mus, logVariance, labels);
        var (first, second) = PairLoss.SameClass(labels);
        return PairLoss.Of(_mus, logVariance, tensor(first), tensor(second));
    }

    private void Fill((int Image, int Variant)[] batch)
    {
        var (inputSize, dimension) = (_cache.InputSize, _cache.Index.Dimension);
        var inputs = MemoryMarshal.Cast<byte, float>(_inputs.bytes);
        var mus = MemoryMarshal.Cast<byte, float>(_mus.bytes);
        for (var i = 0; i < batch.Length; i++)
        {
            _cache.CopyInput(batch[i].Image, batch[i].Variant, inputs.Slice(i * inputSize, inputSize));
            _cache.CopyMu(batch[i].Image, batch[i].Variant, mus.Slice(i * dimension, dimension));
        }
    }
}
