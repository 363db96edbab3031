using System.Security.Cryptography;
using System.Text;
using Pfe.Calibration;
using Pfe.Storage;
using Pfe.Vision.Faces;

namespace Pfe.Vision.Embedding;

/// <summary>How a run over many images goes about it.</summary>
public sealed record EmbeddingRunOptions
{
    /// <summary>The images are faces aligned to the model's template already; nothing is detected.</summary>
    public bool Aligned { get; init; }

    /// <summary>Which faces of a photograph are embedded where landmarks are not given.</summary>
    public FaceSubset Faces { get; init; } = FaceSubset.Main;

    /// <summary>Fail on the first image that cannot be used instead of counting it.</summary>
    public bool Strict { get; init; }

    /// <summary>Images worked on at the same time; 0 for one a core.</summary>
    public int Workers { get; init; }
}

/// <summary>What came of a run.</summary>
/// <param name="Embedded">Rows in the output.</param>
/// <param name="Failures">The images left out, in the order of the list.</param>
public sealed record EmbeddingRunResult(int Embedded, IReadOnlyList<FailedImage> Failures)
{
    /// <summary>Photographs of this run, not of an earlier part of it, that show several faces of which the main one was taken.</summary>
    public int SeveralFaces { get; init; }
}

/// <summary>
/// Embeds many images into one file: in parallel, in bounded memory, in the order of the list whatever the number of workers, and
/// resumable (<c>output.part</c> holds what is done; the output itself appears, whole, at the end).
/// </summary>
public static class EmbeddingRun
{
    // What is recorded at once, and lost when a run is killed.
    private const int ChunkSize = 16;

    /// <summary>Embeds the images.</summary>
    /// <param name="images">The images; landmarks are used where they are given.</param>
    /// <param name="embedder">The model.</param>
    /// <param name="detector">Finds the faces of images without landmarks; may be null when there is none to find.</param>
    /// <param name="output">The embedding file to create or replace; see <see cref="EmbeddingSet"/>.</param>
    /// <param name="options">Options.</param>
    /// <param name="progress">Told after every chunk.</param>
    /// <param name="cancellation">Stops the run; a later one with the same images and model goes on.</param>
    /// <exception cref="PfeException">The output cannot be written, no image could be used, or with Strict the first failure.</exception>
    public static EmbeddingRunResult Run(IReadOnlyList<FaceSource> images, FaceEmbedder embedder, IFaceDetector? detector, string output,
        EmbeddingRunOptions? options = null, IProgress<ImageProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(embedder);
        options ??= new EmbeddingRunOptions();
        // Before hours of work: an output that cannot be, and names that it could not hold.
        AtomicFile.RequirePossible(output);
        EmbeddingSet.CheckNames([.. images.Select(image => image.Name)], []);
        // Beside the output; where that is a device or a pipe, in a place of its own.
        var part = AtomicFile.IsDevice(output) ? Path.Combine(Path.GetTempPath(), $"pfe-{Guid.NewGuid():N}.part") : output + ".part";
        using var journal = new EmbeddingJournal(part, Key(images, embedder, options), images.Count, embedder.Dimension);
        var chunks = Enumerable.Range(0, (images.Count + ChunkSize - 1) / ChunkSize).Where(chunk => !journal.Has(chunk)).ToList();
        var several = 0;
        ParallelImages.ForEach(chunks, options.Workers, () => new EmbeddingWorker(embedder, detector, options), (chunk, worker) =>
        {
            var first = chunk * ChunkSize;
            var done = worker.Embed(images, first, Math.Min(ChunkSize, images.Count - first), cancellation);
            journal.Append(chunk, done.Rows, done.Mu, done.LogVariance, done.Failures);
            Interlocked.Add(ref several, done.SeveralFaces);
            progress?.Report(new ImageProgress(journal.Done, images.Count, journal.Failures.Count));
        }, cancellation);
        var rows = journal.Rows();
        FailedImage[] failures = [.. journal.Failures.Select(failure => new FailedImage(images[failure.Key].Name, failure.Value))];
        if (rows.Count == 0)
        {
            // Nothing to go on from: the next run shall look at the images afresh.
            journal.Delete();
            throw FailedImage.None($"{images.Count} images could be embedded", failures);
        }
        Write(output, journal, rows, images, embedder, options);
        journal.Delete();
        return new EmbeddingRunResult(rows.Count, failures) { SeveralFaces = several };
    }

    private static void Write(
        string output, EmbeddingJournal journal, IReadOnlyList<JournalRow> rows, IReadOnlyList<FaceSource> images, FaceEmbedder embedder,
        EmbeddingRunOptions options)
    {
        var vector = embedder.Dimension * sizeof(float);
        var paths = Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(row => NameOf(row, images, options))));
        void Part(Stream stream, int offset, int length)
        {
            var row = new byte[EmbeddingJournal.RowBytes(embedder.Dimension)];
            foreach (var place in rows)
            {
                journal.ReadRow(place, row);
                stream.Write(row, offset, length);
            }
        }
        SafetensorsEntry Column(string name, int place) =>
            new(name, "F32", [rows.Count], stream => Part(stream, 2 * vector + place * sizeof(float), sizeof(float)));
        long[] shape = [rows.Count, embedder.Dimension];
        SafetensorsEntry[] trust = embedder.HasTrust ? [Column(EmbeddingSet.Reliability, 3), Column(EmbeddingSet.Collision, 4)] : [];
        Safetensors.Write(output,
        [
            new("mu", "F32", shape, stream => Part(stream, 0, vector)),
            new("log_variance", "F32", shape, stream => Part(stream, vector, vector)),
            new("paths", "U8", [paths.Length], stream => stream.Write(paths)),
            Column(EmbeddingSet.Norm, 0), Column(EmbeddingSet.DetectionScore, 1), Column(EmbeddingSet.Sharpness, 2), .. trust,
        ], Metadata(images, embedder, options));
    }

    // Every face of a photograph has the photograph's name and its own number, the best detection first.
    private static string NameOf(JournalRow row, IReadOnlyList<FaceSource> images, EmbeddingRunOptions options) =>
        options is { Faces: FaceSubset.All, Aligned: false } && images[row.Image].Landmarks is null
            ? $"{images[row.Image].Name}#{row.Face + 1}" : images[row.Image].Name;

    // The calibration goes along: whoever has the embeddings can turn their scores into probabilities without the model.
    private static Dictionary<string, string> Metadata(IReadOnlyList<FaceSource> images, FaceEmbedder embedder, EmbeddingRunOptions options)
    {
        var metadata = new Dictionary<string, string>
        {
            ["model"] = embedder.Description.Name,
            [EmbeddingSet.ModelKey] = embedder.Sha256,
            ["alignment"] = embedder.Template.Name,
            ["faces"] = options.Aligned ? "aligned before" : images.Any(image => image.Landmarks is not null) ? "landmark list"
                : "detected",
        };
        if (embedder.Flips) metadata["flip"] = "true";
        foreach (var key in new[] { ScoreCalibration.MetadataKey, TrustCalibration.MetadataKey })
            if (embedder.Metadata.TryGetValue(key, out var calibration)) metadata[key] = calibration;
        return metadata;
    }

    private static byte[] Key(IReadOnlyList<FaceSource> images, FaceEmbedder embedder, EmbeddingRunOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{embedder.Sha256} {options.Aligned} {options.Faces} {ChunkSize} " +
            $"{EmbeddingJournal.RowBytes(embedder.Dimension)}{(embedder.Flips ? " flip" : "")}\n"));
        foreach (var image in images)
            hash.AppendData(Encoding.UTF8.GetBytes($"{image.Name}\n{image.Path}\n{image.Landmarks}\n{FileStamp.Of(image.Path)}\n"));
        return hash.GetHashAndReset();
    }
}
