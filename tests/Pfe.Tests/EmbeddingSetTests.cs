using Pfe.TestSupport;

namespace Pfe.Tests;

public sealed class EmbeddingSetTests
{
    private static EmbeddingSet Small() =>
        new(2, [1, 0, 0.6f, 0.8f], [-7, -6, -5, -4], ["a/1.jpg", "b/ü.jpg"], new Dictionary<string, string> { ["model"] = "m" },
        new Dictionary<string, float[]> { [EmbeddingSet.Norm] = [12.5f, 3], [EmbeddingSet.DetectionScore] = [0.9f, float.NaN] });

    [Fact]
    public void A_saved_set_loads_with_equal_rows_paths_and_metadata()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("faces.safetensors");
        Small().Save(path);
        using var loaded = EmbeddingSet.Load(path);
        loaded.Mu(1).ToArray().ShouldBe([0.6f, 0.8f]);
        loaded.LogVariance(0).ToArray().ShouldBe([-7f, -6f]);
        loaded.Paths.ShouldBe(["a/1.jpg", "b/ü.jpg"]);
        loaded.Metadata["model"].ShouldBe("m");
        loaded.Columns.Keys.ShouldBe(["norm", "detection_score"], ignoreOrder: true);
        loaded.Columns["norm"].ShouldBe([12.5f, 3]);
        loaded.Columns["detection_score"].ShouldBe([0.9f, float.NaN]);
    }

    [Fact]
    public void A_copy_in_memory_has_all_that_the_file_has_and_outlives_it()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("faces.safetensors");
        new EmbeddingSet(2, [1, 0, 0, 1], [-3, -4, -5, -6], ["a", "b"], new Dictionary<string, string> { ["model"] = "m" },
            new Dictionary<string, float[]> { [EmbeddingSet.Reliability] = [0.5f, 0.25f] }).Save(path);
        EmbeddingSet copy;
        using (var mapped = EmbeddingSet.Load(path)) copy = mapped.ToMemory();
        File.Delete(path);
        copy.Mu(1).ToArray().ShouldBe([0, 1]);
        copy.LogVariance(1).ToArray().ShouldBe([-5, -6]);
        copy.Paths.ShouldBe(["a", "b"]);
        copy.Metadata["model"].ShouldBe("m");
        copy.Columns[EmbeddingSet.Reliability].ShouldBe([0.5f, 0.25f]);
        copy.Dispose();
    }

    [Fact]
    public void A_file_without_columns_loads_and_one_with_a_column_of_another_length_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("faces.safetensors");
        new EmbeddingSet(1, [1, 1], [0, 0], ["a", "b"]).Save(path);
        using (var loaded = EmbeddingSet.Load(path)) loaded.Columns.ShouldBeEmpty();

        static void Floats(Stream stream) => stream.Write(new byte[2 * sizeof(float)]);
        Storage.Safetensors.Write(path,
        [
            new("mu", "F32", [1, 2], Floats), new("log_variance", "F32", [1, 2], Floats), new("norm", "F32", [2], Floats),
            new("paths", "U8", [1], stream => stream.WriteByte((byte)'a')),
        ]);
        Should.Throw<PfeException>(() => EmbeddingSet.Load(path)).Message.ShouldContain("column 'norm' has 2 values for 1 paths");
    }

    [Fact]
    public void Truncation_at_any_byte_is_refused_with_the_file_named()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("faces.safetensors");
        Small().Save(path);
        var bytes = File.ReadAllBytes(path);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Should.Throw<PfeException>(() => EmbeddingSet.Load(path).Dispose()).Message.ShouldContain(path);
        }
    }

    [Fact]
    public void A_failing_write_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("x.txt");
        Storage.AtomicFile.WriteText(path, "old");
        Should.Throw<PfeException>(
            () => Storage.AtomicFile.Write(path, stream => { stream.WriteByte(1); throw new IOException("No space left on device"); }));
        File.ReadAllText(path).ShouldBe("old");
        Directory.GetFiles(folder.Path).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("", "x", "row 0 has no path")]
    [InlineData("a\nb", "x", "line feed")]
    [InlineData("a", "mu", "'mu'")]
    [InlineData("a", "paths", "'paths'")]
    [InlineData("a", "", "''")]
    public void What_could_not_be_read_again_is_not_written(string path, string column, string named)
    {
        using var folder = new TemporaryFolder();
        using var set = new EmbeddingSet(1, [1], [0], [path], columns: new Dictionary<string, float[]> { [column] = [1] });
        Should.Throw<PfeException>(() => set.Save(folder.File("x.safetensors"))).Message.ShouldContain(named);
        Directory.GetFiles(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void A_set_of_faces_keeps_their_values_and_model_and_refuses_two_models()
    {
        FaceEmbedding[] faces = [new([1, 0], [-7, -6], "one"), new([0, 1], [-5, -4], "one")];
        using var set = EmbeddingSet.Of(faces, ["a", "b"]);
        set.ShouldBe(faces);
        set.ModelId.ShouldBe("one");
        Should.Throw<ModelMismatchException>(() => EmbeddingSet.Of([faces[0], new([1, 0], [0, 0], "two")], ["a", "b"]));
        Should.Throw<ArgumentException>(() => EmbeddingSet.Of([], []));
    }

    [Fact]
    public void Any_flipped_bit_is_noticed_before_a_number_is_used()
    {
        using var folder = new TemporaryFolder();
        var (path, random) = (folder.File("x.safetensors"), new Random(1));
        var rows = Enumerable.Range(0, 6 * 16).Select(_ => random.NextSingle()).ToArray();
        new EmbeddingSet(16, rows, rows, [.. "abcdef".Select(name => $"{name}.png")],
            columns: new Dictionary<string, float[]> { ["norm"] = rows[..6] }).Save(path);
        var sound = File.ReadAllBytes(path);
        for (var n = 0; n < 500; n++)
        {
            var damaged = sound.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            Should.Throw<PfeException>(() =>
            {
                using var set = EmbeddingSet.Load(path);
                GC.KeepAlive(set.LogVariance(5)[3]);
            }).Message.ShouldNotContain("\n");
        }
    }

    [Fact]
    public void A_file_of_the_first_version_still_opens()
    {
        using var set = EmbeddingSet.Load(Path.Combine(TestData.RepoRoot, "tests", "Pfe.Tests", "Search", "Version1", "a.safetensors"));
        (set.Count, set.Dimension, set.Paths[17], set.ModelId).ShouldBe((18, 24, "ann8/17.jpg", new string('1', 64)));
        set[3].Normalised().Mu[0].ShouldBe(set.Mu(3)[0], 1e-6f);
    }
}
