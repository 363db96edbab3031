using System.Globalization;
using System.Text;
using Pfe.Storage;

namespace Pfe.Gallery.Exports;

/// <summary>
/// A checksum as the last field of a line of JSON, of the bytes before it: <c>{...,"checksum":"0123abcd"}</c>, CRC-32C. Any JSON reader
/// reads the line; who checks it need not parse it.
/// </summary>
internal static class LineSeal
{
    private const int Digits = 8;

    private static ReadOnlySpan<byte> Start => ",\"checksum\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>The line with its checksum.</summary>
    /// <param name="json">An object of at least one field.</param>
    public static byte[] Seal(ReadOnlySpan<byte> json)
    {
        var before = json[..^1];
        return [.. before, .. Start, .. Hex(before), .. End];
    }

    /// <summary>Takes the checksum off.</summary>
    /// <param name="line">A line.</param>
    /// <param name="json">What it holds beside the checksum: all of it where there is none.</param>
    /// <returns>Whether there is one and it is right; null where there is none.</returns>
    public static bool? Open(ReadOnlyMemory<byte> line, out ReadOnlyMemory<byte> json)
    {
        json = line;
        var length = Start.Length + Digits + End.Length;
        if (line.Length <= length) return null;
        var before = line[..^length];
        var seal = line.Span[^length..];
        if (!seal.StartsWith(Start) || !seal.EndsWith(End)) return null;
        json = (byte[])[.. before.Span, (byte)'}'];
        return seal[Start.Length..^End.Length].SequenceEqual(Hex(before.Span));
    }

    private static byte[] Hex(ReadOnlySpan<byte> bytes) =>
        Encoding.ASCII.GetBytes(Crc32C.Of(bytes).ToString("x8", CultureInfo.InvariantCulture));
}
