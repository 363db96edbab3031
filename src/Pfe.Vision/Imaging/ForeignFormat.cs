using System.Text;

namespace Pfe.Vision.Imaging;

/// <summary>What a file is that no decoder takes, and what would be right.</summary>
internal static class ForeignFormat
{
    private const string Readable = "JPEG, PNG, WebP, BMP and GIF can be";

    public static string Explain(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) return "the file is empty";
        if (file.StartsWith("version https://git-lfs"u8)) return "a Git LFS pointer, not the picture itself; fetch it with 'git lfs pull'";
        return Name(file) is { } name
            ? $"a {name} picture, which is not read; save it as JPEG or PNG" : $"not a picture that can be read; {Readable}";
    }

    private static string? Name(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) || file.StartsWith("II+\0"u8)
            || file.StartsWith("MM\0+"u8)) return "TIFF or raw camera";
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || (file.Length > 8 && file[4..8].SequenceEqual("JXL "u8))) return "JPEG XL";
        if (file.StartsWith("%PDF"u8)) return "PDF";
        if (file.StartsWith("8BPS"u8)) return "Photoshop";
        // ISO base media: length, "ftyp", the major brand.
        if (file.Length < 12 || !file[4..8].SequenceEqual("ftyp"u8)) return null;
        return Encoding.ASCII.GetString(file[8..12]) switch
        {
            "avif" or "avis" => "AVIF",
            "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "mif1" or "msf1" => "HEIC",
            _ => "film or other ISO media",
        };
    }
}
