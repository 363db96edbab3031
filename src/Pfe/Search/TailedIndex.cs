namespace Pfe.Search;

/// <summary>
/// An index file and, beside it in memory, what has changed since: recent faces are searched at once and cost no write to the disk, until
/// <see cref="Flush"/> brings them into the file. For a service whose truth lies elsewhere, in a store that the file can be made from
/// again.
/// </summary>
/// <remarks>Safe for use by several threads at once; changes and flushes wait for the searches that run. What is not flushed is lost
/// with the process.</remarks>
/// <example><code>
/// using var index = new TailedIndex(FileIndex.Open("people.pfi"));
/// index.Upsert([new IndexedFace("ann/1.jpg", Person: "ann", face)]);
/// if (index.TailCount > 10_000) index.Flush();
/// </code></example>
public sealed class TailedIndex : IMutableFaceIndex
{
    private readonly IndexLock _lock;
    private readonly FileIndex _file;
    private readonly IndexOptions _options;
    private readonly Dictionary<FaceId, IndexedFace> _tail = [];
    private readonly HashSet<FaceId> _removed = [];
    private MemoryIndex _recent;
    private long _changes;
    private HiddenFaces? _hidden;

    /// <summary>Puts an empty tail beside a file.</summary>
    /// <param name="file">The file; disposed of with this.</param>
    /// <param name="normalise">Whether means are brought to unit length.</param>
    public TailedIndex(FileIndex file, bool normalise = false)
    {
        ArgumentNullException.ThrowIfNull(file);
        (_file, _lock) = (file, new IndexLock(this));
        // Of the file's store and scale: a face scores alike before and after it is flushed.
        _options = file.Read(state => new IndexOptions
        {
            Store = (IndexStore)state.Head.Store,
            ScaleExponent = state.Head.Scale.Exponent,
            ModelId = state.ModelId,
            Normalise = normalise,
        });
        Dimension = file.Dimension;
        _recent = new MemoryIndex(Dimension, _options);
    }

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <inheritdoc/>
    public string? ModelId => _lock.Read(() => _recent.ModelId);

    /// <inheritdoc/>
    public long Count => _lock.Read(() => _file.Read(state => state.Count - Hidden(state).Count) + _recent.Count);

    /// <summary>Faces in the tail.</summary>
    public long TailCount => _lock.Read(() => (long)_tail.Count);

    /// <inheritdoc/>
    public long Version => _lock.Read(() => _file.Version + _changes);

    /// <inheritdoc/>
    public bool Contains(FaceId id) => _lock.Read(() => _tail.ContainsKey(id) || (!_removed.Contains(id) && _file.Contains(id)));

    /// <inheritdoc/>
    public SearchResult<FaceMatch> SearchFaces(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default) => _lock.Read(() =>
        SearchMerge.Faces([
            _file.Read(state => IndexScan.Faces(Visible(state), probes, options, cancellation, _file.Elsewhere)),
            _recent.SearchFaces(probes, options, cancellation)], (options ?? new()).K) with
        { Version = _file.Version + _changes });

    /// <inheritdoc/>
    public SearchResult<PersonMatch> SearchPersons(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default) => _lock.Read(() =>
        SearchMerge.Persons([
            _file.Read(state => IndexScan.Persons(Visible(state), probes, options, cancellation, _file.Elsewhere)),
            _recent.SearchPersons(probes, options, cancellation)], (options ?? new()).K) with
        { Version = _file.Version + _changes });

    /// <inheritdoc/>
    public void Add(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default) => _lock.Write(() =>
    {
        ArgumentNullException.ThrowIfNull(faces);
        foreach (var old in _file.WhichAreIn([.. faces.Select(face => face.Id)]))
            if (!_removed.Contains(old)) throw new DuplicateFaceException(old, "is in the index already");
        _recent.Add(faces, cancellation);
        return Remember(faces);
    });

    /// <inheritdoc/>
    public void Upsert(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default) => _lock.Write(() =>
    {
        _recent.Upsert(faces, cancellation);
        return Remember(faces);
    });

    /// <inheritdoc/>
    public int Remove(IReadOnlyCollection<FaceId> ids, CancellationToken cancellation = default) => _lock.Write(() =>
        Forget([.. _tail.Keys.Intersect(ids)], _file.WhichAreIn(ids), cancellation));

    /// <inheritdoc/>
    public int RemovePersons(IReadOnlyCollection<PersonId> persons, CancellationToken cancellation = default) => _lock.Write(() =>
    {
        var gone = persons.ToHashSet();
        return Forget([.. _tail.Values.Where(face => gone.Contains(face.Person)).Select(face => face.Id)],
            _file.Read(state => state.Find(gone, cancellation).ConvertAll(state.Id)), cancellation);
    });

    /// <summary>Brings the tail and the removals into the file, as one change, and empties the tail.</summary>
    /// <param name="compact">Whether to write the file anew, so that the bytes of removed faces go.</param>
    /// <param name="cancellation">Stops the work; file and tail stay as they were.</param>
    /// <exception cref="PfeException">The file is damaged, cannot be written or is being changed by another process; the tail
    /// stays.</exception>
    public void Flush(bool compact = false, CancellationToken cancellation = default) => _lock.Write(() =>
    {
        if (_tail.Count + _removed.Count > 0)
        {
            var faces = FaceBatch.Of(_tail.Values, Dimension, _options.ModelId);
            IndexChange.Add(_file.Path, faces, replace: true, _options.Normalise, null, cancellation, _removed);
            _recent.Dispose();
            _recent = new MemoryIndex(Dimension, _options);
            _tail.Clear();
            _removed.Clear();
            _changes++;
        }
        if (compact) _file.Compact(null, cancellation);
        return 0;
    });

    /// <summary>Disposes of the file, when the searches that run have ended; what is not flushed is lost.</summary>
    public void Dispose() => _lock.Close(() =>
    {
        _recent.Dispose();
        _file.Dispose();
    });

    private VisibleFaces Visible(FileState state) => new(state, Hidden(state));

    // The file's faces that were removed or replaced; found once for each state of file and tail.
    private HashSet<int> Hidden(FileState state)
    {
        if (_tail.Count + _removed.Count == 0) return [];
        if (_hidden is { } known && known.State == state && known.Changes == _changes) return known.Faces;
        var faces = state.Find(_tail.Keys.Concat(_removed).ToHashSet(), CancellationToken.None).ToHashSet();
        _hidden = new HiddenFaces(state, _changes, faces);
        return faces;
    }

    private sealed record HiddenFaces(FileState State, long Changes, HashSet<int> Faces);

    private int Remember(IReadOnlyCollection<IndexedFace> faces)
    {
        foreach (var face in faces)
        {
            _tail[face.Id] = face;
            _removed.Remove(face.Id);
        }
        if (faces.Count > 0) _changes++;
        return faces.Count;
    }

    private int Forget(IReadOnlyList<FaceId> recent, IReadOnlyCollection<FaceId> old, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        // A face of the file that the tail or a removal hides has been counted before, or is counted with the tail's.
        var removed = recent.Count + old.Count(id => !_tail.ContainsKey(id) && !_removed.Contains(id));
        // What the file holds under the ids that leave the tail must not come back.
        _removed.UnionWith(_file.WhichAreIn(recent));
        _removed.UnionWith(old);
        _recent.Remove(recent, CancellationToken.None);
        foreach (var id in recent) _tail.Remove(id);
        if (removed > 0) _changes++;
        return removed;
    }
}
