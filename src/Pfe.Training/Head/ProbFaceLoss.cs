using Pfe.Training.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Head;

/// <summary>
/// ProbFace's loss: <c>w1 * MLS + w2 * constraint + w3 * discrimination</c>, all of sigma alone, as the base is frozen.
/// The pair term is <c>2 (1 - cos) / (1e-10 + s) + ln s</c> with one variance a face, and with D variances the mean over the dimensions of
/// <c>(mu_i - mu_j)^2 / (1e-10 + s) + ln s</c> (the reference takes the sum); s is the sum of both variances. Its first part is called
/// attention.
/// </summary>
internal sealed class ProbFaceLoss : IDisposable
{
    /// <summary>Of the triplet and the contrastive term, in units of attention; fixed in ProbFace's code.</summary>
    public const double Margin = 3;

    private readonly double _mls;
    private readonly double _constraint;
    private readonly double _discriminate;
    private readonly string? _constraintType;
    private readonly bool _contrastive;

    // Kept: see RootedScalars.
    private readonly Scalar _two = 2f.ToScalar();
    private readonly Scalar _minusTwo = (-2f).ToScalar();
    private readonly Scalar _minusOne = (-1f).ToScalar();
    private readonly Scalar _margin = ((float)Margin).ToScalar();
    private readonly Scalar _mlsWeight;
    private readonly Scalar _constraintWeight;
    private readonly Scalar _discriminateWeight;
    private readonly Scalar _infinity = float.PositiveInfinity.ToScalar();
    private readonly Scalar _minusInfinity = float.NegativeInfinity.ToScalar();

    /// <param name="weights">What the parts count; a part of weight 0 is not computed.</param>
    /// <param name="constraintType">L1, L2, or null for none.</param>
    /// <param name="contrastive">The contrastive term instead of triplets with semi-hard negatives.</param>
    public ProbFaceLoss(LossWeights weights, string? constraintType, bool contrastive)
    {
        (_mls, _constraint, _discriminate) = (weights.MlsLoss, weights.OutputConstraintLoss, weights.DiscriminateLoss);
        (_constraintType, _contrastive) = (constraintType, contrastive);
        (_mlsWeight, _constraintWeight, _discriminateWeight) = (_mls.ToScalar(), _constraint.ToScalar(), _discriminate.ToScalar());
    }

    /// <summary>The loss that a configuration asks for; null for the reference's.</summary>
    public static ProbFaceLoss? Of(TrainingConfig config) =>
        config.LossWeights is null && config.UncertaintyModule != TrainingConfig.ProbFaceModule ? null : new ProbFaceLoss(
            config.LossWeights ?? new LossWeights(), config.OutputConstraintType is "" ? null : config.OutputConstraintType,
            config.DiscriminatMetricType == "contrastive");

    /// <summary>The loss of a batch.</summary>
    /// <param name="mu">[N, D], unit rows.</param>
    /// <param name="logVariance">[N, D] or [N, 1].</param>
    /// <param name="labels">N labels, with at least one genuine pair, and an impostor pair where discrimination counts.</param>
    public Tensor Of(Tensor mu, Tensor logVariance, ReadOnlySpan<int> labels)
    {
        using var scope = NewDisposeScope();
        var variance = logVariance.exp();
        var (i, j) = PairLoss.SameClass(labels);
        var (first, second) = (tensor(i), tensor(j));
        var total = Pairs(mu, variance, first, second).mul(_mlsWeight);
        if (_constraintType is not null && _constraint > 0) total = total.add(Constraint(variance).mul(_constraintWeight),
            RootedScalars.One);
        if (_discriminate > 0) total = total.add(Discriminate(Attention(mu, variance), labels, first, second).mul(_discriminateWeight),
            RootedScalars.One);
        return total.MoveToOuterDisposeScope();
    }

    /// <summary>The mean pair term over the genuine pairs.</summary>
    internal Tensor Pairs(Tensor mu, Tensor variance, Tensor first, Tensor second)
    {
        var sum = variance.index_select(0, first).add(variance.index_select(0, second), RootedScalars.One);
        var (a, b) = (mu.index_select(0, first), mu.index_select(0, second));
        var distance = variance.shape[1] == 1 ? FromCosine(a.mul(b).sum(1, keepdim: true)) : a.sub(b).square();
        return distance.div(sum.add(RootedScalars.Guard, RootedScalars.One)).add(sum.log(), RootedScalars.One).mean();
    }

    /// <summary>Attention of every pair of the batch, [N, N].</summary>
    internal Tensor Attention(Tensor mu, Tensor variance)
    {
        if (variance.shape[1] == 1)
            return FromCosine(mu.matmul(mu.t())).div(variance.add(variance.t(), RootedScalars.One)
                .add(RootedScalars.Guard, RootedScalars.One));
        var sum = variance.unsqueeze(1).add(variance.unsqueeze(0), RootedScalars.One).add(RootedScalars.Guard, RootedScalars.One);
        return mu.unsqueeze(1).sub(mu.unsqueeze(0)).square().div(sum).mean([2]);
    }

    /// <summary>How far each sigma^2 is from the batch's mean, which is taken as given.</summary>
    internal Tensor Constraint(Tensor variance)
    {
        var ratio = variance.div(variance.mean().detach()).add(_minusOne, RootedScalars.One);
        return (_constraintType == "L2" ? ratio.square() : ratio.abs()).sum();
    }

    /// <summary>The term that sets genuine pairs against impostors.</summary>
    /// <param name="attention">[N, N].</param>
    /// <param name="labels">N labels.</param>
    /// <param name="first">[P] positions of genuine pairs, each pair once.</param>
    /// <param name="second">[P] positions.</param>
    internal Tensor Discriminate(Tensor attention, ReadOnlySpan<int> labels, Tensor first, Tensor second)
    {
        var label = tensor(labels.ToArray());
        var impostor = label.unsqueeze(1).ne(label.unsqueeze(0));
        // Every pair in both orders: each of its faces is an anchor once.
        var (anchor, positive) = (cat([first, second]), cat([second, first]));
        var rows = attention.index_select(0, anchor);
        var near = rows.gather(1, positive.unsqueeze(1));
        return _contrastive
            ? near.mean().add(attention.masked_select(impostor).neg().add(_margin, RootedScalars.One).relu().mean(), RootedScalars.One)
            : Triplets(rows, near, impostor.index_select(0, anchor));
    }

    /// <summary>
    /// Triplets with semi-hard negatives (Schroff et al. 2015, as TensorFlow has them): of the impostors that are farther from the anchor
    /// than the positive the nearest, or where there is none the farthest impostor; mean of max(0, near + margin - far).
    /// </summary>
    private Tensor Triplets(Tensor rows, Tensor near, Tensor impostor)
    {
        var farther = impostor.logical_and(rows.gt(near));
        var outside = rows.masked_fill(farther.logical_not(), _infinity).amin([1], keepdim: true);
        var inside = rows.masked_fill(impostor.logical_not(), _minusInfinity).amax([1], keepdim: true);
        var far = where(farther.any(1, keepdim: true), outside, inside);
        return near.sub(far).add(_margin, RootedScalars.One).relu().mean();
    }

    private Tensor FromCosine(Tensor cosine) => cosine.mul(_minusTwo).add(_two, RootedScalars.One);

    public void Dispose()
    {
        foreach (var scalar in (Scalar[])[_two, _minusTwo, _minusOne, _margin, _mlsWeight, _constraintWeight, _discriminateWeight,
            _infinity, _minusInfinity]) scalar.Dispose();
    }
}
