using System.Globalization;

namespace Pfe.Search;

/// <summary>
/// The caller's own name for a face in an index: a text or a 64-bit number. The number 7 and the text "7" are different ids.
/// </summary>
public readonly struct FaceId : IEquatable<FaceId>
{
    private readonly string? _text;
    private readonly long _number;

    /// <summary>An id that is a text.</summary>
    /// <param name="text">Not empty, without a NUL or a line feed.</param>
    /// <exception cref="ArgumentException">Empty, or with a NUL or a line feed, which files of ids cannot hold.</exception>
    public FaceId(string text) => _text = IdText.Check(text);

    /// <summary>An id that is a number.</summary>
    /// <param name="number">Any number.</param>
    public FaceId(long number) => _number = number;

    /// <summary>The text; null where the id is a number.</summary>
    public string? Text => _text;

    /// <summary>The number; null where the id is a text.</summary>
    public long? Number => _text is null ? _number : null;

    /// <summary>An id that is a text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator FaceId(string text) => new(text);

    /// <summary>An id that is a number.</summary>
    /// <param name="number">The number.</param>
    public static implicit operator FaceId(long number) => new(number);

    /// <summary>Whether both are the same id.</summary>
    public static bool operator ==(FaceId a, FaceId b) => a.Equals(b);

    /// <summary>Whether they are different ids.</summary>
    public static bool operator !=(FaceId a, FaceId b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(FaceId other) => _number == other._number && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FaceId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? _number.GetHashCode() : _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Numbers before texts, each in their order.</summary>
    internal int Order(FaceId other) => (_text, other._text) switch
    {
        (null, null) => _number.CompareTo(other._number),
        (null, _) => -1,
        (_, null) => 1,
        _ => string.CompareOrdinal(_text, other._text),
    };

    /// <summary>The text, or the number in decimal digits.</summary>
    public override string ToString() => _text ?? _number.ToString(CultureInfo.InvariantCulture);
}
