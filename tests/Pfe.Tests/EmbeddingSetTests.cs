using Pfe.TestSupport;

namespace Pfe.Tests;

public sealed class EmbeddingSetTests
{
    private static EmbeddingSet Small() => new(2, [1, 0, 0.6f, 0.8f], [-7, -6, -5, -4], ["a/1.jpg", "b/ü.jpg"], new Dictionary<string, string> { ["model"] = "m" });

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
        Should.Throw<PfeException>(() => Storage.AtomicFile.Write(path, stream => { stream.WriteByte(1); throw new IOException("No space left on device"); }));
        File.ReadAllText(path).ShouldBe("old");
        Directory.GetFiles(folder.Path).Length.ShouldBe(1);
    }
}
