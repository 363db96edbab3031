using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pfe.Search;

/// <summary>What ids of faces and of persons have in common: which texts they may be, their bytes, and their hash.</summary>
internal static class IdText
{
    /// <summary>First byte of a number's 9 bytes; no text begins with it.</summary>
    private const byte NumberMark = 0;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Check(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0) throw new ArgumentException("an id must not be empty", nameof(text));
        if (text.AsSpan().IndexOfAny('\0', '\n') is >= 0 and var at)
            throw new ArgumentException($"an id must not hold a {(text[at] == '\0' ? "NUL" : "line feed")}, as this one does at {at}",
                nameof(text));
        return text;
    }

    /// <summary>An id as bytes: UTF-8, or a 0 and a number of 8 bytes.</summary>
    public static byte[] Bytes(string? text, long number)
    {
        if (text is not null)
        {
            try { return Strict.GetBytes(text); }
            catch (EncoderFallbackException e) { throw new PfeException($"the id '{text}' is not valid Unicode: {e.Message}", e); }
        }
        var bytes = new byte[9];
        bytes[0] = NumberMark;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), number);
        return bytes;
    }

    /// <summary>The id behind some bytes; false where no id has them.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out string? text, out long number)
    {
        (text, number) = (null, 0);
        if (bytes.IsEmpty) return false;
        if (bytes[0] == NumberMark)
        {
            if (bytes.Length != 9) return false;
            number = BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]);
            return true;
        }
        try { text = Strict.GetString(bytes); }
        catch (DecoderFallbackException) { return false; }
        return text.AsSpan().IndexOfAny('\0', '\n') < 0;
    }

    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    public static ulong Hash(string? text, long number) => Hash(Bytes(text, number));
}
