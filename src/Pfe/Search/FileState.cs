using Microsoft.Win32.SafeHandles;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>
/// One committed state of an index file, opened. Searches enter and exit; its bytes go when it was disposed of and the last is out.
/// </summary>
internal sealed unsafe class FileState : ISegmentedState, IDisposable
{
    // Measured on a million faces: shorter runs cost their start, longer ones are slower as well. What is read from disk stays in the
    // second-level cache.
    private const int BlocksInARun = 128;
    private const int StreamedBytesInARun = 1 << 20;

    private readonly IndexBytes[] _bytes;
    private readonly int[] _firsts;
    private readonly ulong[]? _removed;

    private FileState(IndexHead head, IndexDirectory directory, Segment[] segments)
    {
        (Head, Directory, Segments) = (head, directory, segments);
        _bytes = [.. segments.Select(segment => segment.Bytes).Distinct()];
        _firsts = [.. segments.Select(segment => segment.FirstFace)];
        if (directory.Removed.Count > 0)
        {
            _removed = new ulong[(directory.FaceCount + 63) / 64];
            foreach (var face in directory.Removed) _removed[face / 64] |= 1UL << (face % 64);
        }
        var range = segments.Aggregate(VarianceRange.Empty, (all, segment) => segment.Count == 0 ? all : all.With(segment.Entry.Range));
        Layout = new FaceBlocks(this, null, directory.FaceCount, head.Dimension, head.Store, head.Scale, range);
        Runs = [.. segments.SelectMany(RunsOf)];
    }

    public IndexHead Head { get; }

    public IndexDirectory Directory { get; }

    public IReadOnlyList<Segment> Segments { get; }

    public int Dimension => Head.Dimension;

    public string? ModelId => Head.ModelId;

    public long Version => Directory.Sequence;

    public bool HasShortlist => Head.HasShortlist;

    public FaceBlocks Layout { get; }

    public IReadOnlyList<BlockRun> Runs { get; }

    public IReadOnlyList<IReadOnlyCollection<int>> Hidden => [Directory.Removed];

    public int Count => Directory.FaceCount - Directory.Removed.Count;

    /// <summary>Opens the last committed state; what an earlier state of the same file has open is shared.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="path">Its path, for errors.</param>
    /// <param name="head">Its head.</param>
    /// <param name="before">The earlier state; null for none.</param>
    /// <param name="access">How to read it.</param>
    /// <param name="verify">Whether to compare checksums.</param>
    /// <param name="keepsFile">Whether the handle is the state's from now on; else it may be closed.</param>
    /// <param name="cancellation">Stops the reading of a file that is loaded.</param>
    public static FileState Open(SafeFileHandle file, string path, IndexHead head, FileState? before, IndexAccess access, bool verify,
        out bool keepsFile, CancellationToken cancellation = default)
    {
        keepsFile = false;
        var directory = IndexDirectory.Read(file, path, head);
        var known = before?.Segments.ToDictionary(segment => segment.Entry) ?? [];
        var fresh = directory.Segments.Where(entry => !known.ContainsKey(entry)).ToList();
        using var bytes = fresh.Count == 0 ? null : IndexBytes.Open(
            file, path, fresh.Min(entry => entry.Offset), fresh.Max(entry => entry.Offset + Math.Max(1, entry.Length)), access,
                cancellation);
        // Streamed bytes own the handle.
        keepsFile = bytes is { InMemory: false };
        var (segments, first, entered) = (new Segment[directory.Segments.Count], 0, new HashSet<IndexBytes>());
        try
        {
            for (var i = 0; i < segments.Length; i++)
            {
                var entry = directory.Segments[i];
                segments[i] = known.GetValueOrDefault(entry) ?? new Segment(path, head, entry, bytes!, first, verify);
                if (entered.Add(segments[i].Bytes)) segments[i].Bytes.TryEnter();
                first += entry.Count;
            }
            return new FileState(head, directory, segments);
        }
        catch
        {
            foreach (var part in entered) part.Exit();
            throw;
        }
    }

    /// <summary>Whether the state is there, and stays until <see cref="Exit"/>.</summary>
    public bool TryEnter()
    {
        for (var i = 0; i < _bytes.Length; i++)
        {
            if (_bytes[i].TryEnter()) continue;
            while (--i >= 0) _bytes[i].Exit();
            return false;
        }
        return true;
    }

    public void Exit()
    {
        foreach (var bytes in _bytes) bytes.Exit();
    }

    public void Dispose() => Exit();

    public bool IsLive(int face) => _removed is null || (_removed[face / 64] >> (face % 64) & 1) == 0;

    public ulong PersonHash(int face) => Find(face).PersonHash(face - Find(face).FirstFace);

    public bool IsSamePerson(int face, int other) => Person(face) == Person(other);

    public FaceId Id(int face) => Find(face).Id(face - Find(face).FirstFace);

    public PersonId Person(int face) => Find(face).Person(face - Find(face).FirstFace);

    /// <summary>The faces that can be found and whose id is one of some.</summary>
    public List<int> Find(IReadOnlySet<FaceId> ids, CancellationToken cancellation)
    {
        var hashes = ids.Select(id => IdText.Hash(id.Text, id.Number ?? 0)).ToHashSet();
        return Where(0, (hash, face) => hashes.Contains(hash) && ids.Contains(Id(face)), cancellation);
    }

    /// <summary>The faces that can be found and belong to one of some persons.</summary>
    public List<int> Find(IReadOnlySet<PersonId> persons, CancellationToken cancellation)
    {
        var hashes = persons.Select(person => person.StableHash()).ToHashSet();
        return Where(1, (hash, face) => hashes.Contains(hash) && persons.Contains(Person(face)), cancellation);
    }

    // A pass over the hashes, of ids (0) or persons (1).
    private List<int> Where(int which, Func<ulong, int, bool> isWanted, CancellationToken cancellation)
    {
        var (found, keys) = (new List<int>(), new ulong[2 * 4096]);
        foreach (var segment in Segments)
        {
            for (var first = 0; first < segment.Count; first += keys.Length / 2)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(keys.Length / 2, segment.Count - first);
                segment.CopyKeys(first, keys.AsSpan(0, 2 * count));
                for (var i = 0; i < count; i++)
                {
                    var face = segment.FirstFace + first + i;
                    if (IsLive(face) && isWanted(keys[2 * i + which], face)) found.Add(face);
                }
            }
        }
        return found;
    }

    /// <summary>The segment of a face, and the face's number in it.</summary>
    public (Segment Segment, int Face) Locate(int face)
    {
        var segment = Find(face);
        return (segment, face - segment.FirstFace);
    }

    private Segment Find(int face)
    {
        var at = Array.BinarySearch(_firsts, face);
        if (at < 0) at = ~at - 1;
        // Segments without a face begin where the next one does.
        while (at + 1 < _firsts.Length && _firsts[at + 1] <= face) at++;
        return Segments[at];
    }

    private static IEnumerable<BlockRun> RunsOf(Segment segment)
    {
        var blocks = segment.Bytes.InMemory ? BlocksInARun : (int)Math.Max(1, StreamedBytesInARun / segment.Layout.BlockBytes);
        for (var block = 0; block < segment.BlockCount; block += blocks)
            yield return new BlockRun(segment, block, Math.Min(block + blocks, segment.BlockCount));
    }
}
