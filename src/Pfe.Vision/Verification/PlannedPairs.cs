using Pfe.Calibration;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Vision.Verification;

/// <summary>The pairs that the faces of a <see cref="DamagePlan"/> make, by family and kind of damage. A pure function of its
/// arguments.</summary>
internal static class PlannedPairs
{
    /// <summary>Impostor pairs of a kind at most; more are thinned out evenly.</summary>
    public const int MaxImpostors = 60_000;

    private const int DifferentGenuine = 60;
    private const int DifferentImpostors = 200_000;

    /// <summary>Makes the pairs.</summary>
    /// <param name="plan">The faces.</param>
    /// <param name="usable">Whether a row of the plan can be used; null where all can.</param>
    /// <param name="score">Scores two rows.</param>
    /// <param name="seed">Draws the pairs of different damages.</param>
    /// <param name="cancellation">Stops the work between kinds.</param>
    public static IReadOnlyList<KindPairs> Of(DamagePlan plan, Func<int, bool>? usable, Func<int, int, double> score, int seed,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(score);
        int[] rows = [.. Enumerable.Range(0, plan.Faces.Count).Where(row => usable is null || usable(row))];
        int[] clean = [.. rows.Where(row => plan.Faces[row].Recipe == DamagePlan.Clean)];
        var damaged = rows.Where(row => plan.Faces[row].Recipe != DamagePlan.Clean).GroupBy(row => plan.Faces[row].Recipe)
            .GroupBy(recipe => plan.Recipes[recipe.Key].Kind, recipe => recipe.ToArray()).ToArray();
        var pairs = new List<KindPairs> { Scored(PairFamily.Clean, "", Within(clean)) };
        foreach (var kind in damaged)
        {
            cancellation.ThrowIfCancellationRequested();
            var (recipes, name) = (kind.ToArray(), kind.Key.Words());
            var shared = recipes.SelectMany(Within);
            var mixed = recipes.SelectMany(recipe => Between(clean, recipe));
            if (DamageRecipe.NonFaces.Contains(kind.Key))
            {
                pairs.Add(Scored(PairFamily.NonFace, name, shared.Concat(mixed), faces: false));
                continue;
            }
            pairs.Add(Scored(PairFamily.SameDamage, name, shared));
            pairs.Add(Scored(PairFamily.CleanDamaged, name, mixed));
        }
        int[] spoilt = [.. damaged.Where(kind => !DamageRecipe.NonFaces.Contains(kind.Key)).SelectMany(kind => kind).SelectMany(recipe =>
            recipe)];
        if (spoilt.Length > 1) pairs.Add(Scored(PairFamily.OtherDamage, "", Different(spoilt)));
        return pairs;

        KindPairs Scored(PairFamily family, string kind, IEnumerable<(int First, int Second)> all, bool faces = true)
        {
            var (genuine, impostor) = (new List<(int, int)>(), new List<(int, int)>());
            foreach (var pair in all)
            {
                var (a, b) = (plan.Faces[pair.First], plan.Faces[pair.Second]);
                if (a.Person != b.Person) impostor.Add(pair);
                else if (faces && a.Image != b.Image) genuine.Add(pair);
            }
            var step = Math.Max(1, (impostor.Count + MaxImpostors - 1) / MaxImpostors);
            return new(family, kind, [.. genuine.Select(Score)], [.. impostor.Where((_, n) => n % step == 0).Select(Score)]);
        }

        double Score((int First, int Second) pair) => score(pair.First, pair.Second);

        IEnumerable<(int, int)> Different(int[] from)
        {
            var random = new Random(seed);
            foreach (var person in from.GroupBy(row => plan.Faces[row].Person).Select(group => group.ToArray()))
            {
                for (var n = 0; n < DifferentGenuine; n++)
                {
                    var (a, b) = (person[random.Next(person.Length)], person[random.Next(person.Length)]);
                    if (plan.Faces[a].Recipe != plan.Faces[b].Recipe) yield return (a, b);
                }
            }
            for (var n = 0; n < DifferentImpostors; n++)
            {
                var (a, b) = (from[random.Next(from.Length)], from[random.Next(from.Length)]);
                if (plan.Faces[a].Recipe != plan.Faces[b].Recipe && plan.Faces[a].Person != plan.Faces[b].Person) yield return (a, b);
            }
        }
    }

    /// <summary>
    /// Photographs under a wrong name, as far as scores tell: against every other clean photograph of their person, of which there are
    /// two at
    /// least, the score speaks for two people. A threshold on the lowest percent of genuine pairs would be set by these alone.
    /// </summary>
    /// <param name="plan">The faces.</param>
    /// <param name="usable">Whether a row of the plan can be used; null where all can.</param>
    /// <param name="score">Scores two rows; below 0 for two people.</param>
    /// <returns>Indices of images.</returns>
    public static IReadOnlySet<int> Misnamed(DamagePlan plan, Func<int, bool>? usable, Func<int, int, double> score)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(score);
        var people = Enumerable.Range(0, plan.Faces.Count).Where(row => plan.Faces[row].Recipe == DamagePlan.Clean
            && (usable is null || usable(row)))
            .GroupBy(row => plan.Faces[row].Person).Select(person => person.ToArray()).Where(person => person.Length > 2);
        return people.SelectMany(person => person.Where(row => person.All(other => other == row || score(row, other) < 0)))
            .Select(row => plan.Faces[row].Image).ToHashSet();
    }

    private static IEnumerable<(int, int)> Within(int[] rows)
    {
        for (var i = 0; i < rows.Length; i++)
            for (var j = i + 1; j < rows.Length; j++) yield return (rows[i], rows[j]);
    }

    private static IEnumerable<(int, int)> Between(int[] some, int[] others) => some.SelectMany(_ => others, (one, other) => (one, other));
}
