using System.Buffers.Binary;
using System.Text;

namespace Pfe.Interop.Matlab;

/// <summary>Builds an array from its element: flags, sizes, name, and then its numbers, letters or cells.</summary>
internal static class MatArrays
{
    private const int Matrix = 14;
    private const int Deepest = 16;

    public static (string Name, MatValue Value) Read(MatElement element, bool bigEndian, string path, int depth = 0)
    {
        PfeException Damaged(string what) => new($"'{path}', byte {element.Offset}: {what}");
        if (element.Type != Matrix) throw Damaged($"an element of type {element.Type}; an array is expected");
        if (depth > Deepest) throw Damaged($"cells nested deeper than {Deepest}");
        // An empty element stands for an empty array, as MATLAB writes an unassigned cell.
        if (element.Data.IsEmpty) return ("", new MatNumbers([0, 0], []));
        var parts = new MatElements(element.Data, element.Offset, bigEndian, path);
        var flags = Whole(parts.Next(), bigEndian);
        if (flags.Length == 0) throw Damaged("an array without flags");
        int[] sizes = [.. Whole(parts.Next(), bigEndian)];
        if (sizes.Length < 2 || sizes.Any(size => size < 0)) throw Damaged("an array needs two sizes or more, none below 0");
        var name = Encoding.ASCII.GetString(parts.Next().Data.Span);
        var (kind, complex) = (flags[0] & 0xff, (flags[0] & 0x800) != 0);
        var count = sizes.Aggregate(1L, (product, size) => Math.Min(product * size, int.MaxValue));
        if (complex) return (name, new MatUnread(sizes, "complex numbers"));
        switch (kind)
        {
            case 1:
                // Every cell takes a tag of eight bytes at least.
                if (count > element.Data.Length / 8) throw Damaged($"{count} cells in {element.Data.Length} bytes");
                var cells = new MatValue[count];
                for (var i = 0; i < cells.Length; i++) cells[i] = Read(parts.Next(), bigEndian, path, depth + 1).Value;
                return (name, new MatCells(sizes, cells));
            case 4: return (name, new MatText(sizes, Letters(parts.Next(), bigEndian, count, Damaged)));
            case >= 6 and <= 15: return (name, new MatNumbers(sizes, Numbers(parts.Next(), bigEndian, count, Damaged)));
            default:
                return (name, new MatUnread(sizes, kind switch
                {
                    2 => "a structure",
                    3 => "an object",
                    5 => "a sparse matrix",
                    _ => $"of class {kind}"
                }));
        }
    }

    private static int[] Whole(MatElement element, bool bigEndian)
    {
        var values = new int[element.Data.Length / 4];
        for (var i = 0; i < values.Length; i++)
        {
            var span = element.Data.Span[(4 * i)..];
            values[i] = bigEndian ? BinaryPrimitives.ReadInt32BigEndian(span) : BinaryPrimitives.ReadInt32LittleEndian(span);
        }
        return values;
    }

    /// <summary>MATLAB stores doubles that are small whole numbers in fewer bytes: the data's type says how, not the array's
    /// class.</summary>
    private static double[] Numbers(MatElement element, bool bigEndian, long count, Func<string, PfeException> damaged)
    {
        var size = element.Type switch { 1 or 2 => 1, 3 or 4 or 17 => 2, 5 or 6 or 7 or 18 => 4, 9 or 12 or 13 => 8, 16 => 1, _ => 0 };
        if (size == 0) throw damaged($"numbers of the unknown type {element.Type}");
        if (element.Data.Length != count * size) throw damaged($"{element.Data.Length} bytes for {count} numbers of {size} bytes");
        var (values, bytes) = (new double[count], new byte[size]);
        for (var i = 0; i < values.Length; i++)
        {
            element.Data.Span.Slice(i * size, size).CopyTo(bytes);
            if (bigEndian != !BitConverter.IsLittleEndian) Array.Reverse(bytes);
            values[i] = element.Type switch
            {
                1 => (sbyte)bytes[0],
                2 or 16 => bytes[0],
                3 => BitConverter.ToInt16(bytes),
                4 or 17 => BitConverter.ToUInt16(bytes),
                5 => BitConverter.ToInt32(bytes),
                6 or 18 => BitConverter.ToUInt32(bytes),
                7 => BitConverter.ToSingle(bytes),
                9 => BitConverter.ToDouble(bytes),
                12 => BitConverter.ToInt64(bytes),
                _ => BitConverter.ToUInt64(bytes),
            };
        }
        return values;
    }

    private static string Letters(MatElement element, bool bigEndian, long count, Func<string, PfeException> damaged)
    {
        if (element.Type == 16) return Encoding.UTF8.GetString(element.Data.Span);
        return string.Concat(Numbers(element, bigEndian, count, damaged).Select(code => code is >= 0 and <= char.MaxValue
            ? (char)code : throw damaged($"the letter {code}")));
    }
}
