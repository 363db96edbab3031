using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pfe.Onnx;
using Pfe.Storage;
using Pfe.Training.Configuration;
using Pfe.Training.Data;
using Pfe.Training.Features;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Training;

/// <summary>What training reads: the images and their classes, the base network, the base's features of every image.</summary>
internal sealed class TrainingInput : IDisposable
{
    // 2: what happens to an image depends on its name, not on its number.
    private const int CacheFormat = 2;

    private TrainingInput(LabelledImages images, FrozenBase network, FeatureCache cache, TrainingFaces faces, long basePasses,
        double seconds)
    {
        (Network, Description, HeadInput) = (network.Model, network.Description, network.HeadInput);
        (Images, Cache, Faces, BasePasses, Seconds) = (images, cache, faces, basePasses, seconds);
    }

    public OnnxModel Network { get; }

    public NetworkDescription Description { get; }

    /// <summary>Name of the tensor that the head reads.</summary>
    public string HeadInput { get; }

    public LabelledImages Images { get; }

    public IReadOnlyList<int> Labels => Images.Labels;

    public FeatureCache Cache { get; }

    public TrainingFaces Faces { get; }

    /// <summary>Base-network passes that were needed.</summary>
    public long BasePasses { get; }

    /// <summary>Time they took.</summary>
    public double Seconds { get; }

    /// <summary>Loads, checks, and completes the feature cache.</summary>
    public static TrainingInput Prepare(
        TrainingConfig config, ModelStore store, NetworkOptions? options, IProgress<TrainingEvent>? progress,
        CancellationToken cancellation)
    {
        void Say(string text) => progress?.Report(new TrainingEvent.Note(text));
        var images = LabelledImages.Load(config.TrainDatasetPath);
        // Batches that the data cannot fill are refused before the long part.
        _ = new TrainingFaces(images.Labels, [], config);
        using var network = FrozenBase.Open(config, store, options, new SynchronousProgress<string>(Say), cancellation);
        using var landmarks = new LandmarkLookup(config, images, store, options);
        using var variants = new FaceVariants(network, images, landmarks, config);
        var content = Content(images, landmarks, network, config);
        var (clock, passes) = (Stopwatch.StartNew(), 0L);
        var caching = new SynchronousProgress<CacheProgress>(step =>
        {
            passes = step.Passes;
            progress?.Report(new TrainingEvent.Caching(step));
        });
        var folder = FeatureCacheBuilder.Complete(config.CacheDir ?? DefaultCacheFolder(), content, variants, caching, Say, cancellation);
        var cache = FeatureCache.Open(folder);
        try
        {
            foreach (var bad in cache.Index.Unreadable.Take(10)) Say($"left out: {bad.Reason}");
            if (cache.Index.Unreadable.Length == images.Paths.Count)
            {
                throw new PfeException(
                    $"none of {images.Paths.Count} images can be used; the first: {cache.Index.Unreadable[0].Reason}");
            }
            if (cache.Index.Unreadable.Length > 10) Say($"left out: {cache.Index.Unreadable.Length - 10} more");
            var faces = new TrainingFaces(images.Labels, cache.Index.Unreadable.Select(bad => bad.Image), config);
            if (faces.Singles > 0) Say($"{faces.Singles} classes have a single image: it is paired with its own variants only and " +
                $"teaches little");
            return new TrainingInput(images, network, cache, faces, passes, clock.Elapsed.TotalSeconds);
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    public void Dispose() => Cache.Dispose();

    /// <summary>All that the features depend on: another base, alignment, damage or seed shares no image with this one.</summary>
    private static CacheContent Content(LabelledImages images, LandmarkLookup landmarks, FrozenBase network, TrainingConfig config)
    {
        var damage = config.Damage.Copies == 0
            ? "none"
            : string.Create(CultureInfo.InvariantCulture, $"{config.Damage.Copies} {config.Damage.Strength} {config.Damage.Misalignment} " +
                $"{string.Join(',', TrainingConfigFile.KindsOf(config.Damage))} seed {config.BaseRandomSeed}");
        var text = new StringBuilder().AppendLine($"format {CacheFormat}").AppendLine(network.Identity)
            .AppendLine(landmarks.Source).AppendLine(damage).Append(Operations(config));
        return new CacheContent(text.ToString(), [.. Enumerable.Range(0, images.Paths.Count).Select(landmarks.Identity)]);
    }

    private static string Operations(TrainingConfig config) => config.PreprocessTrain is null && config.PreprocessTest is null
        ? ""
        : $"seed {config.BaseRandomSeed} {JsonSerializer.Serialize(config.PreprocessTrain, TrainingJson.Default.JsonElementArrayArray)} " +
            $"{JsonSerializer.Serialize(config.PreprocessTest, TrainingJson.Default.JsonElementArrayArray)}";

    internal static string DefaultCacheFolder() =>
        UserCache.Folder("features") ?? throw new InvalidConfigurationException("this user has no cache folder for features; name one")
        {
            Setting = "cache_dir", Expected = "a folder",
        };
}
