using System.Buffers.Binary;
using System.Text;
using Pfe.Storage;
using Pfe.TestSupport;

namespace Pfe.Tests.Files;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775800,9223372036854775804]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1,-4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[-16,0]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"y":{"dtype":"U8","shape":[4],"data_offsets":[12,16]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}}""")]
    [InlineData("""{"x":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} {}""")]
    [InlineData("""{"__metadata__":{"a":1},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"__metadata__":{"a":"\ud800"}}""")]
    [InlineData("""[[[]]]""")]
    public void A_header_that_does_not_fit_its_file_is_refused(string header)
    {
        var path = _folder.File("x.safetensors");
        Raw(path, header, 16);
        Should.Throw<PfeException>(() => Safetensors.Open(path).Dispose()).Message.ShouldContain("x.safetensors");
    }

    [Fact]
    public void No_flipped_bit_goes_unnoticed()
    {
        var (path, damaged) = (_folder.File("x.safetensors"), _folder.File("damaged.safetensors"));
        Write(path);
        var sound = File.ReadAllBytes(path);
        for (var bit = 0; bit < sound.Length * 8; bit++)
        {
            var bytes = (byte[])sound.Clone();
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(damaged, bytes);
            if (!Noticed(damaged)) Assert.Fail($"bit {bit % 8} of byte {bit / 8} ('{(char)sound[bit / 8]}') flips unnoticed");
        }
    }

    [Fact]
    public void A_part_that_lies_outside_its_tensor_cannot_be_read()
    {
        var path = _folder.File("x.safetensors");
        Write(path);
        using var file = Safetensors.Open(path);
        Should.Throw<ArgumentOutOfRangeException>(() => file.Values<float>("b", 1, 1).Length);
        Should.Throw<ArgumentOutOfRangeException>(() => file.Values<float>("a", -1, 1).Length);
        Should.Throw<ArgumentOutOfRangeException>(() => file.Values<float>("a", long.MaxValue, 1).Length);
        file.Values<float>("a", 1, 2).ToArray().ShouldBe([2, 3]);
    }

    [Fact]
    public void Checksums_are_no_metadata_and_a_file_without_them_is_read()
    {
        var path = _folder.File("x.safetensors");
        Write(path);
        using (var file = Safetensors.Open(path)) file.Metadata.ShouldBe(new Dictionary<string, string> { ["note"] = "two tensors" });
        Raw(path, """{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4);
        using var other = Safetensors.Open(path);
        other.Verify(TestContext.Current.CancellationToken);
        other.Values<byte>("x").Length.ShouldBe(4);
    }

    private static void Write(string path) => Safetensors.Write(path,
    [
        new("a", "F32", [3], stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>([1, 2, 3]))),
        new("b", "F32", [1], stream => stream.Write(BitConverter.GetBytes(4f))),
    ], new Dictionary<string, string> { ["note"] = "two tensors" });

    private static void Raw(string path, string header, int data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. Encoding.UTF8.GetBytes(header), .. new byte[data]]);
    }

    // Spaces behind the header may change: they say nothing.
    private static bool Noticed(string path)
    {
        try
        {
            using var file = Safetensors.Open(path);
            file.Verify();
            return false;
        }
        catch (PfeException) { return true; }
    }
}
