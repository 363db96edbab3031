using Pfe.Gallery.Decisions;

namespace Pfe.Gallery.Search;

/// <summary>The best k persons seen so far, each with the best of its anchors.</summary>
internal sealed class BestPersons(int k)
{
    private readonly Dictionary<Guid, PersonScore> _best = [];

    /// <summary>A score that a new person must beat once k are known; minus infinity before.</summary>
    public float Bar { get; private set; } = float.NegativeInfinity;

    public void Add(in PersonScore match)
    {
        if (match.Score < Bar || (_best.TryGetValue(match.PersonId, out var known) && known.Score >= match.Score)) return;
        _best[match.PersonId] = match;
        // Rarely, so that the sort costs little; the bar may lag behind, which only lets more in.
        if (_best.Count < 2 * k + 16) return;
        var kept = ToArray();
        _best.Clear();
        foreach (var person in kept) _best.Add(person.PersonId, person);
        Bar = kept[^1].Score;
    }

    public PersonScore[] ToArray() => [.. _best.Values.OrderByDescending(match => match.Score).ThenBy(match => match.PersonId).Take(k)];
}
