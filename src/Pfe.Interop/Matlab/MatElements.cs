using System.Buffers.Binary;

namespace Pfe.Interop.Matlab;

/// <summary>A data element: its type, its bytes, and where it begins (in a compressed variable: where that one does).</summary>
internal readonly record struct MatElement(int Type, ReadOnlyMemory<byte> Data, long Offset);

/// <summary>Cuts bytes into data elements: a tag of type and length, the data, and padding to a multiple of eight bytes.</summary>
internal sealed class MatElements(ReadOnlyMemory<byte> bytes, long offset, bool bigEndian, string path)
{
    private const int Compressed = 15;
    private int _at;

    public bool AtEnd => _at >= bytes.Length;

    /// <exception cref="PfeException">The bytes end before the element does.</exception>
    public MatElement Next()
    {
        var start = offset + _at;
        var (type, length) = (Whole(), 0);
        // Up to four bytes of data may lie in the tag itself; their number is then in the upper half of the type.
        if (type >> 16 is var small and not 0)
        {
            if (small is < 0 or > 4) throw new PfeException($"'{path}', byte {start}: a small element of {small} bytes");
            var data = Take(4)[..small];
            return new MatElement(type & 0xffff, data, start);
        }
        length = Whole();
        if (length < 0 || length > bytes.Length - _at)
            throw new PfeException(
                $"'{path}', byte {start}: an element of {unchecked((uint)length)} bytes, {bytes.Length - _at} are left: " +
                "the file is cut off");
        var content = Take(length);
        if (type != Compressed) _at = Math.Min(bytes.Length, _at + (8 - length % 8) % 8);
        return new MatElement(type, content, start);
    }

    private int Whole()
    {
        var span = Take(4).Span;
        return bigEndian ? BinaryPrimitives.ReadInt32BigEndian(span) : BinaryPrimitives.ReadInt32LittleEndian(span);
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count > bytes.Length - _at) throw new PfeException($"'{path}', byte {offset + _at}: the file is cut off");
        var taken = bytes.Slice(_at, count);
        _at += count;
        return taken;
    }
}
