using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>
/// Faces in memory, searched exactly while they come and go: the recent faces of a service, a gallery that is not kept, a shard. 8 D bytes
/// a face in single
/// precision, 4 D in 16 bits, some 200 more for the ids.
/// </summary>
/// <remarks>
/// Searches run side by side; a change waits for those that run and holds up those that come. The values of a removed face are overwritten
/// before the call returns. Dispose waits for what is running.
/// </remarks>
/// <example><code>
/// using var index = new MemoryIndex(512);
/// index.Add(new IndexedFace("ann-1.jpg", Person: "ann", embedding));
/// PersonMatch best = index.SearchPersons(probe)[0];
/// </code></example>
public sealed class MemoryIndex : IMutableFaceIndex
{
    private readonly IndexLock _lock;
    private readonly IndexOptions _options;
    private FaceTable? _table;
    private long _version;

    /// <summary>Makes an empty index.</summary>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="options">How to hold the faces; null for the defaults.</param>
    public MemoryIndex(int dimension, IndexOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        (Dimension, _options, _lock) = (dimension, options ?? new IndexOptions(), new IndexLock(this));
    }

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <summary>Which model the faces came from: the options', else that of the first face that names one; null while none is
    /// known.</summary>
    public string? ModelId => _lock.Read(() => Model);

    /// <inheritdoc/>
    public long Count => _lock.Read(() => (long)(_table?.Count ?? 0));

    /// <inheritdoc/>
    public long Version => _lock.Read(() => _version);

    /// <inheritdoc/>
    public bool Contains(FaceId id) => _lock.Read(() => _table?.Contains(id) ?? false);

    /// <inheritdoc/>
    public IReadOnlyCollection<FaceId> WhichAreIn(IReadOnlyCollection<FaceId> ids) =>
        _lock.Read(() => _table is null ? [] : ids.Where(_table.Contains).ToHashSet());

    /// <inheritdoc/>
    public SearchResult<FaceMatch> SearchFaces(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default) =>
        _lock.Read(() => IndexScan.Faces(State, probes, options, cancellation));

    /// <inheritdoc/>
    public SearchResult<PersonMatch> SearchPersons(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default) =>
        _lock.Read(() => IndexScan.Persons(State, probes, options, cancellation));

    /// <inheritdoc/>
    public void Add(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default) =>
        _lock.Write(() => Change(faces, replace: false, cancellation));

    /// <inheritdoc/>
    public void Upsert(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default) =>
        _lock.Write(() => Change(faces, replace: true, cancellation));

    /// <inheritdoc/>
    public int Remove(IReadOnlyCollection<FaceId> ids, CancellationToken cancellation = default) => _lock.Write(() =>
    {
        cancellation.ThrowIfCancellationRequested();
        return TakeOut(ids);
    });

    /// <inheritdoc/>
    public int RemovePersons(IReadOnlyCollection<PersonId> persons, CancellationToken cancellation = default) => _lock.Write(() =>
    {
        cancellation.ThrowIfCancellationRequested();
        return _table is null ? 0 : TakeOut([.. persons.SelectMany(_table.FacesOf)]);
    });

    /// <summary>The faces of a person.</summary>
    /// <param name="person">The person.</param>
    public IReadOnlyList<FaceId> FacesOf(PersonId person) => _lock.Read(() => _table?.FacesOf(person) ?? []);

    /// <summary>Waits for running searches and changes, and frees the memory.</summary>
    public void Dispose() => _lock.Close(() =>
    {
        _table?.Dispose();
        _table = null;
    });

    private string? Model => _table?.ModelId ?? _options.ModelId;

    private FaceTable State => _table ?? new FaceTable(Dimension, (BlockStore)_options.Store, default)
    {
        ModelId = _options.ModelId,
        Version = _version
    };

    private void Change(IReadOnlyCollection<IndexedFace> faces, bool replace, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(faces);
        if (faces.Count == 0) return;
        var model = Model;
        foreach (var face in faces)
        {
            ModelMismatchException.Check($"the face '{face.Id}'", Dimension, model, face.Embedding.Dimension, face.Embedding.ModelId);
            model ??= face.Embedding.ModelId;
        }
        var table = _table ?? new FaceTable(Dimension, (BlockStore)_options.Store, _options.Scale(faces));
        var admitted = Admit(table, faces, replace, cancellation);
        _table = table;
        table.ModelId = model;
        if (replace)
            foreach (var face in faces) _table.Remove(face.Id);
        var variance = new float[Dimension];
        foreach (var (face, mu, range) in admitted)
        {
            face.Embedding.CopyVariance(variance);
            _table.Put(face.Id, face.Person, mu, variance, range);
        }
        _table.Version = ++_version;
    }

    // All of the faces or none: whatever can be refused is refused before the first is put in its place.
    private List<(IndexedFace Face, float[] Mu, VarianceRange Range)> Admit(
        FaceTable table, IReadOnlyCollection<IndexedFace> faces, bool replace, CancellationToken cancellation)
    {
        var admission = new FaceAdmission(table.Store, table.Scale, _options.Normalise);
        var (seen, admitted, variance) = (new HashSet<FaceId>(), new List<(IndexedFace, float[], VarianceRange)>(faces.Count),
            new float[Dimension]);
        foreach (var face in faces)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!seen.Add(face.Id)) throw new DuplicateFaceException(face.Id, "is given twice");
            if (!replace && table.Contains(face.Id)) throw new DuplicateFaceException(face.Id, "is in the index already");
            face.Embedding.CopyVariance(variance);
            var mu = new float[Dimension];
            admitted.Add((face, mu, admission.Admit(() => $"the face '{face.Id}'", face.Embedding.Mu, variance, mu)));
        }
        return admitted;
    }

    private int TakeOut(IReadOnlyCollection<FaceId> ids)
    {
        if (_table is null) return 0;
        var removed = ids.Count(_table.Remove);
        if (removed > 0) _table.Version = ++_version;
        return removed;
    }
}
