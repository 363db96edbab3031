namespace Pfe.Fusion;

/// <summary>What a template's variance is, given its images'.</summary>
public enum VarianceRule
{
    /// <summary>The smallest variance in each dimension: what the paper does in practice, because the frames of one person are not
    /// independent.</summary>
    Minimum,

    /// <summary>The product of independent Gaussians: <c>1/v = sum_k 1/v_k</c>.</summary>
    Product,

    /// <summary>The mean with the weights of the fusion, as ProbFace's code has it; see <see cref="AttentionFusion"/>.</summary>
    WeightedMean,
}
