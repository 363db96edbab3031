namespace Pfe.Calibration;

/// <summary>What the three answers were on pairs of one family and kind: one row of the table by kinds.</summary>
/// <param name="Name">Family and kind (<see cref="KindPairs.Name"/>).</param>
/// <param name="GenuinePairs">Pairs of one person.</param>
/// <param name="ImpostorPairs">Pairs of two people.</param>
/// <param name="WrongSame">How many pairs of two people got "same".</param>
/// <param name="WrongDifferent">How many pairs of one person got "different".</param>
/// <param name="CannotTellGenuine">How many pairs of one person got "cannot tell".</param>
/// <param name="CannotTellImpostor">How many pairs of two people got "cannot tell".</param>
internal sealed record KindRates(string Name, int GenuinePairs, int ImpostorPairs, int WrongSame, int WrongDifferent, int CannotTellGenuine,
    int CannotTellImpostor)
{
    /// <summary>Counts the answers.</summary>
    /// <param name="pairs">Pairs with their evidence.</param>
    /// <param name="accept">"Same" from here on.</param>
    /// <param name="reject">"Different" below here; at most <paramref name="accept"/>.</param>
    public static KindRates Of(KindPairs pairs, double accept, double reject)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        reject = Math.Min(reject, accept);
        return new(pairs.Name, pairs.Genuine.Count, pairs.Impostor.Count, pairs.Impostor.Count(e => e >= accept),
            pairs.Genuine.Count(e => e < reject),
            pairs.Genuine.Count(e => e >= reject && e < accept), pairs.Impostor.Count(e => e >= reject && e < accept));
    }

    /// <summary>Whether a false-match rate is kept: false only where the 95 % interval of <see cref="WrongSame"/> lies wholly above
    /// it.</summary>
    /// <param name="falseMatchRate">What is promised.</param>
    public bool Keeps(double falseMatchRate) => ImpostorPairs == 0 || RateInterval.Of(WrongSame, ImpostorPairs).Low <= falseMatchRate;
}
