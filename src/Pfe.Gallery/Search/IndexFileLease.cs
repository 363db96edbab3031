using System.Globalization;
using Pfe.Gallery.Decisions;
using Pfe.Search;

namespace Pfe.Gallery.Search;

/// <summary>
/// An open index file of anchors. A row's id says whose it is, which of their anchors, and how certain: <c>person anchor uncertainty</c>.
/// </summary>
/// <remarks>
/// A file that was replaced is unlinked and closed; searches that run on it finish, others throw <see cref="ObjectDisposedException"/>
/// and are repeated on what took its place. One that is not closed goes with the last search that uses it.
/// </remarks>
internal sealed class IndexFileLease(FileIndex index)
{
    public static string Name(Guid person, int anchor, double uncertainty) =>
        string.Create(CultureInfo.InvariantCulture, $"{person:N} {anchor} {uncertainty:R}");

    /// <summary>The person of a row.</summary>
    public static PersonId Person(string name) => name[..name.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>Adds the best persons who did not change since.</summary>
    /// <remarks>
    /// The file does not know who changed: it is asked for more persons until k of them count, or all were seen. One question is nearly
    /// always enough.
    /// </remarks>
    public void Search(
        EmbeddingSet probes, int k, IReadOnlyDictionary<Guid, int> owner, BestPersons[] best, int threads, CancellationToken cancellation)
    {
        for (var wanted = 2 * k + 16; ; wanted *= 4)
        {
            var isEnough = true;
            var found = index.SearchPersons(probes, new SearchOptions { K = wanted, Threads = threads }, cancellation);
            for (var probe = 0; probe < found.Matches.Count; probe++)
            {
                var unchanged = 0;
                foreach (var match in found[probe])
                {
                    var person = Guid.ParseExact(match.Person.Text!, "N");
                    if (owner.ContainsKey(person)) continue;
                    unchanged++;
                    best[probe].Add(new PersonScore(person, match.Score, Uncertainty(match.Face.Text!)));
                }
                isEnough &= unchanged >= k || found[probe].Count < wanted;
            }
            if (isEnough) return;
        }
    }

    /// <summary>Closes the file, when the searches that run have ended.</summary>
    public void Close() => index.Dispose();

    /// <summary>Makes another file that has other rows in the place of those of some persons; this one stays as it is.</summary>
    /// <exception cref="GalleryException">The disk is full or read-only.</exception>
    public IndexFileLease Rewrite(string path, IEnumerable<Guid> persons, IEnumerable<TailRow> rows, CancellationToken cancellation)
    {
        try
        {
            Copy(path, persons, rows, cancellation);
            return new IndexFileLease(FileIndex.Open(path, cancellation: cancellation));
        }
        catch (Exception e)
        {
            // On a full disk, what cannot be finished must not take the room that is left.
            File.Delete(path);
            if (IndexFileErrors.Is(e)) throw IndexFileErrors.Translate(e, Path.GetDirectoryName(path)!);
            throw;
        }
    }

    private void Copy(string path, IEnumerable<Guid> persons, IEnumerable<TailRow> rows, CancellationToken cancellation)
    {
        File.Copy(index.Path, path, overwrite: true);
        using var copy = FileIndex.Open(path, cancellation: cancellation);
        copy.RemovePersons([.. persons.Select(person => (PersonId)$"{person:N}")], cancellation);
        var named = rows.GroupBy(row => row.PersonId).SelectMany(person => person.Select((row, number) =>
            (Name: Name(person.Key, number, row.Anchor.Uncertainty), row.Anchor))).ToArray();
        if (named.Length > 0)
        {
            using var set = new EmbeddingSet(index.Dimension, [.. named.SelectMany(row => row.Anchor.Mu)],
                [.. named.SelectMany(row => row.Anchor.LogVariance)], [.. named.Select(row => row.Name)]);
            copy.Add(set, Person, cancellation: cancellation);
        }
        copy.Compact(cancellation: cancellation);
    }

    private static double Uncertainty(string name) => double.Parse(name.AsSpan(name.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
}
