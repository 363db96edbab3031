// Compiled into every project (Directory.Build.props). The compiler takes this type for every $"..." that becomes a string, in place of the
// one of the same name in the base library, which writes numbers as the current culture does: in a German host "1 in 1,000" was "1 in
// 1.000" and 0.5 was 0,5, in messages and in files. Here numbers look the same wherever the code runs. string.Create with a culture of its
// own is untouched.
#nullable enable

using System.Globalization;
using System.Text;

namespace System.Runtime.CompilerServices;

/// <summary>Builds an interpolated string in the invariant culture.</summary>
[InterpolatedStringHandler]
internal ref struct DefaultInterpolatedStringHandler
{
    private const int GuessedLength = 11, LargestKept = 4096;

    [ThreadStatic]
    private static StringBuilder? t_spare;

    private readonly StringBuilder _text;

    /// <summary>Called by the compiler.</summary>
    /// <param name="literalLength">Letters outside of the holes.</param>
    /// <param name="formattedCount">Number of holes.</param>
    public DefaultInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        // A hole's own string may be interpolated while this one is built: it gets another builder.
        _text = t_spare ?? new StringBuilder(literalLength + formattedCount * GuessedLength);
        t_spare = null;
    }

    public readonly void AppendLiteral(string value) => _text.Append(value);

    public readonly void AppendFormatted(string? value) => _text.Append(value);

    public readonly void AppendFormatted(ReadOnlySpan<char> value) => _text.Append(value);

    public readonly void AppendFormatted<T>(T value) => _text.Append(Text(value, null));

    public readonly void AppendFormatted<T>(T value, string? format) => _text.Append(Text(value, format));

    public readonly void AppendFormatted<T>(T value, int alignment) => Align(Text(value, null), alignment);

    public readonly void AppendFormatted<T>(T value, int alignment, string? format) => Align(Text(value, format), alignment);

    public readonly void AppendFormatted(string? value, int alignment, string? format = null) => Align(value ?? "", alignment);

    public readonly void AppendFormatted(ReadOnlySpan<char> value, int alignment, string? format = null) =>
        Align(value.ToString(), alignment);

    public readonly string ToStringAndClear()
    {
        var text = _text.ToString();
        if (_text.Capacity <= LargestKept) t_spare = _text.Clear();
        return text;
    }

    private static string? Text<T>(T value, string? format) =>
        value is IFormattable number ? number.ToString(format, CultureInfo.InvariantCulture) : value?.ToString();

    private readonly void Align(string? text, int alignment) =>
        _text.Append(alignment < 0 ? (text ?? "").PadRight(-alignment) : (text ?? "").PadLeft(alignment));
}
