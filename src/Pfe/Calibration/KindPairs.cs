namespace Pfe.Calibration;

/// <summary>How the two faces of a pair are damaged.</summary>
internal enum PairFamily
{
    /// <summary>Neither is.</summary>
    Clean,

    /// <summary>One is.</summary>
    CleanDamaged,

    /// <summary>Both, in the same way: two people in the same mask.</summary>
    SameDamage,

    /// <summary>Both, in different ways.</summary>
    OtherDamage,

    /// <summary>One or both show no face.</summary>
    NonFace,
}

/// <summary>Pairs of one family and one kind of damage, with their scores.</summary>
/// <param name="Family">How the two faces are damaged.</param>
/// <param name="Kind">The damage in words; empty for clean pairs and pairs of different damages.</param>
/// <param name="Genuine">Scores of pairs of one person; empty where there can be none.</param>
/// <param name="Impostor">Scores of pairs of two people.</param>
internal sealed record KindPairs(PairFamily Family, string Kind, IReadOnlyList<double> Genuine, IReadOnlyList<double> Impostor)
{
    /// <summary>Family and kind for a table: "same damage: mask".</summary>
    public string Name => Kind.Length == 0 ? Words : $"{Words}: {Kind}";

    private string Words => Family switch
    {
        PairFamily.Clean => "clean",
        PairFamily.CleanDamaged => "clean and damaged",
        PairFamily.SameDamage => "same damage",
        PairFamily.OtherDamage => "different damages",
        _ => "no face",
    };

    /// <summary>The same pairs with other numbers in place of their scores.</summary>
    /// <param name="map">Applied to every score.</param>
    public KindPairs Select(Func<double, double> map) =>
        this with { Genuine = [.. Genuine.Select(map)], Impostor = [.. Impostor.Select(map)] };
}
