using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pfe.Gallery;

/// <summary>Where a list goes on: opaque to callers, so that its meaning may change.</summary>
internal static class Cursor
{
    private const int Most = 1000;

    public static int Limit(int limit) => limit is >= 1 and <= Most ? limit
        : throw new GalleryException(GalleryError.Invalid, $"a list has 1 to {Most} entries a part, not {limit}");

    public static string Of(Guid id) => Encode(id.ToString("N"));

    public static string Of(double number, Guid id) => Encode(string.Create(CultureInfo.InvariantCulture, $"{number:R} {id:N}"));

    public static string Of(long number) => Encode(number.ToString(CultureInfo.InvariantCulture));

    public static Guid Id(string? cursor) => cursor is null ? Guid.Empty : Guid.TryParseExact(Decode(cursor), "N", out var id) ? id
        : throw Bad();

    public static long? Number(string? cursor) => cursor is null ? null
        : long.TryParse(Decode(cursor), CultureInfo.InvariantCulture, out var number) ? number : throw Bad();

    public static (double Number, Guid Id) NumberAndId(string? cursor, double start) =>
        cursor is null ? (start, Guid.Empty)
        : Decode(cursor).Split(' ') is [var number, var id] && double.TryParse(number, CultureInfo.InvariantCulture, out var value)
            && Guid.TryParseExact(id, "N", out var parsed) ? (value, parsed)
        : throw Bad();

    /// <summary>A page of what was asked for with one more than the limit.</summary>
    public static Page<T> Page<T>(List<T> found, int limit, Func<T, string> cursor) =>
        found.Count <= limit ? new(found, null) : new(found.GetRange(0, limit), cursor(found[limit - 1]));

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Decode(string cursor)
    {
        try { return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)); }
        catch (FormatException) { throw Bad(); }
    }

    private static GalleryException Bad() => new(GalleryError.Invalid, "that cursor is not one this list gave out; begin without one");
}
