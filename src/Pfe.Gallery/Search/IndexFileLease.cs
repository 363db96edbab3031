using System.Globalization;
using Pfe.Gallery.Decisions;
using Pfe.Search;

namespace Pfe.Gallery.Search;

/// <summary>An open index file of anchors. A row's id says whose it is, which of their anchors, and how
/// certain: <c>person anchor uncertainty</c>.</summary>
/// <remarks>
/// Nobody closes it: the mapping goes with the last search that still uses it, as a file that was replaced may be in use by other threads
/// and is unlinked already.
/// </remarks>
internal sealed class IndexFileLease(FileIndex index)
{
    public int Count => (int)index.Count;

    public static string Name(Guid person, int anchor, double uncertainty) =>
        string.Create(CultureInfo.InvariantCulture, $"{person:N} {anchor} {uncertainty:R}");

    /// <summary>Adds the best rows whose person did not change since.</summary>
    /// <remarks>
    /// The index knows rows, not persons: it is asked for more rows until those that count show k persons, or all rows were seen. One
    /// question is nearly always enough.
    /// </remarks>
    public void Search(EmbeddingSet probes, int k, IReadOnlyDictionary<Guid, int> owner, BestPersons[] best, int threads,
        CancellationToken cancellation)
    {
        for (var wanted = Math.Min(2 * k + 16, Count); ; wanted = Math.Min(4 * wanted, Count))
        {
            var isEnough = true;
            var found = index.SearchFaces(probes, new SearchOptions { K = wanted, Threads = threads }, cancellation);
            for (var probe = 0; probe < found.Matches.Count; probe++)
            {
                var persons = new HashSet<Guid>();
                foreach (var match in found[probe])
                {
                    var (person, uncertainty) = Parse(match.Id.Text!);
                    if (owner.ContainsKey(person)) continue;
                    persons.Add(person);
                    best[probe].Add(new PersonScore(person, match.Score, uncertainty));
                }
                isEnough &= persons.Count >= k;
            }
            if (isEnough || wanted >= Count) return;
        }
    }

    private static (Guid Person, double Uncertainty) Parse(string name)
    {
        int first = name.IndexOf(' ', StringComparison.Ordinal), last = name.LastIndexOf(' ');
        return (Guid.ParseExact(name.AsSpan(0, first), "N"), double.Parse(name.AsSpan(last + 1), CultureInfo.InvariantCulture));
    }
}
