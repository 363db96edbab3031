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
        var (caches, about) = (config.CacheDir ?? DefaultCacheFolder(), Content(images, landmarks, network, config));
        var folder = Path.Combine(caches, about.Hash);
        var (clock, passes) = (Stopwatch.StartNew(), 0L);
        var caching = new SynchronousProgress<CacheProgress>(step =>
        {
            passes = step.Passes;
            progress?.Report(new TrainingEvent.Caching(step));
        });
        Complete(caches, about, variants, caching, Say, cancellation);
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

    // What an earlier run computed of the same images is copied; the rest is computed.
    private static void Complete(string caches, CacheContent content, IFeatureSource variants, IProgress<CacheProgress> caching,
        Action<string> say, CancellationToken cancellation)
    {
        var folder = Path.Combine(caches, content.Hash);
        if (FeatureCache.ReadIndex(folder) is { } index && index.Done == index.Images) return;
        using var earlier = EarlierFeatures.Find(caches, content);
        if (earlier.Count > 0) say($"features of {earlier.Count} of {content.Images.Count} images are there from earlier runs");
        content.Write(folder);
        FeatureCacheBuilder.Complete(folder, content.Images.Count, new ReusedFeatures(variants, earlier), caching, cancellation);
    }

    /// <summary>All that the features depend on: another base, alignment, damage or seed shares no image with this one.</summary>
    private static CacheContent Content(LabelledImages images, LandmarkLookup landmarks, FrozenBase network, TrainingConfig config)
    {
        var damage = config.Damage.Copies == 0
            ? "none"
            : string.Create(CultureInfo.InvariantCulture, $"{config.Damage.Copies} {config.Damage.Strength} {config.Damage.Misalignment} " +
                $"{string.Join(',', TrainingConfigFile.KindsOf(config.Damage))} seed {config.BaseRandomSeed}");
        var about = network.Description;
        var text = new StringBuilder().AppendLine($"format {CacheFormat}").AppendLine(network.Model.Sha256())
            .AppendLine(string.Create(CultureInfo.InvariantCulture, $"{about.Width} {about.Height} {about.ChannelOrder} {about.Mean} " +
                $"{about.Std} " +
                $"{about.Alignment} {network.Embedding} {network.HeadInput}"))
            .AppendLine(config.Landmarks.List is null ? config.Landmarks.ToString() : "list").AppendLine(damage).Append(Operations(config));
        return new CacheContent(text.ToString(), [.. Enumerable.Range(0, images.Paths.Count).Select(image =>
            $"{images.Name(image)} {new FileInfo(images.Paths[image]).Length} {landmarks.Listed(image)}")]);
    }

    private static string Operations(TrainingConfig config) => config.PreprocessTrain is null && config.PreprocessTest is null
        ? ""
        : $"seed {config.BaseRandomSeed} {JsonSerializer.Serialize(config.PreprocessTrain, TrainingJson.Default.JsonElementArrayArray)} " +
            $"{JsonSerializer.Serialize(config.PreprocessTest, TrainingJson.Default.JsonElementArrayArray)}";

    // A list counts by its content.
    internal static string LandmarkKey(TrainingConfig config) => config.Landmarks.List is { } list && File.Exists(list)
        ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(list))) + config.LandmarksTransposed
        : config.Landmarks.ToString();

    internal static string DefaultCacheFolder() =>
        UserCache.Folder("features") ?? throw new InvalidConfigurationException("this user has no cache folder for features; name one")
        {
            Setting = "cache_dir", Expected = "a folder",
        };
}
