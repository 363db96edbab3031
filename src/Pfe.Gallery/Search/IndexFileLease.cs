using System.Globalization;
using Pfe.Gallery.Decisions;
using Pfe.Search;

namespace Pfe.Gallery.Search;

/// <summary>An open index file of anchors. A row's name says whose it is and how certain: <c>person uncertainty</c>.</summary>
/// <remarks>
/// Nobody closes it: the mapping goes with the last search that still uses it, as a file that was replaced may be in use by other threads
/// and is unlinked already.
/// </remarks>
internal sealed class IndexFileLease(EmbeddingIndex index)
{
    public int Count => index.Count;

    public static string Name(Guid person, double uncertainty) =>
        string.Create(CultureInfo.InvariantCulture, $"{person:N} {uncertainty:R}");

    /// <summary>Adds the best rows whose person did not change since.</summary>
    /// <remarks>
    /// The index knows rows, not persons: it is asked for more rows until those that count show k persons, or all rows were seen. One
    /// question is nearly always enough.
    /// </remarks>
    public void Search(EmbeddingSet probes, int k, IReadOnlyDictionary<Guid, int> owner, BestPersons[] best, int threads,
        CancellationToken cancellation)
    {
        for (var wanted = Math.Min(2 * k + 16, index.FaceCount); ; wanted = Math.Min(4 * wanted, index.FaceCount))
        {
            var isEnough = true;
            var found = index.Search(probes, new SearchOptions { K = wanted, Threads = threads }, cancellation);
            for (var probe = 0; probe < found.Length; probe++)
            {
                var persons = new HashSet<Guid>();
                foreach (var match in found[probe])
                {
                    var (person, uncertainty) = Parse(match.Name);
                    if (owner.ContainsKey(person)) continue;
                    persons.Add(person);
                    best[probe].Add(new PersonScore(person, match.Score, uncertainty));
                }
                isEnough &= persons.Count >= k;
            }
            if (isEnough || wanted >= index.FaceCount) return;
        }
    }

    private static (Guid Person, double Uncertainty) Parse(string name)
    {
        var space = name.IndexOf(' ', StringComparison.Ordinal);
        return (Guid.ParseExact(name.AsSpan(0, space), "N"), double.Parse(name.AsSpan(space + 1), CultureInfo.InvariantCulture));
    }
}
