using System.Collections;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using Pfe.Scoring.Blocks;
using Pfe.Storage;

namespace Pfe;

/// <summary>
/// N probabilistic face embeddings N(mu, diag(sigma^2)), each of D dimensions, with the path of the image each came from.
/// The unit in which every later step (score, template, gallery, evaluation, report) takes its faces.
/// </summary>
/// <remarks>
/// On disk a safetensors file: <c>mu</c> F32 [N, D] of unit rows, <c>log_variance</c> F32 [N, D] (natural logarithm of sigma^2),
/// <c>paths</c> U8 (UTF-8, one path a line), and any number of <see cref="Columns"/>, F32 [N] each, by their names. A set from
/// <see cref="Load"/> is memory-mapped: rows are read from the page cache on demand, and all of them are held against their checksums,
/// where the file has any, when the first one is read (<see cref="DamagedFileException"/>).
/// </remarks>
public sealed class EmbeddingSet : IReadOnlyList<FaceEmbedding>, IFaceRows, IDisposable
{
    /// <summary>Column: length of the base network's embedding before it became mu.</summary>
    public const string Norm = "norm";

    /// <summary>Column: the face detector's confidence, 0 to 1; NaN where landmarks were given.</summary>
    public const string DetectionScore = "detection_score";

    /// <summary>Column: variance of the Laplacian of the aligned face's green plane, grey levels squared; higher is sharper.</summary>
    public const string Sharpness = "sharpness";

    /// <summary>Column: how far a comparison with the face can be relied on, 0 to 1 (<see cref="Calibration.FaceTrust"/>).
    /// Models without a trust head give none.</summary>
    public const string Reliability = "reliability";

    /// <summary>
    /// Column: how near unrelated faces come for a damage they share, in units of cosine (<see cref="Calibration.FaceTrust"/>).
    /// </summary>
    public const string Collision = "collision";

    /// <summary>Metadata: the SHA-256 of the model's file, which is its <see cref="ModelId"/>.</summary>
    public const string ModelKey = "model_sha256";

    private readonly Safetensors? _file;
    private readonly float[]? _mu;
    private readonly float[]? _logVariance;
    private readonly Lock _verifying = new();
    private bool _verified;
    private bool _disposed;

    /// <summary>Wraps embeddings held in memory; the arrays are not copied.</summary>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="mu">N x D, row-major, rows of unit length.</param>
    /// <param name="logVariance">N x D, row-major, natural logarithm of sigma^2.</param>
    /// <param name="paths">N paths or names.</param>
    /// <param name="metadata">What is known of the set's origin (model, alignment); null for nothing.</param>
    /// <param name="columns">Further numbers, N each; null for none.</param>
    public EmbeddingSet(int dimension, float[] mu, float[] logVariance, IReadOnlyList<string> paths,
        IReadOnlyDictionary<string, string>? metadata = null, IReadOnlyDictionary<string, float[]>? columns = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (mu.LongLength != (long)paths.Count * dimension || logVariance.Length != mu.Length)
            throw new ArgumentException($"{paths.Count} paths x {dimension} dimensions need arrays of {(long)paths.Count * dimension}; " +
                $"mu has {mu.Length}, log variance {logVariance.Length}", nameof(mu));
        (Dimension, Paths, _mu, _logVariance) = (dimension, paths, mu, logVariance);
        Metadata = metadata ?? new Dictionary<string, string>();
        Columns = columns ?? new Dictionary<string, float[]>();
        foreach (var (name, values) in Columns)
            if (values.Length != paths.Count)
                throw new ArgumentException($"column '{name}' has {values.Length} values for {paths.Count} paths", nameof(columns));
    }

    /// <summary>A set of faces, copied.</summary>
    /// <param name="faces">At least one face, all of one D and model.</param>
    /// <param name="paths">A path or name each.</param>
    /// <param name="metadata">What is known of the set's origin besides the faces' model; null for nothing.</param>
    /// <param name="columns">Further numbers, one a face each; null for none.</param>
    /// <exception cref="ModelMismatchException">Two faces come from different models.</exception>
    public static EmbeddingSet Of(IReadOnlyList<FaceEmbedding> faces, IReadOnlyList<string> paths,
        IReadOnlyDictionary<string, string>? metadata = null, IReadOnlyDictionary<string, float[]>? columns = null)
    {
        ArgumentNullException.ThrowIfNull(faces);
        if (faces.Count == 0) throw new ArgumentException("a set of faces needs at least one, to know its dimension", nameof(faces));
        var (d, model) = (faces[0].Dimension, faces[0].ModelId);
        var (mu, logVariance) = (new float[faces.Count * d], new float[faces.Count * d]);
        for (var row = 0; row < faces.Count; row++)
        {
            ModelMismatchException.Check($"face {row}", d, model, faces[row].Dimension, faces[row].ModelId);
            model ??= faces[row].ModelId;
            faces[row].Mu.CopyTo(mu.AsSpan(row * d));
            faces[row].LogVariance.CopyTo(logVariance.AsSpan(row * d));
        }
        var known = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>());
        if (model is not null) known[ModelKey] = model;
        return new EmbeddingSet(d, mu, logVariance, paths, known, columns);
    }

    private EmbeddingSet(Safetensors file, int dimension, IReadOnlyList<string> paths, IReadOnlyDictionary<string, float[]> columns) =>
        (_file, Dimension, Paths, Metadata, Columns) = (file, dimension, paths, file.Metadata, columns);

    /// <summary>N.</summary>
    public int Count => Paths.Count;

    /// <summary>D.</summary>
    public int Dimension { get; }

    /// <summary>Which model the faces came from; null where the set does not say.</summary>
    public string? ModelId => Metadata.TryGetValue(ModelKey, out var model) && model.Length > 0 ? model : null;

    /// <summary>Row <paramref name="index"/> as a face of its own, copied and checked.</summary>
    /// <param name="index">0 to N - 1.</param>
    /// <exception cref="PfeException">The row holds a value that cannot be scored; names row, path, dimension and value.</exception>
    public FaceEmbedding this[int index]
    {
        get
        {
            try { return new FaceEmbedding(Mu(index), LogVariance(index), ModelId); }
            catch (ArgumentException e) { throw new PfeException($"{((IFaceRows)this).Name(index)} cannot be scored: {e.Message}", e); }
        }
    }

    /// <summary>The image each row came from, as it was given to <c>pfe embed</c>.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>What the file says of its origin.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// Further numbers of each face by name, NaN where one is not known: <see cref="Norm"/>, <see cref="DetectionScore"/> and
    /// <see cref="Sharpness"/> from <c>pfe embed</c>. Files of earlier versions have none.
    /// </summary>
    public IReadOnlyDictionary<string, float[]> Columns { get; }

    /// <summary>Row <paramref name="index"/>'s mean, D values of unit length.</summary>
    /// <param name="index">0 to N - 1.</param>
    public ReadOnlySpan<float> Mu(int index) => Row(_mu, "mu", index);

    /// <summary>Row <paramref name="index"/>'s natural logarithm of sigma^2, D values.</summary>
    /// <param name="index">0 to N - 1.</param>
    public ReadOnlySpan<float> LogVariance(int index) => Row(_logVariance, "log_variance", index);

    /// <summary>Writes row <paramref name="index"/>'s sigma^2 = exp(log variance).</summary>
    /// <param name="index">0 to N - 1.</param>
    /// <param name="variance">D values to fill.</param>
    public void CopyVariance(int index, Span<float> variance) => TensorPrimitives.Exp(LogVariance(index), variance);

    /// <summary>The rows as faces of their own, one after the other.</summary>
    public IEnumerator<FaceEmbedding> GetEnumerator()
    {
        for (var row = 0; row < Count; row++) yield return this[row];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    UseCount.Use IFaceRows.Enter()
    {
        ThrowIfDisposed();
        return _file?.Enter() ?? default;
    }

    string IFaceRows.Name(int index) => $"row {index} ('{Paths[index]}')";

    /// <summary>Opens a file memory-mapped.</summary>
    /// <param name="path">A file written by <see cref="Save"/> or by <c>pfe embed</c>.</param>
    /// <exception cref="PfeException">Missing, damaged, or without the three tensors in the right shapes.</exception>
    public static EmbeddingSet Load(string path)
    {
        var file = Safetensors.Open(path);
        try
        {
            var (mu, logVariance) = (file.Shape("mu"), file.Shape("log_variance"));
            var text = Encoding.UTF8.GetString(file.Values<byte>("paths"));
            var paths = text.Length == 0 ? [] : text.Split('\n');
            if (mu.Count != 2 || !mu.SequenceEqual(logVariance) || mu[0] != paths.Length || mu[1] is < 1 or > int.MaxValue)
                throw new PfeException($"'{path}': mu [{string.Join(',', mu)}], log_variance [{string.Join(',', logVariance)}] and " +
                    $"{paths.Length} paths do not belong together");
            var columns = file.Names.Where(name => file.Type(name) == "F32" && file.Shape(name).Count == 1)
                .ToDictionary(name => name, name => file.Values<float>(name).ToArray());
            if (columns.FirstOrDefault(column => column.Value.Length != paths.Length) is { Key: { } wrong, Value: var values })
                throw new PfeException($"'{path}': column '{wrong}' has {values.Length} values for {paths.Length} paths");
            return new EmbeddingSet(file, (int)mu[1], paths, columns);
        }
        catch { file.Dispose(); throw; }
    }

    /// <summary>A copy that needs no file.</summary>
    internal EmbeddingSet ToMemory()
    {
        var (mu, logVariance) = (new float[(long)Count * Dimension], new float[(long)Count * Dimension]);
        for (var row = 0; row < Count; row++)
        {
            Mu(row).CopyTo(mu.AsSpan(row * Dimension));
            LogVariance(row).CopyTo(logVariance.AsSpan(row * Dimension));
        }
        return new EmbeddingSet(Dimension, mu, logVariance, Paths, Metadata, Columns);
    }

    /// <summary>Writes the set atomically.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <exception cref="PfeException">The set cannot be written so that it could be read (a path that is empty or holds a line feed, a
    /// column called like a part of the file), or the file cannot be written.</exception>
    public void Save(string path)
    {
        CheckNames(Paths, Columns.Keys);
        long[] shape = [Count, Dimension];
        var paths = Encoding.UTF8.GetBytes(string.Join('\n', Paths));
        Safetensors.Write(path,
        [
            new("mu", "F32", shape, stream => WriteRows(stream, Mu)),
            new("log_variance", "F32", shape, stream => WriteRows(stream, LogVariance)),
            new("paths", "U8", [paths.Length], stream => stream.Write(paths)),
            .. Columns.Select(column =>
                new SafetensorsEntry(column.Key, "F32", [Count], stream => stream.Write(MemoryMarshal.AsBytes(column.Value.AsSpan())))),
        ], Metadata);
    }

    /// <summary>
    /// Unmaps the file behind a loaded set, once nothing reads its rows any more; spans of it must not be used afterwards.
    /// </summary>
    public void Dispose()
    {
        Volatile.Write(ref _disposed, true);
        _file?.Dispose();
    }

    private delegate ReadOnlySpan<float> RowReader(int index);

    private void WriteRows(Stream stream, RowReader row)
    {
        for (var i = 0; i < Count; i++) stream.Write(MemoryMarshal.AsBytes(row(i)));
    }

    /// <summary>Refuses names that a file cannot hold: what is written can be read.</summary>
    /// <param name="paths">Paths of the rows.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <exception cref="PfeException">Names the row or the column.</exception>
    public static void CheckNames(IReadOnlyList<string> paths, IEnumerable<string> columns)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(columns);
        for (var row = 0; row < paths.Count; row++)
        {
            if (string.IsNullOrEmpty(paths[row]))
                throw new PfeException($"row {row} has no path: an embedding file needs one of each face");
            if (paths[row].AsSpan().IndexOfAny('\n', '\0') >= 0)
                throw new PfeException($"row {row}'s path holds a line feed or a NUL, which an embedding file cannot: "
                    + $"'{paths[row].Replace("\n", "\\n", StringComparison.Ordinal).Replace("\0", "\\0", StringComparison.Ordinal)}'");
        }
        foreach (var column in columns)
            if (column.Length == 0 || column is "mu" or "log_variance" or "paths" or "__metadata__")
                throw new PfeException($"a column cannot be called '{column}': it is no name, or that of a part of the file");
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);

    private ReadOnlySpan<float> Row(float[]? memory, string name, int index)
    {
        ThrowIfDisposed();
        if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(index), index, $"0 to {Count - 1}");
        if (memory is not null) return memory.AsSpan(index * Dimension, Dimension);
        if (!Volatile.Read(ref _verified)) Verify();
        return _file!.Values<float>(name, (long)index * Dimension, Dimension);
    }

    /// <summary>Both tensors against their checksums, by the first who reads a row: who needs names alone does not read them.</summary>
    private void Verify()
    {
        lock (_verifying)
        {
            if (_verified) return;
            _file!.Verify("mu");
            _file.Verify("log_variance");
            Volatile.Write(ref _verified, true);
        }
    }
}
