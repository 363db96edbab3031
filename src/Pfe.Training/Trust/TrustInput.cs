using Pfe.Training.Configuration;
using Pfe.Training.Data;
using Pfe.Training.Features;
using Pfe.Vision.Imaging.Damage;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Training.Trust;

/// <summary>The features of all faces of the plans, standardised over the clean training faces.</summary>
/// <param name="FeatureMap">Name of the feature map whose statistics are read; null for none.</param>
/// <param name="Scaling">How they were standardised.</param>
/// <param name="Training">Faces to learn from.</param>
/// <param name="Calibration">Faces for the thresholds.</param>
/// <param name="Check">Faces for the table.</param>
/// <param name="BasePasses">Base-network passes that were needed.</param>
internal sealed record TrustInput(
    string? FeatureMap, TrustScaling Scaling, TrustSample Training, TrustSample Calibration, TrustSample Check, long BasePasses)
{
    // 2: what happens to a face depends on its photograph's name, not on its number.
    private const int CacheFormat = 2;

    /// <summary>Completes the features' cache and reads it.</summary>
    /// <param name="config">The configuration, with a trust part.</param>
    /// <param name="images">The images.</param>
    /// <param name="unreadable">Those that cannot be read.</param>
    /// <param name="store">Where the base network comes from.</param>
    /// <param name="options">Where networks run; null for the processor.</param>
    /// <param name="cacheFolder">The folder of all caches.</param>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="say">Told what earlier runs left.</param>
    /// <param name="cancellation">Stops the work; what is done stays.</param>
    public static TrustInput Prepare(TrainingConfig config, LabelledImages images, IEnumerable<int> unreadable, ModelStore store,
        NetworkOptions? options, string cacheFolder, IProgress<CacheProgress>? progress, Action<string> say,
        CancellationToken cancellation)
    {
        var plans = TrustPlans.Create(images.Labels, unreadable, config);
        var headInput = config.Trust!.Statistics ? "feature_map" : "embedding";
        using var network = FrozenBase.Open(config with { HeadInput = headInput }, store, options, null, cancellation);
        using var landmarks = new LandmarkLookup(config, images, store, options);
        using var source = new TrustFeatures(network, plans.All, images, landmarks);
        var passes = 0L;
        var folder = FeatureCacheBuilder.Complete(cacheFolder, Content(plans, landmarks, network), source,
            new Counting(progress, count => passes = count), say, cancellation);
        using var cache = FeatureCache.Open(folder);
        if (cache.Index.Unreadable is [var bad, ..]) throw new PfeException($"trust: {bad.Reason}");
        var (training, calibration) = (plans.Training.Faces.Count, plans.Calibration.Faces.Count);
        var (learn, fit, check) = (Read(cache, plans.Training, 0), Read(cache, plans.Calibration, training),
            Read(cache, plans.Check, training + calibration));
        int[] clean = [.. Enumerable.Range(0, learn.Count).Where(row => learn.Plan.Faces[row].Recipe == DamagePlan.Clean)];
        var scaling = TrustScaling.Of(learn.Inputs, learn.Features, clean);
        foreach (var sample in new[] { learn, fit, check }) scaling.Apply(sample.Inputs);
        return new TrustInput(network.FeatureSize == 0 ? null : network.HeadInput, scaling, learn, fit, check, passes);
    }

    private static TrustSample Read(FeatureCache cache, DamagePlan plan, int first)
    {
        var (dimension, statistics) = (cache.Index.Dimension, cache.Index.FeatureSize);
        var features = dimension + 1 + statistics;
        var (inputs, mus) = (new float[plan.Faces.Count * features], new float[plan.Faces.Count * dimension]);
        for (var row = 0; row < plan.Faces.Count; row++)
        {
            var input = inputs.AsSpan(row * features, features);
            cache.CopyEmbedding(first + row, 0, input[..dimension]);
            input[dimension] = System.Numerics.Tensors.TensorPrimitives.Norm(input[..dimension]);
            if (statistics > 0) cache.CopyInput(first + row, 0, input[(dimension + 1)..]);
            cache.CopyMu(first + row, 0, mus.AsSpan(row * dimension, dimension));
        }
        return new TrustSample(plan, inputs, mus);
    }

    /// <summary>All that the features depend on; a line a face, so that one photograph more is its own faces more.</summary>
    private static CacheContent Content(TrustPlans plans, LandmarkLookup landmarks, FrozenBase network) =>
        new($"trust {CacheFormat}\n{network.Identity}\n{landmarks.Source}\n",
            [.. plans.All.Select(planned => $"{landmarks.Identity(planned.Face.Image)} {planned.Recipe}")]);

    private sealed class Counting(IProgress<CacheProgress>? next, Action<long> count) : IProgress<CacheProgress>
    {
        public void Report(CacheProgress value)
        {
            count(value.Passes);
            next?.Report(value);
        }
    }
}
