using System.Globalization;

namespace Pfe.Search;

/// <summary>
/// The caller's own name for a person, the group that faces in an index belong to: a text or a 64-bit number. The number 7 and the text
/// "7" are different ids.
/// </summary>
public readonly struct PersonId : IEquatable<PersonId>
{
    private readonly string? _text;
    private readonly long _number;

    /// <summary>An id that is a text.</summary>
    /// <param name="text">Not empty, without a NUL or a line feed.</param>
    /// <exception cref="ArgumentException">Empty, or with a NUL or a line feed, which files of ids cannot hold.</exception>
    public PersonId(string text) => _text = IdText.Check(text);

    /// <summary>An id that is a number.</summary>
    /// <param name="number">Any number.</param>
    public PersonId(long number) => _number = number;

    /// <summary>The text; null where the id is a number.</summary>
    public string? Text => _text;

    /// <summary>The number; null where the id is a text.</summary>
    public long? Number => _text is null ? _number : null;

    /// <summary>An id that is a text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator PersonId(string text) => new(text);

    /// <summary>An id that is a number.</summary>
    /// <param name="number">The number.</param>
    public static implicit operator PersonId(long number) => new(number);

    /// <summary>The person of a face that has no other: one of the same id.</summary>
    /// <param name="face">The face.</param>
    public static PersonId Of(FaceId face) => face.Text is { } text ? new(text) : new(face.Number!.Value);

    /// <summary>Whether both are the same id.</summary>
    public static bool operator ==(PersonId a, PersonId b) => a.Equals(b);

    /// <summary>Whether they are different ids.</summary>
    public static bool operator !=(PersonId a, PersonId b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(PersonId other) => _number == other._number && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PersonId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? _number.GetHashCode() : _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The text, or the number in decimal digits.</summary>
    public override string ToString() => _text ?? _number.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// 64 bits that depend on the id alone, the same in every process and version: which shard holds a person, and a quick test for
    /// equality. The beginning
    /// of SHA-256 of the id's bytes.
    /// </summary>
    public ulong StableHash() => IdText.Hash(_text, _number);

    /// <summary>Which of some shards holds this person.</summary>
    /// <param name="shards">How many there are, at least 1.</param>
    /// <returns>0 to <paramref name="shards"/> - 1.</returns>
    public int Shard(int shards)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shards);
        return (int)(StableHash() % (ulong)shards);
    }
}
