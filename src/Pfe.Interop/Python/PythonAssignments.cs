using System.Globalization;
using System.Text;

namespace Pfe.Interop.Python;

/// <summary>One assignment at the margin of a Python file.</summary>
/// <param name="Name">What is assigned to.</param>
/// <param name="Value">null, bool, long, double, string, List&lt;object?&gt; (list), object?[] (tuple) or
/// <see cref="PythonDictionary"/>.</param>
/// <param name="Line">Its line, from 1.</param>
internal sealed record PythonAssignment(string Name, object? Value, int Line);

/// <summary>A Python dictionary, in its order.</summary>
internal sealed class PythonDictionary : List<KeyValuePair<object, object?>>;

/// <summary>
/// Reads a Python file of assignments as data. Values are literals, names assigned before, and arithmetic on numbers, as configuration
/// files write
/// <c>0.1 * lr</c>; imports and docstrings are skipped. Nothing is executed; everything else (calls, attributes, conditions) is refused
/// with its line.
/// </summary>
internal sealed class PythonAssignments
{
    /// <summary>Letters of the longest file; configurations have a few thousand.</summary>
    public const int Longest = 1_000_000;

    private const int Deepest = PythonSizes.Deepest;

    private readonly string _path;
    private readonly List<PythonToken> _tokens;
    private readonly OrderedDictionary<string, PythonAssignment> _known = new(StringComparer.Ordinal);
    private readonly PythonSizes _sizes = new();
    private int _at;
    private int _depth;

    private PythonAssignments(string text, string path) => (_path, _tokens) = (path, PythonTokens.Of(text, path));

    /// <summary>The assignments, the last of each name, in order.</summary>
    public IReadOnlyCollection<PythonAssignment> All => _known.Values;

    /// <summary>Names that later values are made from.</summary>
    public HashSet<string> Used { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">What to call the file in messages.</param>
    /// <exception cref="InvalidConfigurationException">Anything but assignments of values; one line with file and line.</exception>
    public static PythonAssignments Read(string text, string path)
    {
        if (text.Length > Longest)
            throw new InvalidConfigurationException($"{path}: {text.Length} letters are more than the {Longest} of any configuration");
        var file = new PythonAssignments(text, path);
        while (file.Here.Kind != PythonKind.End) file.Statement();
        return file;
    }

    private PythonToken Here => _tokens[_at];

    private PythonToken Take() => _tokens[_at].Kind == PythonKind.End ? _tokens[_at] : _tokens[_at++];

    private bool TakeIf(string sign)
    {
        if (Here is not { Kind: PythonKind.Sign } || Here.Word != sign) return false;
        _at++;
        return true;
    }

    private void Statement()
    {
        if (Here is { Kind: PythonKind.Name, Word: "import" or "from" })
        {
            // Whatever a module offers, no value can be made from it here; so the import has no effect.
            while (Here.Kind is not (PythonKind.LineEnd or PythonKind.End)) Take();
        }
        else if (Here.Kind == PythonKind.Name && _tokens[_at + 1] is { Kind: PythonKind.Sign, Word: "=" })
        {
            var name = Take();
            Take();
            _known.Remove(name.Word);
            _known.Add(name.Word, new(name.Word, Expression(), name.Line));
        }
        else if (Here.Kind == PythonKind.Text) Expression();
        if (Here.Kind is not (PythonKind.LineEnd or PythonKind.End)) throw Refused();
        Take();
    }

    private object? Expression()
    {
        var value = Term();
        while (Here is { Kind: PythonKind.Sign, Word: "+" or "-" } sign)
        {
            Take();
            value = Compute(value, sign, Term());
        }
        return value;
    }

    private object? Term()
    {
        var value = Factor();
        while (Here is { Kind: PythonKind.Sign, Word: "*" or "/" or "//" } sign)
        {
            Take();
            value = Compute(value, sign, Factor());
        }
        return value;
    }

    private object? Factor()
    {
        // Whatever nests passes here.
        if (++_depth > Deepest) throw Error($"nested deeper than {Deepest}");
        var value = Here is { Kind: PythonKind.Sign, Word: "-" or "+" } ? Compute(0L, Take(), Factor()) : Power();
        _depth--;
        return value;
    }

    private object? Power()
    {
        var value = Atom();
        return Here is { Kind: PythonKind.Sign, Word: "**" } ? Compute(value, Take(), Factor()) : value;
    }

    private object? Atom()
    {
        var token = Take();
        switch (token)
        {
            case { Kind: PythonKind.Number }: return token.Value;
            case { Kind: PythonKind.Text }: return JoinedText((string)token.Value!);
            case { Kind: PythonKind.Name, Word: "None" }: return null;
            case { Kind: PythonKind.Name, Word: "True" or "False" }: return token.Word == "True";
            case { Kind: PythonKind.Sign, Word: "[" }: return Sized(Items("]").Values);
            case { Kind: PythonKind.Sign, Word: "(" }:
                var (values, comma) = Items(")");
                return values.Count == 1 && !comma ? values[0] : Sized(values.ToArray());
            case { Kind: PythonKind.Sign, Word: "{" }: return Sized(Dictionary());
            case { Kind: PythonKind.Name } when Here is not { Kind: PythonKind.Sign, Word: "(" or "." }
                && _known.TryGetValue(token.Word, out var known):
                Used.Add(token.Word);
                return Element(known.Value);
            default:
                _at -= token.Kind == PythonKind.End ? 0 : 1;
                throw Refused();
        }
    }

    /// <summary>An element of a list or tuple, as in <c>image_size[0]</c>; the value itself where no bracket follows.</summary>
    private object? Element(object? value)
    {
        while (Here is { Kind: PythonKind.Sign, Word: "[" } bracket)
        {
            Take();
            var index = Expression();
            if (!TakeIf("]")) throw Refused();
            if (value is not IEnumerable<object?> items || value is PythonDictionary || index is not long at)
                throw Error("an index should be a whole number, into a list or tuple", bracket.Line);
            object?[] all = [.. items];
            var place = at < 0 ? at + all.Length : at;
            if (place < 0 || place >= all.Length) throw Error($"index {at} lies outside {all.Length} values", bracket.Line);
            value = all[place];
        }
        return value;
    }

    private string JoinedText(string text)
    {
        if (Here.Kind != PythonKind.Text) return text;
        var joined = new StringBuilder(text);
        while (Here.Kind == PythonKind.Text) joined.Append((string)Take().Value!);
        return joined.ToString();
    }

    private object Sized(object value) => _sizes.Problem(value) is { } problem ? throw Error(problem) : value;

    private (List<object?> Values, bool Comma) Items(string close)
    {
        var (values, comma) = (new List<object?>(), false);
        while (!TakeIf(close))
        {
            if (values.Count > 0 && !comma) throw Refused();
            values.Add(Expression());
            comma = TakeIf(",");
        }
        return (values, comma || values.Count == 0);
    }

    private PythonDictionary Dictionary()
    {
        var (pairs, comma) = (new PythonDictionary(), true);
        while (!TakeIf("}"))
        {
            if (!comma) throw Refused();
            var key = Expression();
            if (key is not (string or long or double or bool)) throw Error("a key of a dictionary should be a string or a number");
            if (!TakeIf(":")) throw Refused();
            var value = Expression();
            pairs.Add(new(key, value));
            comma = TakeIf(",");
        }
        // The last of each key counts.
        var seen = new HashSet<object>();
        pairs.Reverse();
        pairs.RemoveAll(pair => !seen.Add(pair.Key));
        pairs.Reverse();
        return pairs;
    }

    private object Compute(object? left, PythonToken sign, object? right)
    {
        if (left is string first && right is string second && sign.Word == "+")
            return _sizes.Problem(first, second) is { } problem ? throw Error(problem, sign.Line) : first + second;
        if (left is not (long or double) || right is not (long or double))
            throw Error($"'{sign.Word}' between values that are not numbers", sign.Line);
        var bothWhole = left is long && right is long;
        if (bothWhole && sign.Word is ("+" or "-" or "*") && Whole((long)left, sign.Word[0], (long)right) is { } whole) return whole;
        var (x, y) = (Convert.ToDouble(left, CultureInfo.InvariantCulture), Convert.ToDouble(right, CultureInfo.InvariantCulture));
        if (y == 0 && sign.Word is ("/" or "//")) throw Error("a division by zero", sign.Line);
        var result = sign.Word switch
        {
            "+" =>
            x + y,
            "-" => x - y,
            "*" => x * y,
            "/" => x / y,
            "//" => Math.Floor(x / y),
            _ => Math.Pow(x, y)
        };
        if (!double.IsFinite(result)) throw Error($"the result of '{sign.Word}' is beyond the range of numbers", sign.Line);
        // Python keeps whole numbers whole, except in a division.
        var staysWhole = bothWhole && (sign.Word == "//" || (sign.Word == "**" && y >= 0)) && Math.Abs(result) < 1L << 53;
        return staysWhole ? (object)(long)result : result;
    }

    private static long? Whole(long a, char sign, long b)
    {
        try { return checked(sign switch { '+' => a + b, '-' => a - b, _ => a * b }); }
        catch (OverflowException) { return null; }
    }

    private InvalidConfigurationException Refused()
    {
        var word = Here.Kind is PythonKind.Name or PythonKind.Number or PythonKind.Sign ? $"'{Here.Word}'" : Here.Word;
        return Error($"{word} cannot be converted here; the file is read as data: names = numbers, strings, lists, tuples, dictionaries, " +
            "None, True, False; write other values out");
    }

    private InvalidConfigurationException Error(string what, int? line = null) => new($"{_path}({line ?? Here.Line}): {what}");
}
