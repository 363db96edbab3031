using System.ComponentModel;

namespace Pfe.Training.Configuration;

/// <summary>How the trust head is trained and calibrated.</summary>
public sealed record TrustOptions
{
    /// <summary>People of the training classes that it learns from.</summary>
    [Description("People of the training classes that the trust head learns from.")]
    public int People { get; set; } = 720;

    /// <summary>Images of each.</summary>
    [Description("Images of each of them, at most.")]
    public int ImagesEach { get; set; } = 4;

    /// <summary>People who share damages.</summary>
    [Description("People who share damages: a group.")]
    public int GroupSize { get; set; } = 15;

    /// <summary>Damages a group.</summary>
    [Description("Damages a group; the kinds take turns.")]
    public int RecipesEach { get; set; } = 5;

    /// <summary>Further masks and eye covers a group.</summary>
    [Description("Further masks and eye covers a group.")]
    public int WornEach { get; set; } = 1;

    /// <summary>Size of the hidden layer.</summary>
    [Description("Size of the hidden layer.")]
    public int Hidden { get; set; } = 512;

    /// <summary>Whether the feature map's statistics are read.</summary>
    [Description("Whether the mean and deviation of each channel of the base's last feature map are read beside the embedding.")]
    public bool Statistics { get; set; } = true;

    /// <summary>Whether it learns the collision, or the reliability alone.</summary>
    [Description("Whether it learns how near strangers come (the collision) beside the reliability; without it, answers are fewer.")]
    public bool Collision { get; set; } = true;

    /// <summary>Steps.</summary>
    [Description("Steps.")]
    public int Steps { get; set; } = 1500;

    /// <summary>Greatest learning rate.</summary>
    [Description("Greatest learning rate of its one cycle.")]
    public double LearningRate { get; set; } = 2e-3;

    /// <summary>Decoupled weight decay.</summary>
    [Description("Decoupled weight decay.")]
    public double WeightDecay { get; set; } = 0.02;

    /// <summary>Share of the held-out classes that the thresholds are fitted on.</summary>
    [Description("Share of the held-out classes that the calibration is fitted on; the answers are checked on the others.")]
    public double CalibrationShare { get; set; } = 0.6;
}
