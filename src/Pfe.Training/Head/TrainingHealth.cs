namespace Pfe.Training.Head;

/// <summary>
/// Watches a run for its two failures. Divergence: the loss is no longer a number, or far above where it began. Collapse: sigma lies on its
/// floor, or has stopped to differ between faces. Either way the run goes back to the last good state with half the learning rate, or
/// stops.
/// </summary>
internal sealed class TrainingHealth(double firstLoss, bool hasLearnt)
{
    /// <summary>Steps between two states that the run can go back to.</summary>
    public const int GuardInterval = 100;

    /// <summary>After so many recoveries the run stops.</summary>
    public const int MostRecoveries = 4;

    /// <summary>A spread of the faces' mean log sigma^2 below which sigma tells nothing.</summary>
    public const double LeastSpread = 1e-3;

    /// <summary>Once reached, falling below <see cref="LeastSpread"/> again is a collapse and not a slow start.</summary>
    public const double LearntSpread = 1e-2;

    /// <summary>The loss of the first step; not a number before it.</summary>
    public double FirstLoss { get; private set; } = firstLoss;

    /// <summary>Whether the spread has ever been that of a head which has learnt.</summary>
    public bool HasLearnt { get; private set; } = hasLearnt;

    /// <summary>What is wrong after a step, or null.</summary>
    /// <param name="result">The step's result.</param>
    public string? Problem(in StepResult result)
    {
        if (!result.IsFinite) return "diverged: the loss is no longer a number";
        if (double.IsNaN(FirstLoss)) FirstLoss = result.Loss;
        if (result.Loss > FirstLoss + 3 * Math.Abs(FirstLoss) + 1000)
            return $"diverged: the loss rose from {FirstLoss:0} to {result.Loss:0}";
        if (result.MeanLogVariance < Math.Log(HeadNetwork.VarianceFloor) + 0.1)
            return "collapsed: sigma^2 lies on its floor of 1e-6 for nearly all faces";
        HasLearnt |= result.Spread > LearntSpread;
        return HasLearnt && result.Spread < LeastSpread ? "collapsed: sigma has become the same for all faces" : null;
    }
}
