using Microsoft.Win32.SafeHandles;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>
/// Faces in one file, searched by the full mutual likelihood score: exact, or through a shortlist. Mapped, opening a million faces takes
/// milliseconds and several processes share one copy in memory.
/// </summary>
/// <remarks>
/// A change is durable when its call returns, and atomic: interrupted at any point it leaves the file as it was before or as it is after.
/// Every search sees the changes made before it, by whatever process; one process may change a file at a time. Removed faces are never
/// found again at once; their bytes go when the file is compacted. Each block is compared with its checksum when it is read for the first
/// time. Safe for use by several threads at once; Dispose lets running searches finish.
/// </remarks>
/// <example><code>
/// FileIndex.Build("people.pfi", [EmbeddingSet.Load("people.safetensors")]);
/// using var index = FileIndex.Open("people.pfi");
/// foreach (var match in index.SearchFaces(probe, new SearchOptions { K = 5 }))
///     Console.WriteLine($"{match.Score:F1} {match.Id}");
/// </code></example>
public sealed class FileIndex : IMutableFaceIndex
{
    private readonly Lock _gate = new();
    private readonly IndexAccess _access;
    private readonly bool _verify;
    private FileState _state;
    private bool _disposed;

    private FileIndex(string path, IndexAccess access, bool verify, IExactSearch? elsewhere, CancellationToken cancellation)
    {
        (Path, _access, _verify, Elsewhere) = (path, access, verify, elsewhere);
        _state = OpenState(null, cancellation) ?? throw new PfeException($"cannot open '{path}': there is no such file");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What searches in the processor's place; null where it is the processor.</summary>
    internal IExactSearch? Elsewhere { get; }

    /// <inheritdoc/>
    public int Dimension => Read(state => state.Dimension);

    /// <inheritdoc/>
    public string? ModelId => Read(state => state.ModelId);

    /// <inheritdoc/>
    public long Count => Read(state => (long)state.Count);

    /// <summary>Faces that were removed and whose bytes are still in the file.</summary>
    public long RemovedCount => Read(state => (long)state.Directory.Removed.Count);

    /// <summary>Separate runs of faces in the file: one for each time that faces were added since it was compacted.</summary>
    public int SegmentCount => Read(state => state.Segments.Count);

    /// <inheritdoc/>
    public long Version => Read(state => state.Version);

    /// <summary>How faces are held.</summary>
    public IndexStore Store => Read(state => (IndexStore)state.Head.Store);

    /// <summary>Whether the file has the blocks that <see cref="SearchMode.Shortlist"/> reads.</summary>
    public bool HasShortlist => Read(state => state.HasShortlist);

    /// <summary>Bytes of a face in the file, without its id and person.</summary>
    public long BytesPerFace => Read(state =>
    {
        var layout = new SegmentLayout(state.Head, new SegmentEntry(0, 0, 16, 0, 0, default));
        return layout.Names / 16;
    });

    /// <summary>Opens an index.</summary>
    /// <param name="path">A file made by <see cref="Build"/> or <see cref="Create"/>, by this version or an earlier one.</param>
    /// <param name="access">How to read it; mapped by default.</param>
    /// <param name="verify">Whether to compare blocks with their checksums as they are read.</param>
    /// <param name="cancellation">Stops the reading of a file that is loaded.</param>
    /// <exception cref="PfeException">Missing, damaged, or not an index.</exception>
    public static FileIndex Open(string path, IndexAccess access = IndexAccess.Mapped, bool verify = true,
        CancellationToken cancellation = default) =>
        new(path, access, verify, null, cancellation);

    /// <summary>Opens an index that something other than the processor searches; it is disposed of with the index.</summary>
    internal static FileIndex Open(string path, IndexAccess access, bool verify, IExactSearch elsewhere, CancellationToken cancellation) =>
        new(path, access, verify, elsewhere, cancellation);

    /// <summary>Makes an index without a face.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="options">How to hold the faces; null for the defaults. Without a scale exponent it is 4, for log variances around
    /// -6.</param>
    /// <exception cref="PfeException">The file cannot be written.</exception>
    public static void Create(string path, int dimension, IndexOptions? options = null) =>
        IndexChange.Create(path, dimension, options ?? new IndexOptions());

    /// <summary>Makes an index of sets of faces, under the paths they came from; the file appears when all of it is written.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="faces">One or more sets of one model, taken one at a time, so that they need not all be in memory. The first one's
    /// variances set the scale where the options do not.</param>
    /// <param name="person">Whose face a path is; null where each face is a person of its own.</param>
    /// <param name="options">How to hold the faces; null for the defaults.</param>
    /// <param name="progress">The number of faces written so far.</param>
    /// <param name="cancellation">Stops the work and leaves no file.</param>
    /// <exception cref="DuplicateFaceException">A path comes twice, and is not to be replaced.</exception>
    /// <exception cref="PfeException">A face cannot be held (names row, path and value), there is none, or the file cannot be
    /// written.</exception>
    public static void Build(string path, IEnumerable<EmbeddingSet> faces, Func<string, PersonId>? person = null, IndexOptions? options =
        null,
        IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        IndexChange.Build(path, faces, person, options ?? new IndexOptions(), progress, cancellation);

    /// <inheritdoc/>
    public bool Contains(FaceId id) => Read(state => state.Find(new HashSet<FaceId> { id }, CancellationToken.None).Count > 0);

    /// <inheritdoc/>
    public IReadOnlyCollection<FaceId> WhichAreIn(IReadOnlyCollection<FaceId> ids) =>
        Read(state => state.Find(ids.ToHashSet(), CancellationToken.None).ConvertAll(state.Id).ToHashSet());

    /// <inheritdoc/>
    public SearchResult<FaceMatch> SearchFaces(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default) =>
        Read(state => IndexScan.Faces(state, probes, options, cancellation, Elsewhere));

    /// <inheritdoc/>
    public SearchResult<PersonMatch> SearchPersons(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default) =>
        Read(state => IndexScan.Persons(state, probes, options, cancellation, Elsewhere));

    /// <inheritdoc/>
    public void Add(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default) =>
        Put(faces, replace: false, cancellation);

    /// <inheritdoc/>
    public void Upsert(IReadOnlyCollection<IndexedFace> faces, CancellationToken cancellation = default) =>
        Put(faces, replace: true, cancellation);

    /// <summary>Adds the faces of a set under the paths they came from, as one segment; what is there is not rewritten.</summary>
    /// <param name="faces">The faces.</param>
    /// <param name="person">Whose face a path is; null where each face is a person of its own.</param>
    /// <param name="replace">Whether a face takes the place of the one of its path, if there is one.</param>
    /// <param name="normalise">Whether means are brought to unit length.</param>
    /// <param name="progress">The number of faces written so far.</param>
    /// <param name="cancellation">Stops the work; the index stays as it was.</param>
    /// <exception cref="DuplicateFaceException">A path is there already, or twice in the set.</exception>
    /// <exception cref="ModelMismatchException">The set comes from another model.</exception>
    /// <exception cref="PfeException">A face cannot be held (names row, path and value), or the file is damaged, cannot be written or is
    /// being changed by another process.</exception>
    public void Add(EmbeddingSet faces, Func<string, PersonId>? person = null, bool replace = false, bool normalise = false,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ThrowIfDisposed();
        IndexChange.Add(Path, FaceBatch.Of(faces, person), replace, normalise, progress, cancellation);
    }

    /// <inheritdoc/>
    public int Remove(IReadOnlyCollection<FaceId> ids, CancellationToken cancellation = default)
    {
        ThrowIfDisposed();
        return IndexChange.Remove(Path, state => state.Find(ids.ToHashSet(), cancellation));
    }

    /// <inheritdoc/>
    public int RemovePersons(IReadOnlyCollection<PersonId> persons, CancellationToken cancellation = default)
    {
        ThrowIfDisposed();
        return IndexChange.Remove(Path, state => state.Find(persons.ToHashSet(), cancellation));
    }

    /// <summary>Writes the file anew without the faces that were removed: their bytes go, and searches read no more than they must. The old
    /// file stays as long as somebody reads it.</summary>
    /// <param name="progress">The number of faces written so far.</param>
    /// <param name="cancellation">Stops the work; the index stays as it was.</param>
    /// <exception cref="PfeException">The file is damaged, cannot be written or is being changed by another process.</exception>
    public void Compact(IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ThrowIfDisposed();
        IndexChange.Compact(Path, progress, cancellation);
    }

    /// <summary>Reads the whole file and compares every checksum.</summary>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">Some faces are damaged; names the file and the faces.</exception>
    public void Verify(CancellationToken cancellation = default) => Read(state =>
    {
        foreach (var segment in state.Segments) segment.Verify(cancellation);
        return true;
    });

    /// <summary>Closes the file, when the searches that run have ended.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            _state.Dispose();
            Elsewhere?.Dispose();
        }
    }

    /// <summary>Works on the newest state.</summary>
    internal T Read<T>(Func<FileState, T> work)
    {
        FileState state;
        lock (_gate)
        {
            ThrowIfDisposed();
            if (OpenState(_state, CancellationToken.None) is { } newer)
            {
                _state.Dispose();
                _state = newer;
            }
            state = _state;
            state.TryEnter();
        }
        try { return work(state); }
        finally { state.Exit(); }
    }

    private void Put(IReadOnlyCollection<IndexedFace> faces, bool replace, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var (dimension, model) = Read(state => (state.Dimension, state.ModelId));
        IndexChange.Add(Path, FaceBatch.Of(faces, dimension, model), replace, normalise: false, null, cancellation);
    }

    // The state of the file, or null where it is the one that is known.
    private FileState? OpenState(FileState? known, CancellationToken cancellation)
    {
        // A file that was deleted stays open as it was.
        if (known is not null && !File.Exists(Path)) return null;
        SafeFileHandle file;
        try { file = FileBytes.OpenShared(Path); }
        catch (Exception e) when (InputFile.IsFault(e)) { throw InputFile.Refusal(Path, e, "open"); }
        var (opened, kept) = (default(FileState), false);
        try
        {
            var page = new byte[IndexHead.PageSize];
            var head = IndexHead.Read(file, Path, page);
            var same = known is not null && known.Head == head;
            if (same && IndexDirectory.IsNewest(known!.Directory, page)) return null;
            opened = FileState.Open(file, Path, head, same ? known : null, _access, _verify, out kept, cancellation);
            if (_access == IndexAccess.Loaded && _verify)
                foreach (var segment in opened.Segments.Except(same ? known!.Segments : [])) segment.Verify(cancellation);
            var result = opened;
            opened = null;
            return result;
        }
        catch (IOException e) { throw new PfeException($"cannot read '{Path}': {e.Message}", e); }
        finally
        {
            opened?.Dispose();
            if (!kept) file.Dispose();
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
}
