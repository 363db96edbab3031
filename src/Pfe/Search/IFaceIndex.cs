namespace Pfe.Search;

/// <summary>
/// Anything that finds the faces and the persons that match best: an index on this machine, several of them, or a node elsewhere. This is
/// the asynchronous
/// side, for callers that do not care where the answer comes from.
/// </summary>
/// <remarks>Implementations are safe for use by several threads at once.</remarks>
public interface IFaceSearcher
{
    /// <summary>Finds the best faces for each probe.</summary>
    /// <param name="probes">The probes; up to 64 share one pass over the index.</param>
    /// <param name="options">What to look for; null for the ten best, exactly.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelMismatchException">A probe comes from another model than the index.</exception>
    ValueTask<SearchResult<FaceMatch>> SearchFacesAsync(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Finds the best persons for each probe; a person's score is that of their best face.</summary>
    /// <param name="probes">The probes; up to 64 share one pass over the index.</param>
    /// <param name="options">What to look for; null for the ten best, exactly.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelMismatchException">A probe comes from another model than the index.</exception>
    ValueTask<SearchResult<PersonMatch>> SearchPersonsAsync(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default);
}

/// <summary>
/// Faces on this machine, searched by the mutual likelihood score. In memory, in a mapped file, sharded or on a GPU: callers see the same.
/// The work is
/// the processor's, so it is synchronous; the asynchronous side runs it on the thread pool.
/// </summary>
/// <remarks>
/// Safe for use by several threads at once. A search sees one state of the index from its beginning to its end. Dispose may be called
/// while searches run: they
/// finish or throw <see cref="ObjectDisposedException"/>, as every later call does.
/// </remarks>
public interface IFaceIndex : IFaceSearcher, IDisposable
{
    /// <summary>D.</summary>
    int Dimension { get; }

    /// <summary>Which model the faces came from; null where that is not known.</summary>
    string? ModelId { get; }

    /// <summary>Faces that can be found.</summary>
    long Count { get; }

    /// <summary>The state of the index: it grows with every change.</summary>
    long Version { get; }

    /// <summary>Whether a face is in the index.</summary>
    /// <param name="id">The face.</param>
    bool Contains(FaceId id);

    /// <summary>Those of some faces that are in the index, each once.</summary>
    /// <param name="ids">The faces.</param>
    IReadOnlyCollection<FaceId> WhichAreIn(IReadOnlyCollection<FaceId> ids) => [.. ids.Distinct().Where(Contains)];

    /// <summary>Finds the best faces for each probe.</summary>
    /// <param name="probes">The probes; an <see cref="EmbeddingSet"/> is one too. Up to 64 share one pass over the index.</param>
    /// <param name="options">What to look for; null for the ten best, exactly.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The same whatever the number of threads and the other probes.</returns>
    /// <exception cref="ModelMismatchException">A probe comes from another model than the index.</exception>
    SearchResult<FaceMatch> SearchFaces(IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null,
        CancellationToken cancellation = default);

    /// <summary>Finds the best persons for each probe; a person's score is that of their best face.</summary>
    /// <param name="probes">The probes; an <see cref="EmbeddingSet"/> is one too. Up to 64 share one pass over the index.</param>
    /// <param name="options">What to look for; null for the ten best, exactly.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The same whatever the number of threads and the other probes.</returns>
    /// <exception cref="ModelMismatchException">A probe comes from another model than the index.</exception>
    SearchResult<PersonMatch> SearchPersons(IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null,
        CancellationToken cancellation = default);

    ValueTask<SearchResult<FaceMatch>> IFaceSearcher.SearchFacesAsync(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options, CancellationToken cancellation) =>
        new(Task.Run(() => SearchFaces(probes, options, cancellation), cancellation));

    ValueTask<SearchResult<PersonMatch>> IFaceSearcher.SearchPersonsAsync(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options, CancellationToken cancellation) =>
        new(Task.Run(() => SearchPersons(probes, options, cancellation), cancellation));
}

/// <summary>An index that can be changed. Each call is one change: it happens as a whole or not at all, and later searches see
/// it.</summary>
public interface IMutableFaceIndex : IFaceIndex
{
    /// <summary>Adds faces.</summary>
    /// <param name="faces">The faces.</param>
    /// <param name="cancellation">Stops the work; nothing is added.</param>
    /// <exception cref="DuplicateFaceException">An id is there already, or twice among the faces.</exception>
    /// <exception cref="ModelMismatchException">A face comes from another model than the index.</exception>
    /// <exception cref="PfeException">A face cannot be held; names it and the value.</exception>
    void Add(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default);

    /// <summary>Adds faces, each in place of the one of its id if there is one.</summary>
    /// <param name="faces">The faces; no id twice.</param>
    /// <param name="cancellation">Stops the work; nothing is changed.</param>
    /// <exception cref="DuplicateFaceException">An id is twice among the faces.</exception>
    /// <exception cref="ModelMismatchException">A face comes from another model than the index.</exception>
    /// <exception cref="PfeException">A face cannot be held; names it and the value.</exception>
    void Upsert(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default);

    /// <summary>Removes faces; ids that are not there are passed over.</summary>
    /// <param name="ids">The faces.</param>
    /// <param name="cancellation">Stops the work; nothing is removed.</param>
    /// <returns>How many were removed.</returns>
    int Remove(IReadOnlyCollection<FaceId> ids, CancellationToken cancellation = default);

    /// <summary>Removes every face of some persons; persons that are not there are passed over.</summary>
    /// <param name="persons">The persons.</param>
    /// <param name="cancellation">Stops the work; nothing is removed.</param>
    /// <returns>How many faces were removed.</returns>
    int RemovePersons(IReadOnlyCollection<PersonId> persons, CancellationToken cancellation = default);
}
