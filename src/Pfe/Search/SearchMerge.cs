namespace Pfe.Search;

/// <summary>The best of several searches for the same probes: what shards, or a file and its tail, found.</summary>
internal static class SearchMerge
{
    /// <summary>The best faces.</summary>
    /// <param name="parts">The parts' results, for the same probes in the same order.</param>
    /// <param name="k">How many matches a probe, at least 1.</param>
    /// <returns>The best first, equal scores by id; the versions add up, the coverage is the parts' mean.</returns>
    public static SearchResult<FaceMatch> Faces(IReadOnlyList<SearchResult<FaceMatch>> parts, int k) => Merge(parts, k, matches =>
        matches.Order(Comparer<FaceMatch>.Create(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Id.Order(b.Id))));

    /// <summary>The best persons. One whom several parts found, as it may be while they are moved, counts once, by their best
    /// face.</summary>
    /// <param name="parts">The parts' results, for the same probes in the same order.</param>
    /// <param name="k">How many matches a probe, at least 1.</param>
    /// <returns>The best first, equal scores by face; the versions add up, the coverage is the parts' mean.</returns>
    public static SearchResult<PersonMatch> Persons(IReadOnlyList<SearchResult<PersonMatch>> parts, int k) => Merge(parts, k, matches =>
        matches.Order(Comparer<PersonMatch>.Create(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Face.Order(b.Face)))
            .DistinctBy(match => match.Person));

    private static SearchResult<T> Merge<T>(IReadOnlyList<SearchResult<T>> parts, int k, Func<IEnumerable<T>, IEnumerable<T>> best)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        if (parts.Count == 0) throw new ArgumentException("there is nothing to merge", nameof(parts));
        var probes = parts[0].Matches.Count;
        if (parts.Any(part => part.Matches.Count != probes)) throw new ArgumentException("the parts are of different probes",
            nameof(parts));
        return new SearchResult<T>(
            [.. Enumerable.Range(0, probes).Select(probe => (IReadOnlyList<T>)[.. best(parts.SelectMany(part => part[probe])).Take(k)])],
            parts.Sum(part => part.Version), parts.Average(part => part.Coverage));
    }
}
