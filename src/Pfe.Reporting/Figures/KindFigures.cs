using Pfe.Calibration;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Figures;

/// <summary>The answers by kind of damage: the table that says for which kinds the promise on wrong "same" answers holds.</summary>
internal static class KindFigures
{
    private const int Row = 40, Top = 44, Left = 12;

    public static Figure? Answers(TrustCalibration? calibration)
    {
        if (calibration is not { Kinds.Count: > 0 }) return null;
        var (kinds, promised) = (calibration.Kinds, calibration.DefaultFalseMatchRate);
        var broken = kinds.Where(kind => !kind.Keeps(promised)).Select(kind => kind.Name).ToArray();
        var half = (kinds.Count + 1) / 2;
        var people = calibration.Source.Length > 0 ? calibration.Source : "people that nothing was fitted on";
        var verdict = broken.Length == 0
            ? "The promise holds for every kind shown"
            : $"The promise is NOT kept for: {string.Join(", ", broken)}";
        return new("kinds", "Answers by kind of damage",
            $"{people}; 'same' promised to be wrong for at most {Numbers.Percent(promised)} of the pairs of two people of every kind",
            verdict + " (a kind breaks it when its whole 95 % interval, Wilson's, lies above). Wrong same: share of the pairs of two "
                + "people told 'same'; wrong different: of the pairs of one person told 'different'; the rest is told 'cannot tell'.",
            [Lines([.. kinds.Take(half)], promised), Lines([.. kinds.Skip(half)], promised)], 2, Table(kinds));
    }

    /// <summary>The table for a file.</summary>
    internal static DataTable Table(IReadOnlyList<KindRates> kinds) => new(
        ["kind", "impostor_pairs", "wrong_same", "wrong_same_low", "wrong_same_high", "cannot_tell_two_people", "genuine_pairs",
            "wrong_different", "wrong_different_low", "wrong_different_high", "cannot_tell_one_person"],
        [.. kinds.Select(kind =>
        {
            var (same, different) =
                (RateInterval.Of(kind.WrongSame, kind.ImpostorPairs), RateInterval.Of(kind.WrongDifferent, kind.GenuinePairs));
            return new object?[]
            {
                kind.Name, kind.ImpostorPairs, same.Rate, same.Low, same.High, Share(kind.CannotTellImpostor, kind.ImpostorPairs),
                    kind.GenuinePairs,
                different.Rate, different.Low, different.High, Share(kind.CannotTellGenuine, kind.GenuinePairs),
            };
        })]);

    private static double Share(int count, int of) => of == 0 ? double.NaN : (double)count / of;

    private static Panel Lines(KindRates[] kinds, double promised) => new(Panel.Usual, Top + kinds.Length * Row + 8, canvas =>
    {
        canvas.Text(8, 20, "Kind: wrong same, wrong different, cannot tell", new TextStyle(14, Ink.Blue, Bold: true));
        foreach (var (i, kind) in kinds.Index())
        {
            var y = Top + i * Row;
            var same = RateInterval.Of(kind.WrongSame, kind.ImpostorPairs);
            canvas.Text(Left, y + 4, $"{kind.Name}: n = {kind.GenuinePairs:#,0} / {kind.ImpostorPairs:#,0}", new TextStyle(12, Ink.Muted));
            var different = kind.GenuinePairs == 0 ? "no pairs of one person"
                : $"different {Numbers.Percent(Share(kind.WrongDifferent, kind.GenuinePairs))}";
            var open = Numbers.Percent(Share(kind.CannotTellImpostor, kind.ImpostorPairs));
            var mates = kind.GenuinePairs == 0 ? "" : $"{Numbers.Percent(Share(kind.CannotTellGenuine, kind.GenuinePairs))} / ";
            canvas.Text(Left, y + 20,
                $"same {Numbers.Percent(same.Rate)} (to {Numbers.Percent(same.High)}), {different}, cannot tell {mates}{open}",
                new TextStyle(12, kind.Keeps(promised) ? Ink.Text : Ink.Vermilion));
        }
    });
}
