using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>The three changes of an index file: made, added to, removed from.</summary>
internal static class IndexChange
{
    public static void Build(string path, IEnumerable<EmbeddingSet> faces, IndexOptions options, IProgress<int>? progress,
        CancellationToken cancellation) =>
        AtomicFile.Write(path, stream =>
        {
            IndexFile? index = null;
            foreach (var set in faces)
            {
                cancellation.ThrowIfCancellationRequested();
                if (index is null)
                {
                    var survey = new FaceReader(set).Survey(0, set.Count, cancellation);
                    index = new IndexFile(set.Dimension, (BlockStore)options.Store, VarianceScale.For(survey.Range));
                    stream.Write(index.Head());
                }
                index = AddSegment(index, set, stream, progress, cancellation);
            }
            if (index is null) throw new PfeException($"no faces to index: '{path}' needs at least one set of embeddings");
            (index with { Sequence = 1 }).Commit((FileStream)stream);
        });

    public static void Append(string path, EmbeddingSet faces, IProgress<int>? progress, CancellationToken cancellation) =>
        Change(path, (index, stream) => AddSegment(index, faces, stream, progress, cancellation));

    public static int Remove(string path, IReadOnlyCollection<string> names)
    {
        var found = new HashSet<int>();
        Change(path, (index, _) =>
        {
            var (wanted, seen) = (names.ToHashSet(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
            using (var open = EmbeddingIndex.Open(path))
                for (var id = 0; id < open.FaceCount; id++)
                    if (!open.IsRemoved(id) && wanted.Contains(open.Name(id)) && found.Add(id)) seen.Add(open.Name(id));
            wanted.ExceptWith(seen);
            if (wanted.Count > 0) throw new PfeException($"'{path}' holds no face named " +
                $"'{wanted.Order(StringComparer.Ordinal).First()}'; nothing was removed");
            return index with { Removed = [.. index.Removed.Concat(found).Order()] };
        });
        return found.Count;
    }

    private static IndexFile AddSegment(
        IndexFile index, EmbeddingSet faces, Stream stream, IProgress<int>? progress, CancellationToken cancellation)
    {
        if (faces.Dimension != index.Dimension)
            throw new PfeException($"the faces have {faces.Dimension} dimensions, the index has {index.Dimension}: they come from " +
            "different models");
        // A page's start, so that every block lies on a cache line.
        stream.Position = (index.End + IndexFile.PageSize - 1) / IndexFile.PageSize * IndexFile.PageSize;
        var before = index.FaceCount;
        var shifted = progress is null ? null : new Shifted(progress, before);
        if ((long)before + faces.Count > int.MaxValue) throw new PfeException($"an index holds at most {int.MaxValue} faces");
        var entry = new SegmentWriter(index, faces, stream, shifted, cancellation).Write(stream.Position);
        return index with { Segments = [.. index.Segments, entry], End = entry.Offset + entry.Length };
    }

    private static void Change(string path, Func<IndexFile, FileStream, IndexFile> change)
    {
        try
        {
            // Held while the file changes; readers do not look at it.
            using var _ = new FileStream(
                path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            IndexFile index;
            using (var file = FileBytes.Map(path)) index = IndexFile.Read(file);
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1 << 16);
            try
            {
                var changed = change(index, stream);
                stream.Position = changed.End;
                (changed with { Sequence = index.Sequence + 1 }).Commit(stream);
            }
            catch
            {
                // What was written lies behind the committed end: nobody reads it, and it should not take up the disk.
                stream.SetLength(index.End);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot change '{path}': {e.Message}", e);
        }
    }

    private sealed class Shifted(IProgress<int> progress, int before) : IProgress<int>
    {
        public void Report(int value) => progress.Report(before + value);
    }
}
