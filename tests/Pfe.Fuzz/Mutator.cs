using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Pfe.Fuzz;

/// <summary>Damages bytes in the ways that files are damaged and forged: flipped bits, lost and repeated pieces, extreme numbers in binary
/// and in digits.</summary>
internal sealed class Mutator(Random random)
{
    private static readonly long[] Extremes =
    [
        0, 1, -1, 2, 3, 4, 7, 8, 127, 128, 255, 256, 4095, 65535, 65536, 1 << 20, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32,
            1L << 40,
        long.MaxValue, long.MinValue, long.MaxValue - 7, long.MaxValue / 4, -8, -64,
    ];

    private static readonly string[] Words =
    [
        "0", "-1", "1", "2147483647", "2147483648", "-2147483648", "9223372036854775807", "-9223372036854775808", "1e999", "-1e999",
            "1e308", "1e-320",
        "NaN", "Infinity", "null", "true", "[]", "{}", "\"\"", "\"\\ud800\"", "\0", "\u00ff", "..", "../..", "/", "0,5",
    ];

    /// <summary>A damaged copy of one of the seeds.</summary>
    public byte[] Next(IReadOnlyList<byte[]> seeds)
    {
        var bytes = seeds[random.Next(seeds.Count)].ToList();
        for (var times = 1 << random.Next(4); times > 0; times--) Damage(bytes, seeds);
        return [.. bytes];
    }

    private void Damage(List<byte> bytes, IReadOnlyList<byte[]> seeds)
    {
        if (bytes.Count == 0)
        {
            bytes.Add((byte)random.Next(256));
            return;
        }
        var at = random.Next(bytes.Count);
        var length = Math.Min(1 << random.Next(10), bytes.Count - at);
        switch (random.Next(11))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: bytes[at] = (byte)random.Next(256); break;
            case 2: bytes.RemoveRange(at, length); break;
            case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 4: bytes.RemoveRange(at, bytes.Count - at); break;
            case 5: bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => (byte)random.Next(256))); break;
            case 6: Extreme(bytes, at); break;
            case 7: Number(bytes, at); break;
            case 8: Line(bytes, at); break;
            case 9: Splice(bytes, at, seeds[random.Next(seeds.Count)]); break;
            default: Swap(bytes, at, length); break;
        }
    }

    private void Extreme(List<byte> bytes, int at)
    {
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(value, Extremes[random.Next(Extremes.Length)]);
        if (random.Next(4) == 0) value.Reverse();
        var width = Math.Min(1 << random.Next(4), bytes.Count - at);
        for (var i = 0; i < width; i++) bytes[at + i] = value[i];
    }

    /// <summary>Puts another word in the place of the digits at or behind a byte.</summary>
    private void Number(List<byte> bytes, int at)
    {
        while (at < bytes.Count && !IsDigit(bytes[at])) at++;
        var end = at;
        while (end < bytes.Count && IsDigit(bytes[end])) end++;
        bytes.RemoveRange(at, end - at);
        var word = random.Next(3) > 0 ? Words[random.Next(Words.Length)] : random.NextInt64().ToString(CultureInfo.InvariantCulture);
        bytes.InsertRange(at, Encoding.UTF8.GetBytes(word));
    }

    private void Line(List<byte> bytes, int at)
    {
        var start = at == 0 ? 0 : bytes.LastIndexOf((byte)'\n', at - 1) + 1;
        var end = bytes.IndexOf((byte)'\n', at);
        var line = bytes.GetRange(start, (end < 0 ? bytes.Count : end + 1) - start);
        if (random.Next(2) == 0) bytes.RemoveRange(start, line.Count);
        else for (var copies = 1 << random.Next(4); copies > 0; copies--) bytes.InsertRange(start, line);
    }

    private void Splice(List<byte> bytes, int at, byte[] other)
    {
        if (other.Length == 0) return;
        var from = random.Next(other.Length);
        bytes.InsertRange(at, other.AsSpan(from, random.Next(1, Math.Min(other.Length - from, 256) + 1)).ToArray());
    }

    private void Swap(List<byte> bytes, int at, int length)
    {
        var other = random.Next(bytes.Count);
        length = Math.Min(length, bytes.Count - other);
        for (var i = 0; i < length; i++) (bytes[at + i], bytes[other + i]) = (bytes[other + i], bytes[at + i]);
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9' or (byte)'.' or (byte)'-';
}
