using System.Globalization;
using System.Text;

namespace Pfe.Interop.Python;

internal enum PythonKind
{
    Name,
    Number,
    Text,
    Sign,
    Indent,
    LineEnd,
    End,
}

/// <summary>A word of Python; <paramref name="Value"/> is what a number or string stands for.</summary>
internal readonly record struct PythonToken(PythonKind Kind, string Word, int Line, object? Value = null);

/// <summary>Cuts Python text into words: names, numbers, strings, signs and the margins of lines. Lines go on inside brackets and after a
/// backslash; comments are dropped.</summary>
internal sealed class PythonTokens(string text, string path)
{
    private static readonly string[] LongSigns = ["**", "//", "==", "+=", "-=", "->"];

    private int _at;
    private int _line = 1;
    private int _depth;

    public static List<PythonToken> Of(string text, string path)
    {
        var tokens = new List<PythonToken>();
        var reader = new PythonTokens(text.ReplaceLineEndings("\n").TrimStart('\uFEFF'), path);
        do tokens.Add(reader.Next(tokens.Count == 0 || tokens[^1].Kind == PythonKind.LineEnd));
        while (tokens[^1].Kind != PythonKind.End);
        return tokens;
    }

    private char Here => At(0);

    private char At(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private PythonToken Next(bool atLineStart)
    {
        var start = _at;
        Skip();
        if (_at == text.Length) return new(PythonKind.End, "the end of the file", _line);
        if (Here == '\n')
        {
            _at++;
            return new(PythonKind.LineEnd, "the end of the line", _line++);
        }
        if (atLineStart && _at > start && _depth == 0 && text[_at - 1] is (' ' or '\t'))
            return new(PythonKind.Indent, "an indented line", _line);
        if (char.IsAsciiDigit(Here) || (Here == '.' && char.IsAsciiDigit(At(1)))) return Number();
        if (Here is '"' or '\'') return Text(raw: false);
        if (char.IsLetter(Here) || Here == '_') return Word();
        return Sign();
    }

    private void Skip()
    {
        for (; _at < text.Length; _at++)
        {
            if (Here == '#')
            {
                while (_at < text.Length && Here != '\n') _at++;
                _at--;
            }
            else if (Here == '\n' && _depth > 0) _line++;
            else if (Here == '\\' && At(1) == '\n')
            {
                _line++;
                _at++;
            }
            else if (Here is not (' ' or '\t' or '\f')) return;
        }
    }

    private PythonToken Word()
    {
        var start = _at;
        while (char.IsLetterOrDigit(Here) || Here == '_') _at++;
        var word = text[start.._at];
        if (Here is not ('"' or '\'')) return new(PythonKind.Name, word, _line);
        return word.ToLowerInvariant() switch
        {
            "u" => Text(raw: false),
            "r" => Text(raw: true),
            _ => throw Error($"the string prefix {word}; only plain, u and r strings can be converted"),
        };
    }

    private PythonToken Number()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Here) || Here is '.' or '_' || (Here is ('+' or '-') && text[_at - 1] is ('e' or 'E'))) _at++;
        var word = text[start.._at];
        var digits = word.Replace("_", "", StringComparison.Ordinal);
        object value = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? (object)whole
            : digits.All(letter => char.IsAsciiDigit(letter) || letter is '.' or 'e' or 'E' or '+' or '-')
                && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? real
            : throw Error($"'{word[..Math.Min(word.Length, 40)]}' is not a decimal number, or beyond the range of numbers");
        return new(PythonKind.Number, word, _line, value);
    }

    private PythonToken Text(bool raw)
    {
        var (line, quote) = (_line, Here);
        var triple = At(1) == quote && At(2) == quote;
        _at += triple ? 3 : 1;
        var letters = new StringBuilder();
        while (Here != quote || (triple && (At(1) != quote || At(2) != quote)))
        {
            if (_at >= text.Length || (Here == '\n' && !triple))
                throw new InvalidConfigurationException($"{path}({line}): a string without its closing {quote}");
            if (Here == '\n') _line++;
            if (Here == '\\' && _at + 1 < text.Length) Escape(letters, raw);
            else letters.Append(text[_at++]);
        }
        _at += triple ? 3 : 1;
        return new(PythonKind.Text, "a string", line, letters.ToString());
    }

    private void Escape(StringBuilder letters, bool raw)
    {
        var (next, digits) = (At(1), At(1) switch { 'x' => 2, 'u' => 4, _ => 0 });
        if (next == '\n') _line++;
        _at += 2;
        if (raw) letters.Append('\\').Append(next);
        else if (digits > 0)
        {
            if (_at + digits > text.Length
                || !int.TryParse(text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var code)) throw Error("half an escape in a string");
            letters.Append((char)code);
            _at += digits;
        }
        else if (next != '\n')
        {
            // As in Python, a backslash before any other letter stays.
            letters.Append(next switch { 'n' => "\n", 't' => "\t", 'r' => "\r", '\\' or '\'' or '"' => $"{next}", _ => $"\\{next}" });
        }
    }

    private PythonToken Sign()
    {
        var word = LongSigns.FirstOrDefault(sign => text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal)) ?? text[_at].ToString();
        _at += word.Length;
        _depth = Math.Max(0, _depth + word switch { "(" or "[" or "{" => 1, ")" or "]" or "}" => -1, _ => 0 });
        return new(PythonKind.Sign, word, _line);
    }

    private InvalidConfigurationException Error(string what) => new($"{path}({_line}): {what}");
}
