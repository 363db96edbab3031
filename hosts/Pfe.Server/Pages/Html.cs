using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pfe.Server.Pages;

/// <summary>
/// A piece of a page. Made from an interpolated text, whose holes are escaped unless they hold a piece themselves: what somebody typed is
/// never read as a tag.
/// </summary>
internal sealed class Html
{
    public static readonly Html Empty = new("");

    private readonly string _text;

    private Html(string text) => _text = text;

    /// <summary>A piece from a text with holes.</summary>
    public static Html Of(ref Writer writer) => new(writer.ToText());

    /// <summary>A piece where a condition holds, otherwise nothing.</summary>
    public static Html When(bool condition, Func<Html> piece) => condition ? piece() : Empty;

    /// <summary>Pieces one after the other.</summary>
    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> piece) => new(string.Concat(items.Select(item => piece(item)._text)));

    public override string ToString() => _text;

    /// <summary>Collects the pieces of an interpolated text.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Writer(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + 16 * formattedCount);

        public void AppendLiteral(string text) => _text.Append(text);

        public void AppendFormatted(Html piece) => _text.Append(piece._text);

        public void AppendFormatted(string? text) => _text.Append(WebUtility.HtmlEncode(text));

        public void AppendFormatted<T>(T value, string? format = null) => AppendFormatted(value is IFormattable number
            ? number.ToString(format, CultureInfo.InvariantCulture) : value?.ToString());

        internal string ToText() => _text.ToString();
    }
}
