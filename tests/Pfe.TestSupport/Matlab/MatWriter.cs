using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Pfe.TestSupport.Matlab;

/// <summary>
/// Writes MATLAB files of level 5 after the published format, for the tests: a second implementation that shares nothing with the reader.
/// </summary>
public sealed class MatWriter(bool compressed = true, bool bigEndian = false)
{
    private readonly List<byte> _file = [.. Header(bigEndian)];

    public MatWriter Numbers(string name, params double[] values) => Add(Array(name, 6, [values.Length, 1], Element(9, Doubles(values))));

    public MatWriter Bytes(string name, params byte[] values) => Add(Array(name, 6, [values.Length, 1], Element(2, values)));

    public MatWriter Texts(string name, params string[] values) => Add(Cells(name, values.Select(text => Text("", text))));

    public MatWriter NumberCells(string name, params double[][] values) =>
        Add(Cells(name, values.Select(cell => Array("", 6, [1, cell.Length], Element(9, Doubles(cell))))));

    public MatWriter Structure(string name) => Add(Array(name, 2, [1, 1], Element(5, Int(1)), Element(1, [0])));

    public byte[] ToArray() => [.. _file];

    public void Save(string path) => File.WriteAllBytes(path, ToArray());

    private MatWriter Add(byte[] array)
    {
        if (!compressed)
        {
            _file.AddRange(array);
            return this;
        }
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) stream.Write(array);
        _file.AddRange([.. Int(15), .. Int((int)packed.Length), .. packed.ToArray()]);
        return this;
    }

    private byte[] Cells(string name, IEnumerable<byte[]> cells)
    {
        byte[][] all = [.. cells];
        return Array(name, 1, [all.Length, 1], [.. all.SelectMany(cell => cell)]);
    }

    private byte[] Text(string name, string text)
    {
        var letters = new byte[2 * text.Length];
        for (var i = 0; i < text.Length; i++) Short((ushort)text[i]).CopyTo(letters, 2 * i);
        return Array(name, 4, [1, text.Length], Element(4, letters));
    }

    private byte[] Array(string name, int kind, int[] sizes, params byte[][] content)
    {
        byte[] inner = [.. Element(6, [.. Int(kind), .. Int(0)]), .. Element(5, [.. sizes.SelectMany(Int)]),
            .. Element(1, Encoding.ASCII.GetBytes(name)), .. content.SelectMany(part => part)];
        return Element(14, inner);
    }

    /// <summary>Up to four bytes go into the tag, as MATLAB does it.</summary>
    private byte[] Element(int type, byte[] data)
    {
        if (data.Length is > 0 and <= 4 && type != 14) return [.. Int(data.Length << 16 | type), .. data, .. new byte[4 - data.Length]];
        return [.. Int(type), .. Int(data.Length), .. data, .. new byte[(8 - data.Length % 8) % 8]];
    }

    private byte[] Doubles(double[] values) => [.. values.SelectMany(value => Ordered(BitConverter.GetBytes(value)))];

    private byte[] Int(int value) => Ordered(BitConverter.GetBytes(value));

    private byte[] Short(ushort value) => Ordered(BitConverter.GetBytes(value));

    private byte[] Ordered(byte[] little)
    {
        if (bigEndian) System.Array.Reverse(little);
        return little;
    }

    private static byte[] Header(bool bigEndian)
    {
        var header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, Platform: TEST").CopyTo(header, 0);
        if (bigEndian) BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(124), 0x0100);
        else BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(124), 0x0100);
        Encoding.ASCII.GetBytes(bigEndian ? "MI" : "IM").CopyTo(header, 126);
        return header;
    }
}
