using Pfe.Interop.Matlab;
using Pfe.TestSupport.Matlab;

namespace Pfe.Evaluation.Tests.Blufr;

public sealed class MatFileTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Numbers_strings_and_cells_come_back_as_they_were_written(bool compressed, bool bigEndian)
    {
        var file = MatFile.Parse(Sample(compressed, bigEndian), "a.mat");
        file.Names.ShouldBe(["list", "names", "small", "stuff", "x"]);
        file.Numbers("x").ShouldBe([1, -2.5, 1e300]);
        file.Numbers("small").ShouldBe([7, 255]);
        file.Texts("names").ShouldBe(["Ada/Ada_0001.jpg", "ä", ""]);
        file.Cells("list").Select(cell => ((MatNumbers)cell).Values).ShouldBe([[1, 2, 3], [4]]);
    }

    [Fact]
    public void What_is_not_read_is_refused_by_name_when_it_is_asked_for()
    {
        var file = MatFile.Parse(Sample(compressed: true, bigEndian: false), "a.mat");
        Should.Throw<PfeException>(() => file.Numbers("stuff"))
            .Message.ShouldBe("'a.mat': variable 'stuff' should hold numbers, it is a structure");
        Should.Throw<PfeException>(() => file.Texts("list")).Message.ShouldContain("should hold strings");
        Should.Throw<PfeException>(() => file.Numbers("y"))
            .Message.ShouldBe("'a.mat' has no variable 'y'; it has list, names, small, stuff, x");
    }

    [Fact]
    public void A_newer_format_is_named_and_something_else_is_no_matlab_file()
    {
        Should.Throw<PfeException>(() => MatFile.Parse("MATLAB 7.3 MAT-file"u8.ToArray(), "a.mat"))
            .Message.ShouldContain("save it with -v7");
        Should.Throw<PfeException>(() => MatFile.Parse(new byte[300], "a.mat")).Message.ShouldContain("no MATLAB file");
        Should.Throw<PfeException>(() => MatFile.Parse(Array.Empty<byte>(), "a.mat")).Message.ShouldContain("no MATLAB file");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_cut_off_or_damaged_anywhere_gives_one_line_or_a_value_but_no_crash(bool compressed)
    {
        var whole = Sample(compressed, bigEndian: false);
        for (var length = 129; length < whole.Length; length++)
        {
            try { MatFile.Parse(whole.AsMemory(0, length), "a.mat"); }
            catch (PfeException e) { e.Message.ShouldNotContain('\n'); }
        }
        var random = new Random(5);
        for (var round = 0; round < 3000; round++)
        {
            byte[] damaged = [.. whole];
            for (var n = 0; n <= round % 4; n++) damaged[random.Next(128, damaged.Length)] = (byte)random.Next(256);
            try { MatFile.Parse(damaged, "a.mat"); }
            catch (PfeException e) { e.Message.ShouldNotContain('\n'); }
        }
    }

    [Fact]
    public void A_small_file_does_not_unpack_without_end()
    {
        // 600 MB of zeros pack into some 600 kB.
        using var packed = new MemoryStream();
        using (var stream = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var n = 0; n < 600; n++) stream.Write(zeros);
        }
        byte[] bomb = [.. new MatWriter().ToArray(), .. BitConverter.GetBytes(15), .. BitConverter.GetBytes((int)packed.Length),
            .. packed.ToArray()];
        Should.Throw<PfeException>(() => MatFile.Parse(bomb, "a.mat")).Message.ShouldBe("'a.mat' unpacks to more than 512 MB");
    }

    private static byte[] Sample(bool compressed, bool bigEndian) => new MatWriter(compressed, bigEndian)
        .Numbers("x", 1, -2.5, 1e300).Bytes("small", 7, 255).Texts("names", "Ada/Ada_0001.jpg", "ä", "")
        .NumberCells("list", [1, 2, 3], [4]).Structure("stuff").ToArray();
}
