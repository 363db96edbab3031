using System.Security.Cryptography;
using System.Text;
using Pfe.Calibration;
using Pfe.Storage;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Embedding;

/// <summary>How a run over many images goes about it.</summary>
public sealed record EmbeddingRunOptions
{
    /// <summary>The images are faces aligned to the model's template already; nothing is detected.</summary>
    public bool Aligned { get; init; }

    /// <summary>Fail on the first image that cannot be used instead of counting it.</summary>
    public bool Strict { get; init; }

    /// <summary>Images worked on at the same time; 0 for one a core.</summary>
    public int Workers { get; init; }
}

/// <summary>What came of a run.</summary>
/// <param name="Embedded">Rows in the output.</param>
/// <param name="Failures">The images left out, in the order of the list.</param>
public sealed record EmbeddingRunResult(int Embedded, IReadOnlyList<FailedImage> Failures);

/// <summary>
/// Embeds many images into one file: in parallel, in bounded memory, in the order of the list whatever the number of workers, and
/// resumable (<c>output.part</c> holds what is done; the output itself appears, whole, at the end).
/// </summary>
public static class EmbeddingRun
{
    // Consecutive images share a run of the network. The chunks are fixed by the list, so results do not depend on the workers.
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
        // Before hours of work: names that the output could not hold.
        EmbeddingSet.CheckNames([.. images.Select(image => image.Name)], []);
        // Beside the output; where that is a device or a pipe, in a place of its own.
        var part = AtomicFile.IsDevice(output) ? Path.Combine(Path.GetTempPath(), $"pfe-{Guid.NewGuid():N}.part") : output + ".part";
        using var journal = new EmbeddingJournal(part, Key(images, embedder, options), images.Count, embedder.Dimension);
        var chunks = Enumerable.Range(0, (images.Count + ChunkSize - 1) / ChunkSize).Where(chunk => !journal.Has(chunk)).ToList();
        ParallelImages.ForEach(chunks, options.Workers, () => new Worker(embedder, detector, options), (chunk, worker) =>
        {
            worker.Embed(chunk, images, journal, cancellation);
            progress?.Report(new ImageProgress(journal.Done, images.Count, journal.Failures.Count));
        }, cancellation);
        var rows = Enumerable.Range(0, images.Count).Where(journal.HasRow).ToList();
        FailedImage[] failures = [.. journal.Failures.Select(failure => new FailedImage(images[failure.Key].Name, failure.Value))];
        if (rows.Count == 0)
        {
            // Nothing to go on from: the next run shall look at the images afresh.
            journal.Delete();
            throw new PfeException($"none of {images.Count} images could be embedded; the first: {failures[0].Name}: {failures[0].Reason}");
        }
        Write(output, journal, rows, images, embedder, options);
        journal.Delete();
        return new EmbeddingRunResult(rows.Count, failures);
    }

    private static void Write(
        string output, EmbeddingJournal journal, List<int> rows, IReadOnlyList<FaceSource> images, FaceEmbedder embedder,
        EmbeddingRunOptions options)
    {
        var vector = embedder.Dimension * sizeof(float);
        var paths = Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(row => images[row].Name)));
        void Part(Stream stream, int offset, int length)
        {
            var row = new byte[EmbeddingJournal.RowBytes(embedder.Dimension)];
            foreach (var index in rows)
            {
                journal.ReadRow(index, row);
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
        foreach (var key in new[] { ScoreCalibration.MetadataKey, TrustCalibration.MetadataKey })
            if (embedder.Metadata.TryGetValue(key, out var calibration)) metadata[key] = calibration;
        return metadata;
    }

    private static byte[] Key(IReadOnlyList<FaceSource> images, FaceEmbedder embedder, EmbeddingRunOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{embedder.Sha256} {options.Aligned} {ChunkSize} " +
            $"{EmbeddingJournal.RowBytes(embedder.Dimension)}\n"));
        foreach (var image in images)
            hash.AppendData(Encoding.UTF8.GetBytes($"{image.Name}\n{image.Path}\n{image.Landmarks}\n{FileStamp.Of(image.Path)}\n"));
        return hash.GetHashAndReset();
    }

    /// <summary>One worker's buffers.</summary>
    private sealed class Worker(FaceEmbedder embedder, IFaceDetector? detector, EmbeddingRunOptions options)
    {
        private readonly Memory<float> _input = AlignedMemory.Of(ChunkSize * embedder.InputLength);
        private readonly Memory<float> _mu = AlignedMemory.Of(ChunkSize * embedder.Dimension);
        private readonly Memory<float> _logVariance = AlignedMemory.Of(ChunkSize * embedder.Dimension);

        public void Embed(int chunk, IReadOnlyList<FaceSource> images, EmbeddingJournal journal, CancellationToken cancellation)
        {
            var (good, scores, sharpness, failed) = (new List<int>(), new List<float>(), new List<float>(), new List<(int, FailedImage)>());
            for (var i = chunk * ChunkSize; i < Math.Min(images.Count, (chunk + 1) * ChunkSize); i++)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    var input = _input.Span.Slice(good.Count * embedder.InputLength, embedder.InputLength);
                    scores.Add(Prepare(images[i], input));
                    sharpness.Add(SharpnessOf(input));
                    good.Add(i);
                }
                catch (PfeException e) when (!options.Strict && !Descriptors.AreOut(e))
                {
                    failed.Add((i, new FailedImage(images[i].Name, e is ImageException image ? image.Reason : e.Message)));
                }
            }
            var values = good.Count * embedder.Dimension;
            var (norms, trusts) = (new float[good.Count], new FaceTrust[good.Count]);
            if (good.Count > 0) embedder.Run(
                _input.Slice(0, good.Count * embedder.InputLength), good.Count, _mu.Slice(0, values), _logVariance.Slice(0, values), norms,
                trusts);
            journal.Append(
                chunk, [.. good.Select((image, row) => new EmbeddedImage(image, norms[row], scores[row], sharpness[row], trusts[row]))],
                _mu.Span[..values], _logVariance.Span[..values], failed);
        }

        // Green is the middle plane in either order of channels, and most of what an eye calls brightness.
        private float SharpnessOf(ReadOnlySpan<float> input)
        {
            var (network, std) = (embedder.Description, embedder.Description.Std[1]);
            var plane = network.Width * network.Height;
            return (float)(Sharpness.Of(input.Slice(plane, plane), network.Width, network.Height) * std * std);
        }

        /// <summary>Writes a face into the network's input and gives the detector's score, NaN where it was not asked.</summary>
        private float Prepare(FaceSource source, Span<float> input)
        {
            var image = Image.Load(source.Path);
            if (options.Aligned)
            {
                embedder.Template.RequireShape(image, source.Path);
                embedder.PrepareAligned(image, input);
                return float.NaN;
            }
            var photo = new Pyramid(image);
            if (source.Landmarks is { } landmarks)
            {
                embedder.Prepare(photo, landmarks, input);
                return float.NaN;
            }
            if (detector is null) throw new ArgumentException(
                $"'{source.Name}' has no landmarks and there is no face detector", nameof(source));
            var face = detector.DetectMain(photo) ?? throw new ImageException(source.Path, "no face found");
            embedder.Prepare(photo, face.Landmarks, input);
            return face.Score;
        }
    }
}
