using System.ComponentModel;

namespace Pfe.Training.Configuration;

/// <summary>What the parts of ProbFace's loss count; the defaults are those of its code where a configuration names none.</summary>
public sealed record LossWeights
{
    /// <summary>Of the mean negative score of the genuine pairs.</summary>
    [Description("Weight of the mean negative score of the genuine pairs.")]
    public double MlsLoss { get; set; } = 5;

    /// <summary>Of the output constraint, a sum over the batch.</summary>
    [Description("Weight of the output constraint on sigma^2 over its batch mean, a sum over the batch.")]
    public double OutputConstraintLoss { get; set; } = 0.001;

    /// <summary>Of the term that sets genuine pairs against impostors.</summary>
    [Description("Weight of the triplet or contrastive term.")]
    public double DiscriminateLoss { get; set; } = 0.0001;
}
