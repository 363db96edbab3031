namespace Pfe.Search;

/// <summary>
/// One index made of several on this machine. A person is never split: all their faces lie in the shard that their id names
/// (<see cref="PersonId.Shard"/>), so that each shard's best persons are the persons' best.
/// </summary>
/// <remarks>
/// A search finds what it would find in one index of all the faces, but for the order of equal scores, which here is that of the ids. A
/// change is whole or
/// not at all in each shard; where it concerns several and one of them fails, those before it have changed. The version is the sum of the
/// shards'. Give all shards one model and one scale (<see cref="IndexOptions.ScaleExponent"/>).
/// </remarks>
public sealed class ShardedIndex : IMutableFaceIndex
{
    private readonly IMutableFaceIndex[] _shards;
    private readonly Lock _changes = new();

    /// <summary>Puts shards together; they are disposed of with this.</summary>
    /// <param name="shards">At least one, all of one D, always in the same order: a person's shard is a number.</param>
    public ShardedIndex(IReadOnlyList<IMutableFaceIndex> shards)
    {
        ArgumentNullException.ThrowIfNull(shards);
        if (shards.Count == 0) throw new ArgumentException("a sharded index needs at least one shard", nameof(shards));
        foreach (var shard in shards)
            ModelMismatchException.Check("a shard", shards[0].Dimension, shards[0].ModelId, shard.Dimension, shard.ModelId);
        _shards = [.. shards];
    }

    /// <inheritdoc/>
    public int Dimension => _shards[0].Dimension;

    /// <inheritdoc/>
    public string? ModelId => _shards.Select(shard => shard.ModelId).FirstOrDefault(model => model is not null);

    /// <inheritdoc/>
    public long Count => _shards.Sum(shard => shard.Count);

    /// <inheritdoc/>
    public long Version => _shards.Sum(shard => shard.Version);

    /// <inheritdoc/>
    public bool Contains(FaceId id) => Array.Exists(_shards, shard => shard.Contains(id));

    /// <inheritdoc/>
    public IReadOnlyCollection<FaceId> WhichAreIn(IReadOnlyCollection<FaceId> ids) => [.. _shards.SelectMany(shard =>
        shard.WhichAreIn(ids))];

    /// <inheritdoc/>
    public SearchResult<FaceMatch> SearchFaces(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default) =>
        SearchMerge.Faces(Array.ConvertAll(_shards, shard => shard.SearchFaces(probes, options, cancellation)), (options ?? new()).K);

    /// <inheritdoc/>
    public SearchResult<PersonMatch> SearchPersons(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default) =>
        SearchMerge.Persons(Array.ConvertAll(_shards, shard => shard.SearchPersons(probes, options, cancellation)), (options ?? new()).K);

    /// <inheritdoc/>
    public void Add(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default)
    {
        lock (_changes)
        {
            Check(faces);
            FaceId[] ids = [.. faces.Select(face => face.Id)];
            foreach (var old in WhichAreIn(ids)) throw new DuplicateFaceException(old, "is in the index already");
            foreach (var group in ByShard(faces)) _shards[group.Key].Add([.. group], cancellation);
        }
    }

    /// <inheritdoc/>
    public void Upsert(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default)
    {
        lock (_changes)
        {
            Check(faces);
            var groups = ByShard(faces).ToDictionary(group => group.Key, group => group.ToArray());
            // The new place first: a face that moves to another person is never found in none.
            foreach (var (shard, group) in groups) _shards[shard].Upsert(group, cancellation);
            for (var shard = 0; shard < _shards.Length; shard++)
                _shards[shard].Remove([.. groups.Where(group => group.Key != shard).SelectMany(group => group.Value).Select(face =>
                    face.Id)],
                    CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public int Remove(IReadOnlyCollection<FaceId> ids, CancellationToken cancellation = default)
    {
        lock (_changes) return _shards.Sum(shard => shard.Remove(ids, cancellation));
    }

    /// <inheritdoc/>
    public int RemovePersons(IReadOnlyCollection<PersonId> persons, CancellationToken cancellation = default)
    {
        lock (_changes)
            return persons.GroupBy(person => person.Shard(_shards.Length)).Sum(group => _shards[group.Key].RemovePersons([.. group],
                cancellation));
    }

    /// <summary>Disposes of the shards.</summary>
    public void Dispose()
    {
        foreach (var shard in _shards) shard.Dispose();
    }

    // What can be refused is refused before the first shard changes.
    private void Check(IReadOnlyCollection<IndexedFace> faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var (ids, model) = (new HashSet<FaceId>(), ModelId);
        foreach (var face in faces)
        {
            ModelMismatchException.Check($"the face '{face.Id}'", Dimension, model, face.Embedding.Dimension, face.Embedding.ModelId);
            model ??= face.Embedding.ModelId;
            if (!ids.Add(face.Id)) throw new DuplicateFaceException(face.Id, "is given twice");
        }
    }

    private IEnumerable<IGrouping<int, IndexedFace>> ByShard(IReadOnlyCollection<IndexedFace> faces) =>
        faces.GroupBy(face => face.Person.Shard(_shards.Length));
}
