namespace Pfe.Vision.Imaging.Damage;

/// <summary>A chance mixture of one to three damages, as bad photographs have them.</summary>
/// <param name="Kinds">The kinds to draw from; empty for all.</param>
/// <param name="Strength">The greatest strength, 0 to 1. Each strength is this times the square of a uniform number: mild damage is the
/// most frequent.</param>
internal sealed record RandomDamage(IReadOnlyList<DamageKind> Kinds, double Strength)
{
    /// <summary>The most kinds at once.</summary>
    public const int Most = 3;

    /// <summary>Draws kinds and strengths, in the order in which they are to be applied.</summary>
    /// <param name="random">Decides.</param>
    public IReadOnlyList<(DamageKind Kind, double Strength)> Draw(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var kinds = Kinds.Count > 0 ? Kinds.ToArray() : Enum.GetValues<DamageKind>();
        random.Shuffle(kinds);
        var count = 1 + random.Next(Math.Min(Most, kinds.Length));
        return [.. kinds.Take(count).Order().Select(kind => (kind, Strength * Math.Pow(random.NextDouble(), 2)))];
    }

    /// <summary>A damaged copy.</summary>
    /// <param name="image">Left as it is.</param>
    /// <param name="face">The face's square.</param>
    /// <param name="random">Decides what happens.</param>
    public Image Apply(Image image, in FaceSquare face, Random random)
    {
        foreach (var (kind, strength) in Draw(random)) image = FaceDamage.Apply(image, kind, strength, face, random.Next());
        return image;
    }
}
