using System.Buffers.Binary;
using System.Text;

namespace Pfe.Interop.Pickle;

/// <summary>The functions and types that a verification set may name. None of Python's own code runs: each stands for a value built
/// here.</summary>
internal enum PickleCall
{
    /// <summary><c>_codecs.encode(text, 'latin1')</c>: how Python 3 writes bytes into protocols 0 to 2.</summary>
    Encode,

    /// <summary><c>bytes()</c>: the empty byte string in protocols 0 to 2.</summary>
    Bytes,

    /// <summary><c>numpy.ndarray</c>, only as an argument.</summary>
    ArrayType,

    /// <summary><c>numpy.core.multiarray._reconstruct(ndarray, shape, type)</c>: an empty array, filled by BUILD.</summary>
    Reconstruct,

    /// <summary><c>numpy.core.numeric._frombuffer(buffer, type, shape, order)</c>: an array in protocol 5.</summary>
    FromBuffer,

    /// <summary><c>numpy.core.multiarray.scalar(type, bytes)</c>: a numpy boolean or number.</summary>
    Scalar,

    /// <summary><c>numpy.dtype(code, align, copy)</c>.</summary>
    ElementType,
}

/// <summary>A numpy array of whole numbers or booleans.</summary>
internal sealed class NumpyArray
{
    public long[] Shape { get; set; } = [];

    public NumpyType Type { get; set; } = new("u1");

    /// <summary>The elements in order, little-endian.</summary>
    public ReadOnlyMemory<byte> Data { get; set; }

    /// <summary>Element <paramref name="index"/>, counted through the array.</summary>
    public long this[int index] => Type.Read(Data.Span[(index * Type.Size)..]);
}

/// <summary>A numpy element type: one kind letter and one digit for its bytes.</summary>
internal sealed class NumpyType(string code)
{
    public string Code { get; } = code;

    public int Size => Code[1] - '0';

    public bool BigEndian { get; set; }

    public static NumpyType Parse(string code) => code.TrimStart('|', '<', '=') switch
    {
        "b1" or "u1" or "i1" or "u2" or "i2" or "u4" or "i4" or "u8" or "i8" => new(code[^2..]),
        "?" => new("b1"),
        _ => throw new PickleException($"numpy elements of type '{PickleText.Shown(code)}' are refused; images are u1, labels b1 or " +
            "whole numbers"),
    };

    public long Read(ReadOnlySpan<byte> bytes) => (Size, Code[0] == 'i') switch
    {
        (1, false) => bytes[0],
        (1, true) => (sbyte)bytes[0],
        (2, _) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        (4, _) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };
}

/// <summary>Builds what the known names stand for.</summary>
/// <param name="budget">Bytes that all conversions together may make: the file's own length, so that a small file cannot unfold into a
/// large one.</param>
internal sealed class PickleCalls(long budget)
{
    private long _left = budget;

    /// <summary>Looks a global name up.</summary>
    public static PickleCall Named(string module, string name) => (module, name) switch
    {
        ("_codecs", "encode") => PickleCall.Encode,
        ("builtins" or "__builtin__", "bytes") => PickleCall.Bytes,
        ("numpy", "ndarray") => PickleCall.ArrayType,
        ("numpy", "dtype") => PickleCall.ElementType,
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => PickleCall.Reconstruct,
        ("numpy.core.multiarray" or "numpy._core.multiarray", "scalar") => PickleCall.Scalar,
        ("numpy.core.numeric" or "numpy._core.numeric", "_frombuffer") => PickleCall.FromBuffer,
        _ => throw new PickleException($"the pickle asks for '{PickleText.Shown($"{module}.{name}")}', which is refused: nothing in a " +
            "verification set is executed, it holds images and booleans only"),
    };

    /// <summary>What a call yields.</summary>
    public object Apply(PickleCall call, object?[] arguments) => (call, arguments) switch
    {
        (PickleCall.Encode, [string text, "latin1" or "latin-1"]) => Encode(text),
        (PickleCall.Bytes, []) => new PickleBytes(default),
        (PickleCall.ElementType, [var code, ..]) => NumpyType.Parse(Text(code)),
        (PickleCall.Reconstruct, [PickleCall.ArrayType, ..]) => new NumpyArray(),
        (PickleCall.Scalar, [NumpyType type, PickleBytes bytes]) when bytes.Value.Length == type.Size =>
            type.Code == "b1" ? bytes.Value.Span[0] != 0 : type.Read(bytes.Value.Span),
        (PickleCall.FromBuffer, [PickleBytes bytes, NumpyType type, object?[] shape, ..]) => Fill(new NumpyArray(), shape, type, bytes),
        _ => throw new PickleException($"{call} is called in a way that neither Python nor numpy writes"),
    };

    /// <summary>Fills an array or completes a type by its state.</summary>
    public static void Build(object? target, object? state)
    {
        switch (target, state)
        {
            case (NumpyArray array, object?[] and [.., object?[] shape, NumpyType type, _, PickleBytes bytes]):
                Fill(
                array, shape, type, bytes); break;
            case (NumpyType type, object?[] and [long, var order, ..]): type.BigEndian = Text(order) == ">"; break;
            default: throw new PickleException("BUILD of something that is not a numpy array of bytes, numbers or booleans");
        }
    }

    private static NumpyArray Fill(NumpyArray array, object?[] shape, NumpyType type, PickleBytes bytes)
    {
        if (type.BigEndian && type.Size > 1) throw new PickleException("a big-endian numpy array is refused");
        if (shape.Any(size => size is not (long and >= 0 and <= int.MaxValue)))
            throw new PickleException("a numpy array's shape is not made of whole numbers");
        long[] sizes = [.. shape.Cast<long>()];
        var wanted = sizes.Aggregate((UInt128)(uint)type.Size, (product, size) => product > int.MaxValue ? product : product * (ulong)size);
        if (wanted != (UInt128)bytes.Value.Length)
            throw new PickleException($"a numpy array of shape ({string.Join(", ", sizes.Take(8))}) and type {type.Code} holds " +
            $"{bytes.Value.Length} bytes");
        (array.Shape, array.Type, array.Data) = (sizes, type, bytes.Value);
        return array;
    }

    private PickleBytes Encode(string text)
    {
        if ((_left -= text.Length) < 0)
            throw new PickleException("the pickle unfolds into more bytes than it has itself; no verification set does");
        return text.AsSpan().IndexOfAnyExceptInRange('\0', '\u00ff') < 0
            ? new(Encoding.Latin1.GetBytes(text)) : throw new PickleException("a byte string holds a letter that is no byte");
    }

    private static string Text(object? value) => value switch
    {
        string text => text,
        PickleBytes bytes => Encoding.Latin1.GetString(bytes.Value.Span[..Math.Min(bytes.Value.Length, 16)]),
        _ => throw new PickleException("a numpy type without a name"),
    };
}
