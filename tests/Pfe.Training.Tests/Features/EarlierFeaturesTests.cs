using System.Collections.Concurrent;
using Pfe.TestSupport;
using Pfe.Training.Features;

namespace Pfe.Training.Tests.Features;

/// <summary>Images come and go: what was computed of the others is not computed again.</summary>
public sealed class EarlierFeaturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void One_image_more_is_one_image_computed_and_the_bytes_are_those_of_a_cache_made_anew(int featureSize)
    {
        string[] names = [.. Enumerable.Range(0, 150).Select(i => $"image {2 * i}")];
        Complete(names, featureSize).Count.ShouldBe(150);
        // In the middle, so that the images behind it have other numbers.
        string[] more = [.. names[..70], "image 139", .. names[70..]];
        Complete(more, featureSize).ShouldBe(["image 139"]);
        using var anew = new TemporaryFolder();
        Complete(more, featureSize, caches: anew.Path).Count.ShouldBe(151);
        foreach (var file in Directory.GetFiles(Folder(more, anew.Path)))
            File.ReadAllBytes(file).ShouldBe(File.ReadAllBytes(Path.Combine(Folder(more), Path.GetFileName(file))), file);
        // Fewer are none.
        Complete(names[10..]).ShouldBe(featureSize == 0 ? [] : names[10..], ignoreOrder: true);
    }

    [Fact]
    public void What_an_interrupted_computation_has_done_counts_too()
    {
        string[] names = [.. Enumerable.Range(0, 200).Select(i => $"image {i}")];
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => Complete(names, stop: stop, stopAt: "image 130"));
        var computed = Complete([.. names, "one more"]);
        computed.ShouldContain("one more");
        computed.Count.ShouldBe(200 + 1 - 128);
    }

    [Fact]
    public void Damaged_features_are_computed_again_and_a_damaged_list_of_images_is_not_believed()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"image {i}")];
        Complete(names);
        Flip(Path.Combine(Folder(names), FeatureCache.EmbeddingFile));
        // The chunk of 64 images with the flipped bit, and the image that came.
        Complete([.. names, "one more"]).Count.ShouldBe(64 + 1);
        Directory.Delete(Folder([.. names, "one more"]), recursive: true);
        Flip(Path.Combine(Folder(names), "images.txt"));
        Complete([.. names, "one more"]).Count.ShouldBe(101);
    }

    [Fact]
    public void Other_settings_share_no_image_and_an_unreadable_image_is_tried_again()
    {
        string[] names = ["a", "broken", "b"];
        Complete(names).Count.ShouldBe(3);
        Complete([.. names, "c"], settings: "another base").Count.ShouldBe(4);
        Complete([.. names, "c"]).ShouldBe(["broken", "c"], ignoreOrder: true);
    }

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[100] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private string Folder(string[] names, string? caches = null, string settings = "settings") =>
        Path.Combine(caches ?? _folder.Path, new CacheContent(settings, names).Hash);

    // What the network was called for.
    private List<string> Complete(string[] names, int featureSize = 0, string? caches = null, string settings = "settings",
        CancellationTokenSource? stop = null, string? stopAt = null)
    {
        var (content, folder) = (new CacheContent(settings, names), Folder(names, caches, settings));
        var source = new NamedFeatures(names, featureSize) { Before = name => { if (name == stopAt) stop!.Cancel(); } };
        using var earlier = EarlierFeatures.Find(caches ?? _folder.Path, content);
        content.Write(folder);
        var passes = 0L;
        FeatureCacheBuilder.Complete(folder, names.Length, new ReusedFeatures(source, earlier),
            new Listener(step => passes = step.Passes), stop?.Token ?? CancellationToken.None);
        passes.ShouldBe(2 * source.Computed.Count);
        return [.. source.Computed];
    }

    /// <summary>Features that depend on an image's name alone.</summary>
    private sealed class NamedFeatures(string[] names, int featureSize) : IFeatureSource
    {
        public int Variants => 2;

        public int Dimension => 3;

        public int FeatureSize => featureSize;

        public ConcurrentBag<string> Computed { get; } = [];

        public required Action<string> Before { get; init; }

        public void Compute(int image, Memory<float> embeddings, Memory<float> features)
        {
            Before(names[image]);
            Computed.Add(names[image]);
            if (names[image] == "broken") throw new PfeException("it is broken");
            var random = new Random((int)Seeds.Of(names[image]));
            foreach (ref var value in embeddings.Span) value = random.NextSingle();
            foreach (ref var value in features.Span) value = random.NextSingle();
        }
    }

    private sealed class Listener(Action<CacheProgress> hear) : IProgress<CacheProgress>
    {
        public void Report(CacheProgress value) => hear(value);
    }
}
