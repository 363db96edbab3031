using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>The changes of an index file: made, added to, removed from, compacted. One writer at a time; readers go on.</summary>
internal static class IndexChange
{
    private const int DefaultExponent = 4;

    /// <summary>Writes a new file; the sets one after the other, each a segment.</summary>
    public static void Build(string path, IEnumerable<EmbeddingSet> faces, Func<string, PersonId>? person, IndexOptions options,
        IProgress<int>? progress, CancellationToken cancellation)
    {
        var sequence = SequenceOf(path) + 1;
        AtomicFile.Write(path, stream =>
        {
            var (head, directory, known) = (default(IndexHead), IndexDirectory.Empty, new Dictionary<FaceId, int>());
            foreach (var set in faces)
            {
                cancellation.ThrowIfCancellationRequested();
                using var use = ((IFaceRows)set).Enter();
                if (head is null)
                {
                    var scale = options.ScaleExponent is { } exponent ? new VarianceScale(exponent)
                        : VarianceScale.For(new FaceReader(set).Survey(0, set.Count, cancellation).Range);
                    head = Head(set.Dimension, scale, options with { ModelId = options.ModelId ?? set.ModelId });
                    stream.Write(head.Page());
                }
                ModelMismatchException.Check("the faces", head.Dimension, head.ModelId, set.Dimension, set.ModelId);
                var replaced = Claim(known, set, directory.FaceCount, options.ReplaceDuplicates);
                FaceId Id(int row) => set.Paths[row];
                var source = new NewFaces(set, Id, row => person is null ? PersonId.Of(Id(row)) : person(set.Paths[row]), head,
                    options.Normalise);
                directory = AddSegment(head, directory, source, stream, progress, cancellation);
                directory = directory with { Removed = [.. directory.Removed.Concat(replaced).Order()] };
            }
            if (head is null) throw new PfeException($"no faces to index: '{path}' needs at least one set of embeddings");
            (directory with { Sequence = sequence }).Commit(stream);
        });
    }

    /// <summary>Writes a new file without a face.</summary>
    public static void Create(string path, int dimension, IndexOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        var sequence = SequenceOf(path) + 1;
        AtomicFile.Write(path, stream =>
        {
            stream.Write(Head(dimension, new VarianceScale(options.ScaleExponent ?? DefaultExponent), options).Page());
            (IndexDirectory.Empty with { Sequence = sequence }).Commit(stream);
        });
    }

    /// <summary>Adds faces behind those in a file; <paramref name="replace"/> removes those of the same ids, and
    /// <paramref name="removed"/> of others.</summary>
    public static void Add(string path, FaceBatch faces, bool replace, bool normalise, IProgress<int>? progress,
        CancellationToken cancellation, IReadOnlyCollection<FaceId>? removed = null) =>
        Change(path, (state, stream) =>
        {
            if (faces.Rows.Count == 0 && removed is not { Count: > 0 }) return null;
            using var use = faces.Rows.Enter();
            ModelMismatchException.Check("the faces", state.Dimension, state.ModelId, faces.Rows.Dimension, faces.ModelId);
            var ids = new HashSet<FaceId>();
            for (var row = 0; row < faces.Rows.Count; row++)
                if (!ids.Add(faces.Id(row))) throw new DuplicateFaceException(faces.Id(row), "is given twice");
            ids.UnionWith(removed ?? []);
            var old = state.Find(ids, cancellation);
            if (old.Count > 0 && !replace) throw new DuplicateFaceException(state.Id(old[0]), "is in the index already");
            var source = new NewFaces(faces.Rows, faces.Id, faces.Person, state.Head, normalise);
            var changed = AddSegment(state.Head, state.Directory, source, stream, progress, cancellation);
            return changed with { Removed = [.. state.Directory.Removed.Concat(old).Order()] };
        });

    /// <summary>Removes the faces that <paramref name="which"/> finds.</summary>
    public static int Remove(string path, Func<FileState, List<int>> which)
    {
        var removed = 0;
        Change(path, (state, _) =>
        {
            var found = which(state);
            removed = found.Count;
            return removed == 0 ? null : state.Directory with { Removed = [.. state.Directory.Removed.Concat(found).Order()] };
        });
        return removed;
    }

    /// <summary>Writes the file anew without what was removed, as one segment of the newest version.</summary>
    public static void Compact(string path, IProgress<int>? progress, CancellationToken cancellation) => Locked(path, () =>
    {
        using var state = Open(path);
        Rewrite(path, state, progress, cancellation);
    });

    private static void Change(string path, Func<FileState, FileStream, IndexDirectory?> change) => Locked(path, () =>
    {
        var state = Open(path);
        try
        {
            if (state.Head.Version < IndexHead.NewestVersion)
            {
                Rewrite(path, state, null, CancellationToken.None);
                state.Dispose();
                state = Open(path);
            }
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
            var end = state.Directory.End;
            try
            {
                if (change(state, stream) is not { } changed) return;
                stream.Position = changed.End;
                (changed with { Sequence = state.Directory.Sequence + 1 }).Commit(stream);
            }
            catch
            {
                // What was written lies behind the committed end: nobody reads it, and it should not take up the disk.
                if (stream.Length > end) stream.SetLength(end);
                throw;
            }
        }
        finally
        {
            state.Dispose();
        }
    });

    private static void Rewrite(string path, FileState state, IProgress<int>? progress, CancellationToken cancellation) =>
        AtomicFile.Write(path, stream =>
    {
        var head = state.Head with { Version = IndexHead.NewestVersion, FileId = Guid.NewGuid() };
        stream.Write(head.Page());
        var directory = AddSegment(head, IndexDirectory.Empty, new LiveFaces(state), stream, progress, cancellation);
        (directory with { Sequence = state.Directory.Sequence + 1 }).Commit(stream);
    });

    private static IndexDirectory AddSegment(IndexHead head, IndexDirectory directory, ISegmentSource source, Stream stream,
        IProgress<int>? progress, CancellationToken cancellation)
    {
        var before = directory.FaceCount;
        if (source.Count > int.MaxValue - before) throw new PfeException($"an index holds at most {int.MaxValue} faces");
        // A page's start, so that every block lies on a cache line.
        stream.Position = (directory.End + IndexHead.PageSize - 1) / IndexHead.PageSize * IndexHead.PageSize;
        if (source.Count == 0) return directory with { End = stream.Position };
        var shifted = progress is null ? null : new SynchronousProgress<int>(written => progress.Report(before + written));
        var entry = new SegmentWriter(head, source, stream, shifted, cancellation).Write(
            stream.Position);
        return directory with { Segments = [.. directory.Segments, entry], End = entry.Offset + entry.Length };
    }

    // The numbers of faces whose ids come again.
    private static List<int> Claim(Dictionary<FaceId, int> known, EmbeddingSet set, int first, bool replace)
    {
        var replaced = new List<int>();
        for (var row = 0; row < set.Count; row++)
        {
            FaceId id = set.Paths[row];
            if (known.TryGetValue(id, out var old))
            {
                if (!replace) throw new DuplicateFaceException(id, "is given twice");
                replaced.Add(old);
            }
            known[id] = first + row;
        }
        return replaced;
    }

    private static IndexHead Head(int dimension, VarianceScale scale, IndexOptions options) =>
        new(IndexHead.NewestVersion, dimension, (BlockStore)options.Store, scale, options.Shortlist, options.ModelId, Guid.NewGuid());

    // Read piece by piece: whatever happens to the file meanwhile is an error and no crash.
    private static FileState Open(string path)
    {
        var file = FileBytes.OpenShared(path);
        var (page, kept) = (new byte[IndexHead.PageSize], false);
        try { return FileState.Open(file, path, IndexHead.Read(file, path, page), null, IndexAccess.Streamed, verify: true, out kept); }
        finally
        {
            if (!kept) file.Dispose();
        }
    }

    // A file written over an index goes on counting.
    private static long SequenceOf(string path)
    {
        if (!File.Exists(path)) return 0;
        try
        {
            using var file = FileBytes.OpenShared(path);
            return IndexDirectory.Read(file, path, IndexHead.Read(file, path, new byte[IndexHead.PageSize])).Sequence;
        }
        catch (Exception e) when (e is PfeException or IOException or UnauthorizedAccessException) { return 0; }
    }

    private static void Locked(string path, Action work)
    {
        try
        {
            if (!File.Exists(path)) throw new PfeException($"there is no index '{path}'");
            // Held while the file changes; readers do not look at it.
            using var _ = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1,
                FileOptions.DeleteOnClose);
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot change '{path}': {e.Message}", e);
        }
    }
}

/// <summary>Faces to add, by row.</summary>
internal sealed record FaceBatch(IFaceRows Rows, Func<int, FaceId> Id, Func<int, PersonId> Person, string? ModelId)
{
    public static FaceBatch Of(EmbeddingSet set, Func<string, PersonId>? person) =>
        new(set, row => set.Paths[row], row => person is null ? PersonId.Of(set.Paths[row]) : person(set.Paths[row]), set.ModelId);

    public static FaceBatch Of(IReadOnlyCollection<IndexedFace> faces, int dimension, string? model)
    {
        IndexedFace[] all = [.. faces];
        foreach (var face in all)
        {
            ModelMismatchException.Check($"the face '{face.Id}'", dimension, model, face.Embedding.Dimension, face.Embedding.ModelId);
            model ??= face.Embedding.ModelId;
        }
        return new(new NamedFaces(all, dimension), row => all[row].Id, row => all[row].Person, model);
    }

    private sealed class NamedFaces(IndexedFace[] faces, int dimension) : IFaceRows
    {
        public int Count => faces.Length;

        public int Dimension => dimension;

        public ReadOnlySpan<float> Mu(int index) => faces[index].Embedding.Mu;

        public void CopyVariance(int index, Span<float> variance) => faces[index].Embedding.CopyVariance(variance);

        public string Name(int index) => $"the face '{faces[index].Id}'";
    }
}
