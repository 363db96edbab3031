using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pfe.Interop.Pickle;

/// <summary>How pickles spell numbers and strings.</summary>
internal static class PickleText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A whole number in digits; 00 and 01 are protocol 0's False and True, a trailing L is Python 2's.</summary>
    public static object Integer(ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("00"u8)) return false;
        if (line.SequenceEqual("01"u8)) return true;
        var digits = line.EndsWith("L"u8) ? line[..^1] : line;
        return Utf8Parser.TryParse(digits, out long value, out var used) && used == digits.Length
            ? value : throw new PickleException($"'{Shown(line)}' is not a whole number");
    }

    /// <summary>A whole number as little-endian two's complement.</summary>
    public static object LongInteger(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long))
            throw new PickleException($"a whole number of {bytes.Length} bytes; 8 are the most that can be meant");
        var value = bytes.Length > 0 && bytes[^1] >= 0x80 ? -1L : 0L;
        for (var i = bytes.Length - 1; i >= 0; i--) value = (value << 8) | bytes[i];
        return value;
    }

    public static double Double(ReadOnlySpan<byte> line) =>
        double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value : throw new PickleException($"'{Shown(line)}' is not a number");

    public static string Utf8(ReadOnlySpan<byte> bytes)
    {
        try { return Strict.GetString(bytes); }
        catch (DecoderFallbackException) { throw new PickleException("a string is not UTF-8"); }
    }

    /// <summary>Protocol 0's spelling of a Python 2 string: quoted, with backslash escapes.</summary>
    public static PickleBytes Quoted(ReadOnlySpan<byte> line)
    {
        if (line.Length < 2 || line[0] != line[^1] || line[0] is not ((byte)'\'' or (byte)'"'))
            throw new PickleException("a string without quotes");
        line = line[1..^1];
        var (bytes, count) = (new byte[line.Length], 0);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                bytes[count++] = line[i];
                continue;
            }
            if (++i == line.Length) throw new PickleException("a string ends in a backslash");
            if (line[i] == 'x')
            {
                bytes[count++] = (byte)Hex(line, i + 1, 2);
                i += 2;
                continue;
            }
            bytes[count++] = (char)line[i] switch
            {
                'n' => (byte)'\n',
                't' => (byte)'\t',
                'r' => (byte)'\r',
                '\\' or '\'' or '"' => line[i],
                var other => throw new PickleException($"a string holds the escape {NameOf(other)}, which Python does not write"),
            };
        }
        return new(bytes.AsMemory(0, count));
    }

    /// <summary>Protocol 0's spelling of a string: Latin-1 with \uXXXX.</summary>
    public static string RawUnicode(ReadOnlySpan<byte> line)
    {
        var (letters, count) = (new char[line.Length], 0);
        for (var i = 0; i < line.Length; i++)
        {
            var escaped = line[i] == '\\' && i + 1 < line.Length && line[i + 1] == 'u';
            letters[count++] = escaped ? (char)Hex(line, i + 2, 4) : (char)line[i];
            if (escaped) i += 5;
        }
        return new(letters, 0, count);
    }

    /// <summary>An instruction's or letter's code, and its name where a refusal is likely.</summary>
    public static string NameOf(char code) => code switch
    {
        '\x81' or '\x92' => "NEWOBJ (an object of some class)",
        'i' => "INST (an object of some class)",
        'o' => "OBJ (an object of some class)",
        'P' or 'Q' => "PERSID (a reference outside the file)",
        '\x82' or '\x83' or '\x84' => "EXT (an extension)",
        '\x97' => "NEXT_BUFFER (data outside the file)",
        'd' or '}' or 's' or 'u' => "DICT (a dictionary)",
        '\x8f' or '\x90' or '\x91' => "SET (a set)",
        > ' ' and < '\x7f' => $"0x{(int)code:x2} ('{code}')",
        _ => $"0x{(int)code:x2}",
    };

    /// <summary>Text out of the file, fit for one line of a message.</summary>
    public static string Shown(string text) =>
        string.Concat((text.Length > 80 ? text[..80] + "..." : text)
            .Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) || letter is '\u2028' or '\u2029' ? '?' : letter));

    private static string Shown(ReadOnlySpan<byte> line) => Shown(Encoding.Latin1.GetString(line[..Math.Min(line.Length, 100)]));

    private static int Hex(ReadOnlySpan<byte> line, int start, int digits) =>
        start + digits <= line.Length
            && int.TryParse(line.Slice(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new PickleException("a string holds half an escape");
}
