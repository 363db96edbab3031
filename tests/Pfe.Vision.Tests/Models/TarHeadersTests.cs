using System.Formats.Tar;
using System.Text;
using Pfe.Vision.Models;

namespace Pfe.Vision.Tests.Models;

public sealed class TarHeadersTests
{
    [Theory]
    [InlineData("07777777777\0")]
    [InlineData("10000000000\0")]
    [InlineData("\u0080\0\0\0\0\0\0\0\u0040\0\0\0")]
    public void Metadata_that_no_archive_has_is_refused_before_memory_is_taken_for_it(string size)
    {
        var archive = Archive(3);
        // The first header is that of extended attributes: announce much more of them, and make its checksum right.
        Encoding.Latin1.GetBytes(size).CopyTo(archive, 124);
        Encoding.ASCII.GetBytes("        ").CopyTo(archive, 148);
        Encoding.ASCII.GetBytes(Convert.ToString(archive.Take(512).Sum(value => value), 8).PadLeft(6, '0') + "\0 ").CopyTo(archive, 148);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<InvalidDataException>(() => Names(archive, 4096)).Message.ShouldContain("bytes of metadata");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(8 << 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(100_000)]
    public void An_archive_passes_whatever_pieces_it_comes_in(int piece) =>
        Names(Archive(3), piece).ShouldBe(["0.txt", "1.txt", "2.txt"]);

    private static List<string> Names(byte[] archive, int piece)
    {
        using var tar = new TarReader(new TarHeaders(new Pieces(archive, piece)));
        var names = new List<string>();
        while (tar.GetNextEntry() is { } entry) names.Add(entry.Name);
        return names;
    }

    private static byte[] Archive(int files)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
            for (var n = 0; n < files; n++)
                writer.WriteEntry(
                    new PaxTarEntry(TarEntryType.RegularFile, $"{n}.txt") { DataStream = new MemoryStream(new byte[700 * n]) });
        return archive.ToArray();
    }

    /// <summary>A stream that gives so many bytes at most at once.</summary>
    private sealed class Pieces(byte[] content, int most) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(most, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(most, count));
    }
}
