using System.Collections.Immutable;
using Pfe.Gallery.Decisions;

namespace Pfe.Gallery.Search;

/// <summary>A person's anchors as they are at some version; none for a person who is gone.</summary>
internal sealed record PersonAnchors(Guid PersonId, IReadOnlyList<FacePoint> Anchors);

/// <summary>
/// One state of a gallery, ready to be searched: a file of anchors as they were at its watermark, and a tail of the persons changed since.
/// A changed person's rows in the file no longer count, whatever became of them, so a deletion shows at once. Immutable: a change makes
/// another index that shares all but the newest part.
/// </summary>
internal sealed class PersonIndex
{
    private readonly IndexFileLease? _file;
    private readonly ImmutableArray<TailChunk> _tail;

    // Of every person changed since the file: the chunk that holds the newest anchors, or -1 for nobody left.
    private readonly ImmutableDictionary<Guid, int> _owner;
    private readonly int _nextChunk;

    private PersonIndex(
        IndexFileLease? file, ImmutableArray<TailChunk> tail, ImmutableDictionary<Guid, int> owner, int nextChunk, int generation,
            long version, long fileVersion)
    {
        (_file, _tail, _owner, _nextChunk) = (file, tail, owner, nextChunk);
        (Generation, Version, FileVersion) = (generation, version, fileVersion);
    }

    /// <summary>The gallery's generation the anchors are of.</summary>
    public int Generation { get; }

    /// <summary>The gallery's version that this shows.</summary>
    public long Version { get; }

    /// <summary>The file's watermark; 0 without a file.</summary>
    public long FileVersion { get; }

    /// <summary>Persons changed since the file was written.</summary>
    public int ChangedPersons => _owner.Count;

    /// <summary>Whether there is a file.</summary>
    public bool HasFile => _file is not null;

    /// <summary>An index over a file, or over nothing.</summary>
    public static PersonIndex Over(IndexFileLease? file, int generation, long version) =>
        new(file, [], ImmutableDictionary<Guid, int>.Empty, 0, generation, version, file is null ? 0 : version);

    /// <summary>The index after some persons changed.</summary>
    public PersonIndex With(IReadOnlyCollection<PersonAnchors> changed, long version)
    {
        var (owner, tail, next) = (_owner, _tail, _nextChunk);
        foreach (var person in changed) owner = owner.SetItem(person.PersonId, person.Anchors.Count == 0 ? -1 : next);
        var rows = changed.SelectMany(person => person.Anchors.Select(anchor => new TailRow(person.PersonId, anchor))).ToArray();
        if (rows.Length > 0) tail = tail.Add(new TailChunk(next++, rows));
        // Like a binary counter: two chunks of about a size become one, so that a row is copied about log2(rows) times and a search meets
        // about as many chunks.
        while (tail.Length > 1 && tail[^2].Rows.Count <= 2 * tail[^1].Rows.Count)
        {
            var (id, live) = (next++, tail[^2].Live(owner).Concat(tail[^1].Live(owner)).ToArray());
            tail = tail.RemoveRange(tail.Length - 2, 2);
            foreach (var person in live.Select(row => row.PersonId).Distinct()) owner = owner.SetItem(person, id);
            if (live.Length > 0) tail = tail.Add(new TailChunk(id, live));
        }
        return new(_file, tail, owner, next, Generation, version, FileVersion);
    }

    /// <summary>Makes a file that shows what this index shows, from its file and its tail.</summary>
    public IndexFileLease Fold(string path, CancellationToken cancellation) =>
        _file!.Rewrite(path, _owner.Keys, _tail.SelectMany(chunk => chunk.Live(_owner)), cancellation);

    /// <summary>This index over a file that shows an earlier one; null where it has come to be over another file meanwhile.</summary>
    /// <param name="file">What <see cref="Fold"/> made.</param>
    /// <param name="folded">Of which index.</param>
    /// <param name="since">Who changed since.</param>
    public PersonIndex? Over(IndexFileLease file, PersonIndex folded, IReadOnlyCollection<Guid> since)
    {
        if (_file != folded._file) return null;
        var rows = _tail.SelectMany(chunk => chunk.Live(_owner)).Where(row => since.Contains(row.PersonId))
            .ToLookup(row => row.PersonId, row => row.Anchor);
        return Over(file, Generation, folded.Version)
            .With([.. since.Select(person => new PersonAnchors(person, [.. rows[person]]))], Version);
    }

    /// <summary>Closes the file, unless a newer index is over the same one.</summary>
    public void CloseUnlessSharedBy(PersonIndex newer)
    {
        if (_file != newer._file) _file?.Close();
    }

    /// <summary>The best k persons of each probe, by their nearest anchor; best first, equal scores by id.</summary>
    public PersonScore[][] Search(EmbeddingSet probes, int k, int threads, CancellationToken cancellation)
    {
        var best = new BestPersons[probes.Count];
        for (var i = 0; i < best.Length; i++) best[i] = new BestPersons(k);
        foreach (var chunk in _tail) chunk.Search(probes, _owner, best, threads, cancellation);
        _file?.Search(probes, k, _owner, best, threads, cancellation);
        return Array.ConvertAll(best, persons => persons.ToArray());
    }
}
