using System.Numerics.Tensors;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Training.Trust;

/// <summary>One pair of a batch.</summary>
/// <param name="First">Position in the batch.</param>
/// <param name="Second">Position in the batch.</param>
/// <param name="Cosine">mu1 . mu2.</param>
/// <param name="Same">Whether it shows one person.</param>
/// <param name="Weight">Its share of the loss.</param>
internal readonly record struct TrustPair(int First, int Second, float Cosine, bool Same, double Weight);

/// <summary>
/// The pairs of a batch: clean with clean, clean with damaged, damaged alike, damaged differently, genuine and impostor apart. Each of
/// the eight lots
/// weighs the same whatever its size, but for the factors.
/// </summary>
internal static class TrustPairs
{
    /// <summary>Pairs of one lot at most; more are drawn from.</summary>
    public const int MaxPairs = 4000;

    // Clean pairs and shared damage are what is asked for most.
    private static readonly double[] Factors = [2, 1, 2, 1];

    /// <summary>Chooses the pairs.</summary>
    /// <param name="sample">The faces.</param>
    /// <param name="rows">The batch.</param>
    /// <param name="random">Draws where there are too many.</param>
    public static TrustPair[] Of(TrustSample sample, IReadOnlyList<int> rows, Random random)
    {
        var lots = new List<(int, int)>[8];
        for (var i = 0; i < lots.Length; i++) lots[i] = [];
        for (var i = 0; i < rows.Count; i++)
            for (var j = i + 1; j < rows.Count; j++)
                if (Lot(sample.Plan, sample.Plan.Faces[rows[i]], sample.Plan.Faces[rows[j]]) is >= 0 and var lot) lots[lot].Add((i, j));
        var pairs = new List<TrustPair>();
        for (var lot = 0; lot < lots.Length; lot++)
        {
            var chosen = lots[lot].Count <= MaxPairs ? lots[lot]
                : [.. Enumerable.Range(0, MaxPairs).Select(_ => lots[lot][random.Next(lots[lot].Count)])];
            foreach (var (i, j) in chosen)
            {
                var cosine = TensorPrimitives.Dot(sample.Mu(rows[i]), sample.Mu(rows[j]));
                pairs.Add(new TrustPair(i, j, cosine, lot % 2 == 0, Factors[lot / 2] / chosen.Count));
            }
        }
        return [.. pairs];
    }

    /// <summary>2 x family, + 1 for impostors; -1 where nothing can be said: the same photograph twice, or one person's face and no
    /// face.</summary>
    private static int Lot(DamagePlan plan, in PlannedFace a, in PlannedFace b)
    {
        var family = (a.Recipe == DamagePlan.Clean, b.Recipe == DamagePlan.Clean) switch
        {
            (true, true) => 0,
            (false, false) => a.Recipe == b.Recipe ? 2 : 3,
            _ => 1,
        };
        var stranger = a.Person != b.Person;
        var nobody = Nobody(plan, a) || Nobody(plan, b);
        if (!stranger && (nobody || a.Image == b.Image)) return -1;
        return 2 * family + (stranger ? 1 : 0);
    }

    private static bool Nobody(DamagePlan plan, in PlannedFace face) => face.Recipe != DamagePlan.Clean
        && plan.Recipes[face.Recipe].IsNonFace;
}
