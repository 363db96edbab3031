using System.Buffers.Binary;
using System.Text;

namespace Pfe.Interop.Pickle;

/// <summary>
/// Reads the few kinds of value that verification sets hold from a Python pickle of any protocol (0 to 5). A pickle is a program; this
/// reader runs none of it: literals, lists, tuples and memo references are built, the exact names by which Python and numpy write byte
/// strings and arrays (<see cref="PickleCalls"/>) are understood, everything else is refused by name. Memory stays in proportion to the
/// file, whatever it says.
/// </summary>
/// <remarks>
/// Values come back as null, bool, long, double, string, <see cref="PickleBytes"/>, List&lt;object?&gt; (list), object?[] (tuple) and
/// <see cref="NumpyArray"/>. Python 2's strings come back as bytes. Byte strings are slices of the file, not copies, wherever the file
/// holds them as they are.
/// </remarks>
internal sealed class PickleReader
{
    private const int MostInstructions = 5_000_000;
    private const int MaxDepth = 1_000;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly string _name;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<long, object?> _memo = [];
    private readonly PickleCalls _calls;
    private int _at;
    private int _instruction;

    private PickleReader(ReadOnlyMemory<byte> file, string name) => (_file, _name, _calls) = (file, name, new PickleCalls(file.Length));

    /// <summary>Reads the value that a pickle holds.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="PfeException">Truncated, damaged, or not made of the values above; one line with the byte.</exception>
    public static object? Read(ReadOnlyMemory<byte> file, string name) => new PickleReader(file, name).Run();

    private object? Run()
    {
        try
        {
            for (var count = 0; ; count++)
            {
                if (count == MostInstructions)
                    throw new PickleException($"more than {MostInstructions:N0} instructions; no verification set needs so many");
                _instruction = _at;
                var code = Take(1)[0];
                if (code == '.') return Pop();
                Step((char)code);
            }
        }
        catch (PickleException e)
        {
            throw new PfeException($"'{_name}', byte {_instruction}: {e.Message}", e);
        }
    }

    private void Step(char code)
    {
        switch (code)
        {
            case '\x80' when Take(1)[0] is > 5
                and var protocol:
                throw new PickleException($"pickle protocol {protocol} is not known; 0 to 5 are");
            case '\x80': break;
            case '\x95': Take(8); break; // FRAME: a hint for buffering
            case '\x98': break; // READONLY_BUFFER
            case 'N': Push(null); break;
            case '\x88': Push(true); break;
            case '\x89': Push(false); break;
            case 'I': Push(PickleText.Integer(Line())); break;
            case 'L': Push(PickleText.Integer(Line())); break;
            case 'F': Push(PickleText.Double(Line())); break;
            case 'K': Push((long)Take(1)[0]); break;
            case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case '\x8a': Push(PickleText.LongInteger(Take(Take(1)[0]))); break;
            case '\x8b': Push(PickleText.LongInteger(Take(Length(4)))); break;
            case 'S': Push(PickleText.Quoted(Line())); break;
            case 'T' or 'B': Push(Bytes(Length(4))); break;
            case 'U' or 'C': Push(Bytes(Length(1))); break;
            case '\x8e' or '\x96': Push(Bytes(Length(8))); break;
            case 'V': Push(PickleText.RawUnicode(Line())); break;
            case 'X': Push(PickleText.Utf8(Take(Length(4)))); break;
            case '\x8c': Push(PickleText.Utf8(Take(Length(1)))); break;
            case '\x8d': Push(PickleText.Utf8(Take(Length(8)))); break;
            case '(': Mark(); break;
            case '0': Pop(); break;
            case '1': PopToMark(); break;
            case '2': Push(Top()); break;
            case ']': Push(new List<object?>()); break;
            case 'l': Push(new List<object?>(PopToMark())); break;
            case 'a': Extend([Pop()]); break;
            case 'e': Extend(PopToMark()); break;
            case ')': Push(Array.Empty<object?>()); break;
            case 't': Push(PopToMark()); break;
            case >= '\x85' and <= '\x87': Push(PopMany(code - '\x84')); break;
            case 'p': _memo[Index(Line())] = Top(); break;
            case 'q': _memo[Take(1)[0]] = Top(); break;
            case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top(); break;
            case '\x94': _memo[_memo.Count] = Top(); break;
            case 'g': Push(Recall(Index(Line()))); break;
            case 'h': Push(Recall(Take(1)[0])); break;
            case 'j': Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
            case 'c': Push(PickleCalls.Named(Encoding.Latin1.GetString(Line()), Encoding.Latin1.GetString(Line()))); break;
            case '\x93': PushStackGlobal(); break;
            case 'R': PushCall(); break;
            case 'b': Build(); break;
            default:
                throw new PickleException($"instruction {PickleText.NameOf(code)} is refused: a verification set needs lists, " +
                "tuples, byte strings, numpy arrays and booleans only");
        }
    }

    private void PushStackGlobal()
    {
        if (PopMany(2) is not [string module, string name]) throw new PickleException("STACK_GLOBAL without two names");
        Push(PickleCalls.Named(module, name));
    }

    private void PushCall()
    {
        var arguments = Pop() as object?[] ?? throw new PickleException("REDUCE without a tuple of arguments");
        Push(Pop() is PickleCall call ? _calls.Apply(call, arguments)
            : throw new PickleException("REDUCE of something that is not a function"));
    }

    private void Build()
    {
        var state = Pop();
        PickleCalls.Build(Top(), state);
    }

    private void Extend(object?[] values)
    {
        if (Top() is not List<object?> list) throw new PickleException("APPEND to something that is not a list");
        list.AddRange(values);
    }

    private object? Recall(long index) =>
        _memo.TryGetValue(index, out var value) ? value : throw new PickleException($"memo {index} is read before it is written");

    private static long Index(ReadOnlySpan<byte> line) =>
        PickleText.Integer(line) as long? ?? throw new PickleException("a memo number is not a number");

    private void Push(object? value) => _stack.Add(value);

    private object? Top() => _stack.Count > Floor ? _stack[^1] : throw new PickleException("the stack is empty");

    private object? Pop()
    {
        var value = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        if (_stack.Count - Floor < count) throw new PickleException("the stack is empty");
        object?[] values = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private void Mark()
    {
        if (_marks.Count == MaxDepth) throw new PickleException($"nested deeper than {MaxDepth}");
        _marks.Push(_stack.Count);
    }

    private object?[] PopToMark()
    {
        if (!_marks.TryPop(out var mark)) throw new PickleException("there is no MARK");
        object?[] values = [.. _stack[mark..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private int Floor => _marks.TryPeek(out var mark) ? mark : 0;

    private PickleBytes Bytes(int length)
    {
        Take(length);
        return new(_file.Slice(_at - length, length));
    }

    /// <summary>A length field: checked against what is left of the file before anything is allocated for it.</summary>
    private int Length(int bytes)
    {
        Span<byte> field = stackalloc byte[8];
        field.Clear();
        Take(bytes).CopyTo(field);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(field);
        if (length > (ulong)(_file.Length - _at))
            throw new PickleException($"a value of {length} bytes is announced, the file has {_file.Length - _at} left: it is truncated " +
            "or damaged");
        return (int)length;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _file.Length - _at) throw new PickleException("the file ends in the middle of the pickle");
        _at += count;
        return _file.Span.Slice(_at - count, count);
    }

    private ReadOnlySpan<byte> Line()
    {
        var length = _file.Span[_at..].IndexOf((byte)'\n');
        if (length < 0) throw new PickleException("the file ends in the middle of the pickle");
        _at += length + 1;
        return _file.Span.Slice(_at - length - 1, length);
    }
}

/// <summary>A pickle that cannot be read; the reader adds file and byte.</summary>
internal sealed class PickleException(string message) : Exception(message);

/// <summary>A Python byte string (or Python 2 string).</summary>
internal sealed record PickleBytes(ReadOnlyMemory<byte> Value);
