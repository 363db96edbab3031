using System.Buffers.Binary;

namespace Pfe.Vision.Imaging;

/// <summary>What a JPEG file says before its pixels, as far as it decides how much memory its decoder takes.</summary>
/// <param name="IsBuffered">Whether the whole picture's coefficients are kept until its end: progressive files, and those that bring their
/// components one after the other.</param>
/// <param name="SamplesAPixel">Brightness and colour together: 3 without subsampling, 1.5 for the usual half resolution of colour.</param>
internal readonly record struct JpegHeader(bool IsBuffered, double SamplesAPixel)
{
    private const byte Start = 0xD8, Scan = 0xDA, First = 0xC0, Last = 0xCF, HuffmanTables = 0xC4, Extension = 0xC8, Arithmetic = 0xCC;

    /// <summary>Reads it; null where the file is no JPEG or its header is not whole.</summary>
    /// <param name="file">The file.</param>
    public static JpegHeader? Of(ReadOnlySpan<byte> file)
    {
        if (file.Length < 4 || file[0] != 0xFF || file[1] != Start) return null;
        var (components, samples, progressive) = (0, 0.0, false);
        for (var at = 2; at + 4 <= file.Length;)
        {
            // Bytes before a marker, and 0xFF that fills up, are passed over.
            if (file[at] != 0xFF || file[at + 1] is 0xFF or 0 or 1 or (>= 0xD0 and <= Start))
            {
                at++;
                continue;
            }
            var (marker, length) = (file[at + 1], BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]));
            var content = file[Math.Min(at + 4, file.Length)..];
            if (marker == Scan)
                return components > 0 && content.Length > 0
                    ? new JpegHeader(progressive || content[0] < components, samples) : null;
            if (marker is >= First and <= Last and not (HuffmanTables or Extension or Arithmetic))
            {
                if (content.Length < 6 || content.Length < 6 + 3 * content[5]) return null;
                (components, progressive) = (content[5], marker % 4 == 2);
                samples = Samples(content.Slice(6, 3 * components));
            }
            at += 2 + length;
        }
        return null;
    }

    private static double Samples(ReadOnlySpan<byte> components)
    {
        var (sum, across, down) = (0, 1, 1);
        for (var at = 1; at < components.Length; at += 3)
        {
            var (h, v) = (components[at] >> 4, components[at] & 15);
            sum += h * v;
            (across, down) = (Math.Max(across, h), Math.Max(down, v));
        }
        return (double)sum / (across * down);
    }
}
