using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Pfe.TestSupport.Pickle;

/// <summary>Writes pickles instruction by instruction, as Python's own pickler would and as an attacker would.</summary>
public sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] Done() => Raw(".").ToArray();

    public byte[] ToArray() => [.. _bytes];

    /// <summary>Appends Latin-1 text, such as instructions without arguments.</summary>
    public PickleWriter Raw(string latin1) => Raw(Encoding.Latin1.GetBytes(latin1));

    public PickleWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleWriter Protocol(int number) => Raw([0x80, (byte)number]);

    public PickleWriter Global(string module, string name) => Raw($"c{module}\n{name}\n");

    public PickleWriter ShortText(string text) => Raw("\x8c").Raw([(byte)text.Length]).Raw(text);

    public PickleWriter StackGlobal(string module, string name) => ShortText(module).ShortText(name).Raw("\x93");

    /// <summary>BINBYTES (protocol 3) or, by another instruction of the same form, BINSTRING (Python 2).</summary>
    public PickleWriter Bytes(ReadOnlySpan<byte> bytes, char instruction = 'B') => Raw($"{instruction}").Int32(bytes.Length).Raw(bytes);

    public PickleWriter Int32(int value)
    {
        Span<byte> field = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(field, value);
        return Raw(field);
    }

    public PickleWriter UInt64(ulong value)
    {
        Span<byte> field = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(field, value);
        return Raw(field);
    }

    /// <summary>Python 2's protocol 0 string: quoted and escaped as repr does.</summary>
    public PickleWriter Quoted(ReadOnlySpan<byte> bytes)
    {
        Raw("S'");
        foreach (var value in bytes)
        {
            Raw(value switch
            {
                (byte)'\n' => "\\n",
                (byte)'\r' => "\\r",
                (byte)'\t' => "\\t",
                (byte)'\\' => "\\\\",
                (byte)'\'' => "\\'",
                >= 0x20 and < 0x7f => ((char)value).ToString(),
                _ => string.Create(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
            });
        }
        return Raw("'\n");
    }

    /// <summary>A numpy array of bytes as protocol 2 or 3 holds it.</summary>
    public PickleWriter Array(
        ReadOnlySpan<byte> bytes, string type = "u1", string module = "numpy.core.multiarray", params ReadOnlySpan<int> shape)
    {
        Global(module, "_reconstruct").Raw("(").Global("numpy", "ndarray").Raw("K\0\x85").Bytes("b"u8).Raw("tR(K\x01(");
        foreach (var size in shape) Raw("J").Int32(size);
        return Raw("t").Type(type).Raw("\x89").Bytes(bytes).Raw("tb");
    }

    public PickleWriter Type(string code, string order = "|") =>
        Global("numpy", "dtype").Raw("X").Int32(code.Length).Raw(code).Raw("\x89\x88\x87R(K\x03X").Int32(1).Raw(order).Raw("NNNJ").Int32(-1)
            .Raw("J").Int32(-1).Raw("K\0tb");
}
