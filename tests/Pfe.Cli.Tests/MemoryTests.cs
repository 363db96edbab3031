using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>Runs in 600 MB of memory, as small containers have it.</summary>
public sealed class MemoryTests : IDisposable
{
    private const int Megabytes = 600;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_aligned_faces_is_embedded()
    {
        using var limit = new MemoryLimit(Megabytes);
        for (var i = 0; i < 20; i++) BadPictures.Noise(112, 112, i).Save(_folder.File("in", $"{i:00}.png"));
        Done(limit, limit.Run("embed", In, "--aligned", "--output", Out("e.safetensors")));
    }

    [Theory]
    [InlineData("align")]
    [InlineData("embed")]
    [InlineData("detect")]
    public void Photographs_that_are_too_large_for_it_are_left_out_one_by_one(string command)
    {
        using var limit = new MemoryLimit(Megabytes);
        BadPictures.Faces(1).Save(_folder.File("in", "face.png"));
        LargePictures.Png(_folder.File("in", "0.png"), 11_000, 9_000);
        for (var i = 1; i < 6; i++) File.Copy(Path.Combine(In, "0.png"), _folder.File("in", $"{i}.png"));
        var run = limit.Run(command, In, "--output", Out("out"), "--json");
        Done(limit, run);
        (run.Output + run.Error).Split('\n').Count(line => line.Contains("11000 x 9000 pixels take 792 MB to decode, this process may take",
            StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(6, run.Error);
    }

    [Theory]
    [InlineData("align")]
    [InlineData("embed")]
    public void Photographs_that_fit_one_by_one_wait_for_each_other(string command)
    {
        using var limit = new MemoryLimit(Megabytes);
        BadPictures.Faces(1).Save(_folder.File("in", "face.png"));
        LargePictures.Png(_folder.File("in", "0.png"), 6_000, 4_000);
        for (var i = 1; i < 8; i++) File.Copy(Path.Combine(In, "0.png"), _folder.File("in", $"{i}.png"));
        var run = limit.Run(command, In, "--output", Out("out"), "--workers", "8", "--json");
        Done(limit, run);
        run.Output.Split("no face found").Length.ShouldBeGreaterThan(8, run.Output);
    }

    [Fact]
    public void A_JPEG_that_is_too_large_for_it_is_decoded_more_coarsely_and_its_faces_are_counted_in_its_own_pixels()
    {
        using var limit = new MemoryLimit(Megabytes);
        LargePictures.Jpeg(_folder.File("in", "grey.jpg"), 11_000, 9_000);
        var run = limit.Run("detect", In, "--json");
        Done(limit, run);
        run.Output.ShouldContain("11000");
        run.Output.ShouldNotContain("pixels take");
    }

    private string In => Path.Combine(_folder.Path, "in");

    private string Out(string name) => Path.Combine(_folder.Path, "out", name);

    private static void Done(MemoryLimit limit, PfeProcess run)
    {
        limit.HasKilled.ShouldBeFalse();
        run.Code.ShouldBe(0, run.Error);
        TestContext.Current.TestOutputHelper?.WriteLine($"{limit.PeakMegabytes} MB at most");
    }
}
