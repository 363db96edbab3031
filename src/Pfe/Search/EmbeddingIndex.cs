using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>
/// A gallery of faces in one file, searched by the full mutual likelihood score: exact, or through a shortlist. The file is mapped, so that
/// opening a million faces takes milliseconds and several processes share one copy in memory.
/// </summary>
/// <remarks>
/// An open index shows the file as it was when it was opened; <see cref="Append"/> and <see cref="Remove"/> change the file for those who
/// open it later. Both are atomic: cut off at any moment they leave the file as it was before or as it is after. Safe for use by several
/// threads at once. Memory on disk (and, while searching, in the page cache) per face: 9 D bytes in single precision, 5 D in 16 bits, some
/// 28 more, and the name.
/// </remarks>
/// <example><code>
/// EmbeddingIndex.Build("people.pfi", [EmbeddingSet.Load("people.safetensors")]);
/// using var index = EmbeddingIndex.Open("people.pfi");
/// using var probe = EmbeddingSet.Load("probe.safetensors");
/// foreach (var match in index.Search(probe, new SearchOptions { K = 5 })[0])
///     Console.WriteLine($"{match.Score:F1} {match.Name}");
/// </code></example>
public sealed class EmbeddingIndex : IDisposable
{
    private const int ProbesAtOnce = 64;

    // Measured on a million faces: shorter runs cost their start, longer ones are slower as well.
    private const int BlocksInARun = 128;

    private readonly FileBytes _file;
    private readonly IndexFile _index;
    private readonly Segment[] _segments;
    private readonly (Segment Segment, int FirstBlock)[] _runs;
    private readonly HashSet<int> _removed;

    private EmbeddingIndex(FileBytes file)
    {
        (_file, _index) = (file, IndexFile.Read(file));
        _segments = new Segment[_index.Segments.Count];
        var id = 0;
        for (var i = 0; i < _segments.Length; i++)
        {
            _segments[i] = new Segment(file, _index, _index.Segments[i], id);
            id += _segments[i].Count;
        }
        _runs = [.. _segments.SelectMany(
            segment => Enumerable.Range(0, (segment.Blocks.BlockCount + BlocksInARun - 1) / BlocksInARun)
            .Select(run => (segment, run * BlocksInARun)))];
        (FaceCount, _removed) = (id, [.. _index.Removed]);
    }

    /// <summary>Faces that can be found: those added and not removed.</summary>
    public int Count => FaceCount - _removed.Count;

    /// <summary>Faces ever added; their numbers run from 0 to this less 1.</summary>
    public int FaceCount { get; }

    /// <summary>D.</summary>
    public int Dimension => _index.Dimension;

    /// <summary>How faces are held.</summary>
    public IndexStore Store => (IndexStore)_index.Store;

    /// <summary>Bytes of a face in the file, without its name.</summary>
    public long BytesPerFace =>
        (FaceBlocks.BytesOf(Dimension, _index.Store) + Int8Block.BytesOf(Dimension) +
            RemainderBounds.BytesOf(Dimension)) / FaceBlocks.Lanes +
        sizeof(int);

    /// <summary>Opens an index; nothing is read but its outline. <see cref="Verify"/> reads and checks all of it.</summary>
    /// <param name="path">A file made by <see cref="Build"/>.</param>
    /// <exception cref="PfeException">Missing, damaged, or not an index.</exception>
    public static EmbeddingIndex Open(string path) => Over(FileBytes.Map(path));

    /// <summary>
    /// Reads an index into memory and checks all of it. It takes the time of reading the file and the memory of its size, for a service
    /// that searches all day: large pages where the system has them, and nothing that the system could drop to make room.
    /// </summary>
    /// <param name="path">A file made by <see cref="Build"/>.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="PfeException">Missing, damaged, or not an index.</exception>
    public static EmbeddingIndex Load(string path, CancellationToken cancellation = default)
    {
        var index = Over(FileBytes.Load(path, cancellation));
        try
        {
            index.Verify(cancellation);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>Makes an index; the file appears when all of it is written.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="faces">One or more sets of equal D, each becoming a segment; taken one at a time, so that they need not all be in
    /// memory. The first one's variances set the scale.</param>
    /// <param name="options">How to hold the faces; null for the defaults.</param>
    /// <param name="progress">The number of faces written so far.</param>
    /// <param name="cancellation">Stops the work and leaves no file.</param>
    /// <exception cref="PfeException">A face cannot be held (names row, path and value), there is none, or the file cannot be
    /// written.</exception>
    public static void Build(
        string path, IEnumerable<EmbeddingSet> faces, IndexOptions? options = null, IProgress<int>? progress = null,
            CancellationToken cancellation = default) =>
        IndexChange.Build(path, faces, options ?? new IndexOptions(), progress, cancellation);

    /// <summary>Adds faces behind those in a file, as a segment of their own; what is there is not rewritten.</summary>
    /// <param name="path">An index.</param>
    /// <param name="faces">Faces of the index's D.</param>
    /// <param name="progress">The number of faces written so far.</param>
    /// <param name="cancellation">Stops the work; the index stays as it was.</param>
    /// <exception cref="PfeException">A face cannot be held (names row, path and value), or the file is damaged, cannot be written or is
    /// being changed by another process.</exception>
    public static void Append(string path, EmbeddingSet faces, IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        IndexChange.Append(path, faces, progress, cancellation);

    /// <summary>Removes faces by name: they are marked, not rewritten, and are never found again.</summary>
    /// <param name="path">An index.</param>
    /// <param name="names">Names to remove; every face of that name goes.</param>
    /// <returns>How many faces were removed.</returns>
    /// <exception cref="PfeException">A name is not in the index (then nothing is removed), or the file is damaged, cannot be written or is
    /// being changed by another process.</exception>
    public static int Remove(string path, IReadOnlyCollection<string> names) => IndexChange.Remove(path, names);

    /// <summary>A face's name.</summary>
    /// <param name="id">0 to <see cref="FaceCount"/> - 1.</param>
    public string Name(int id)
    {
        if ((uint)id >= (uint)FaceCount) throw new ArgumentOutOfRangeException(nameof(id), id, $"0 to {FaceCount - 1}");
        var segment = Array.FindLast(_segments, segment => segment.FirstId <= id)!;
        return segment.Name(id - segment.FirstId);
    }

    /// <summary>Whether a face was removed.</summary>
    /// <param name="id">0 to <see cref="FaceCount"/> - 1.</param>
    public bool IsRemoved(int id) => _removed.Contains(id);

    /// <summary>Finds the best matches of every row of a set.</summary>
    /// <param name="probes">The probes, of the index's D.</param>
    /// <param name="options">What to look for; null for the ten best, exactly.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>For each probe at most K matches, best first; equal scores by number. The same whatever the number of threads and the other
    /// probes.</returns>
    /// <exception cref="PfeException">A probe holds a value that cannot be scored; names row, path, dimension and value.</exception>
    public IndexMatch[][] Search(EmbeddingSet probes, SearchOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new SearchOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.K, nameof(options));
        if (options.Mode == SearchMode.Shortlist && options.ShortlistSize < options.K)
            throw new ArgumentOutOfRangeException(nameof(options), options.ShortlistSize, "a shortlist must hold at least the " +
                $"{options.K} matches that are wanted");
        if (probes.Dimension != Dimension)
            throw new PfeException($"the probes have {probes.Dimension} dimensions, the index '{_file.FilePath}' has {Dimension}: they " +
            "come from different models");
        var results = new IndexMatch[probes.Count][];
        for (var first = 0; first < probes.Count; first += ProbesAtOnce)
        {
            var count = Math.Min(ProbesAtOnce, probes.Count - first);
            var found = options.Mode == SearchMode.Shortlist
                ? Shortlist.Search(this, probes, first, count, options, cancellation)
                : Scan(probes, first, count, options, cancellation);
            for (var i = 0; i < count; i++)
                results[first + i] = [.. found[i].Select(match => new IndexMatch(match.Index, Name(match.Index), match.Score))];
        }
        return results;
    }

    /// <summary>Reads the whole file and compares every checksum.</summary>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">Some faces are damaged; names the file and the faces.</exception>
    public void Verify(CancellationToken cancellation = default)
    {
        foreach (var segment in _segments) segment.Verify(cancellation);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Does runs of blocks of all segments over threads, in one go: a thread waits for the others once, at the end.</summary>
    internal void OverRuns(int threads, Action<Segment, int, int> work, CancellationToken cancellation) =>
        Workers.Run(_runs.Length, 1, threads, (at, _) =>
    {
        var (segment, begin) = _runs[at];
        work(segment, begin, Math.Min(begin + BlocksInARun, segment.Blocks.BlockCount));
    }, cancellation);

    /// <summary>The best of what a scan of all runs finds, each thread with a sink of its own.</summary>
    internal Scoring.Match[][] Best(
        int probes, int k, float threshold, int threads, Action<Segment, int, int, IScoreHandler> scan, CancellationToken cancellation)
    {
        using var sinks = new ThreadLocal<TopSink>(() => new TopSink(probes, k, threshold), trackAllValues: true);
        OverRuns(threads, (segment, begin, end) =>
            scan(segment, begin, end, new LiveFaces(sinks.Value!, segment.FirstId, _removed)), cancellation);
        return TopSink.Merge(sinks.Values, probes, k, threshold);
    }

    internal IReadOnlyList<Segment> Segments => _segments;

    private static EmbeddingIndex Over(FileBytes file)
    {
        try { return new EmbeddingIndex(file); }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private Scoring.Match[][] Scan(EmbeddingSet probes, int first, int count, SearchOptions options, CancellationToken cancellation)
    {
        var rows = _segments.ToDictionary(segment => segment, segment => new ProbeRows(probes, first, count, segment.Blocks));
        try
        {
            return Best(count, options.K, options.Threshold, options.Threads, (segment, begin, end, sink) =>
            {
                if (options.Mode == SearchMode.EarlyOut)
                    new EarlyOut(segment, rows[segment], (LiveFaces)sink).Run(begin, end, cancellation);
                else new BlockScan(segment.Blocks, rows[segment], sink, SimdPath.Kernels).Run(begin, end, cancellation);
            }, cancellation);
        }
        finally
        {
            foreach (var row in rows.Values) row.Dispose();
        }
    }
}
