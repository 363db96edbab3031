using Pfe.TestSupport;
using Pfe.Training.Features;

namespace Pfe.Training.Tests.Features;

public sealed class FeatureCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(12)]
    [InlineData(0)]
    public void Holds_every_variant_of_every_image(int featureSize)
    {
        var faces = new SyntheticFaces(classes: 50, imagesPerClass: 3, copies: 2, featureSize: featureSize);
        using var cache = faces.Cache(_folder.Path);
        var (embeddings, features) = (new float[4 * 8], new float[4 * featureSize]);
        var (input, mu) = (new float[cache.InputSize], new float[8]);
        for (var image = 0; image < faces.Images; image++)
        {
            faces.Compute(image, embeddings, features);
            for (var variant = 0; variant < 4; variant++)
            {
                var embedding = embeddings.AsSpan(variant * 8, 8).ToArray();
                var length = MathF.Sqrt(embedding.Sum(value => value * value));
                cache.CopyMu(image, variant, mu);
                for (var d = 0; d < 8; d++) mu[d].ShouldBe(embedding[d] / length, 1e-6f);
                cache.CopyInput(image, variant, input);
                var expected = featureSize == 0
                    ? embedding : [.. features.AsSpan(variant * featureSize, featureSize).ToArray().Select(value => (float)(Half)value)];
                input.ShouldBe(expected);
            }
        }
    }

    [Fact]
    public void No_flipped_bit_goes_unnoticed()
    {
        var faces = new SyntheticFaces(classes: 40, imagesPerClass: 2, copies: 1, featureSize: 4);
        faces.Cache(_folder.Path).Dispose();
        var random = new Random(1);
        foreach (var path in Directory.GetFiles(_folder.Path))
        {
            var sound = File.ReadAllBytes(path);
            for (var n = 0; n < 200; n++)
            {
                var (bytes, bit) = ((byte[])sound.Clone(), random.Next(sound.Length * 8));
                bytes[bit / 8] ^= (byte)(1 << bit % 8);
                File.WriteAllBytes(path, bytes);
                // Spaces and line ends of the index say nothing.
                if (path.EndsWith(".json", StringComparison.Ordinal) && char.IsWhiteSpace((char)sound[bit / 8])
                    && char.IsWhiteSpace((char)bytes[bit / 8]))
                    continue;
                if (!Noticed()) Assert.Fail($"bit {bit % 8} of byte {bit / 8} of {Path.GetFileName(path)} flips unnoticed");
            }
            File.WriteAllBytes(path, sound);
        }
        Noticed().ShouldBeFalse();
    }

    [Fact]
    public void A_cache_of_an_earlier_version_is_read_without_checksums()
    {
        var faces = new SyntheticFaces(classes: 10, imagesPerClass: 2);
        faces.Cache(_folder.Path).Dispose();
        var index = _folder.File(FeatureCache.IndexFile);
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(index))!.AsObject();
        json.Remove("checksum");
        json.Remove("has_checksums");
        File.WriteAllText(index, json.ToJsonString());
        File.Delete(_folder.File(CacheChecksums.FileName));
        Noticed().ShouldBeFalse();
    }

    private bool Noticed()
    {
        try
        {
            using var cache = FeatureCache.Open(_folder.Path);
            var (input, mu) = (new float[cache.InputSize], new float[cache.Index.Dimension]);
            for (var image = 0; image < cache.Index.Images; image++)
            {
                cache.CopyInput(image, 0, input);
                cache.CopyMu(image, 1, mu);
            }
            return false;
        }
        catch (PfeException) { return true; }
    }

    [Fact]
    public void An_interrupted_computation_goes_on_where_it_stopped_and_ends_in_the_same_bytes()
    {
        using var whole = new TemporaryFolder();
        new SyntheticFaces(50, 4).Cache(whole.Path).Dispose();

        using var cancel = new CancellationTokenSource();
        var first = new SyntheticFaces(50, 4) { Before = image => { if (image >= 130) cancel.Cancel(); } };
        Should.Throw<OperationCanceledException>(() => FeatureCacheBuilder.Complete(_folder.Path, 200, first, null, cancel.Token));
        Should.Throw<PfeException>(() => FeatureCache.Open(_folder.Path)).Message.ShouldContain("128 of 200");
        // What a crash in the middle of a write leaves behind.
        File.AppendAllText(_folder.File(FeatureCache.EmbeddingFile), "half a row");

        var second = new SyntheticFaces(50, 4);
        second.Cache(_folder.Path).Dispose();
        second.Computed.Min().ShouldBe(128);
        foreach (var file in new[] { FeatureCache.EmbeddingFile, FeatureCache.FeatureFile })
            File.ReadAllBytes(_folder.File(file)).ShouldBe(File.ReadAllBytes(whole.File(file)));

        var third = new SyntheticFaces(50, 4);
        third.Cache(_folder.Path).Dispose();
        third.Computed.ShouldBeEmpty();
    }

    [Fact]
    public void Unreadable_images_are_noted_and_the_rest_is_computed()
    {
        using var cache = new SyntheticFaces(10, 3) { Broken = [4, 17] }.Cache(_folder.Path);
        cache.Index.Unreadable.Select(bad => bad.Image).ShouldBe([4, 17]);
        cache.Index.Unreadable[0].Reason.ShouldBe("image 4 is broken");
        cache.Index.Done.ShouldBe(30);
    }

    [Fact]
    public void A_full_disk_is_one_line_and_the_index_stays_right()
    {
        Assert.SkipWhen(!File.Exists("/dev/full"), "no /dev/full on this system");
        // The index is the file that reaches the full disk; the data before it may be there, and count for nothing.
        File.CreateSymbolicLink(_folder.File(FeatureCache.EmbeddingFile), "/dev/full");
        var error = Should.Throw<PfeException>(
            () => FeatureCacheBuilder.Complete(_folder.Path, 200, new SyntheticFaces(50, 4), null, CancellationToken.None));
        error.Message.ShouldContain(_folder.Path);
        error.Message.ShouldNotContain("\n");
        FeatureCache.ReadIndex(_folder.Path).ShouldBeNull();
    }

    [Fact]
    public void A_shortened_file_is_refused()
    {
        new SyntheticFaces(10, 3).Cache(_folder.Path).Dispose();
        using (var file = new FileStream(_folder.File(FeatureCache.FeatureFile), FileMode.Open)) file.SetLength(100);
        Should.Throw<PfeException>(() => FeatureCache.Open(_folder.Path).Dispose()).Message.ShouldContain("shorter than its index says");
    }
}
