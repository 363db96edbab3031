using System.Diagnostics;
using Pfe.Interop.TensorFlow;
using Pfe.TestSupport;
using Pfe.TestSupport.TensorFlow;

namespace Pfe.Interop.Tests.TensorFlow;

/// <summary>Checkpoints whose checksums are right and whose numbers are not: refused before memory is taken for what they
/// promise.</summary>
public sealed class HostileCheckpointTests : IDisposable
{
    private const string Name = "SphereNet/conv1/Conv/weights";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(new[] { 3L, 3, 1, 1 }, long.MaxValue - 7, 64)]
    [InlineData(new[] { 3L, 3, 1, 1 }, 0, long.MaxValue)]
    [InlineData(new[] { 3L, 3, 1, 1 }, -8, 36)]
    [InlineData(new[] { 3L, 3, 1L << 31, 1L << 31 }, 0, 36)]
    [InlineData(new[] { -1L, -16 }, 0, 64)]
    public void A_place_or_shape_that_no_file_has_is_refused(long[] shape, long offset, long size)
    {
        var writer = new CheckpointWriter();
        writer.Add("other", new float[16], 16);
        writer.AddForged(Name, shape, offset, size);
        Refused(writer).ShouldContain("is damaged");
    }

    [Fact]
    public void Partitions_that_are_not_there_take_no_memory()
    {
        var writer = new CheckpointWriter();
        writer.Add("other", new float[16], 16);
        writer.AddForged(Name, [536_870_000, 3], 0, 0, partitions: 1);
        Refused(writer).ShouldContain("1 partitions, 0 are stored");
    }

    [Fact]
    public void A_block_that_is_named_again_and_again_is_refused()
    {
        var writer = new CheckpointWriter { NamesOfABlock = 1000, BlockSize = 1 << 18 };
        for (var i = 0; i < 2000; i++) writer.Add($"variable_{i}", [i]);
        Refused(writer).ShouldContain("before the end of the one before it");
    }

    [Fact]
    public void Names_that_each_hold_the_one_before_are_refused()
    {
        var longer = new CheckpointWriter();
        for (var i = 4000; i < 4200; i++) longer.Add(new string('a', i), [i]);
        Refused(longer).ShouldContain("bytes");
        var many = new CheckpointWriter { BlockSize = 1 << 22 };
        for (var i = 0; i < 4500; i++) many.Add(new string('a', 4000) + $"{i:D4}", [i]);
        Refused(many).ShouldContain("more than 16 MB");
    }

    private string Refused(CheckpointWriter writer)
    {
        writer.Write(_folder.File("ckpt-1"));
        var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        var message = Should.Throw<PfeException>(() =>
        {
            using var checkpoint = TensorFlowCheckpoint.Open(_folder.Path);
            checkpoint.ReadFloats(Name);
        }).Message;
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(256L << 20);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        return message;
    }
}
