using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Pfe.Vision.Faces;

namespace Pfe.Vision.Embedding;

/// <summary>A face of a stream of images, or why an image gave none.</summary>
/// <param name="Source">The image.</param>
/// <param name="Face">The face; null where the image failed.</param>
/// <param name="DetectionScore">The detector's confidence; NaN where it was not asked.</param>
/// <param name="Failure">Why the image gave no face; null where it gave one.</param>
public sealed record StreamedFace(FaceSource Source, EmbeddedFace? Face, float DetectionScore, string? Failure);

/// <summary>
/// Embeds any number of images into memory: in parallel, in the order in which they come, a few chunks ahead of the reader and no more.
/// Same
/// work, and bit for bit the same faces, as <see cref="EmbeddingRun"/>.
/// </summary>
public static class EmbeddingPipeline
{
    private const int ChunkSize = 16;

    /// <summary>Embeds images as they are asked for.</summary>
    /// <param name="images">The images, enumerated as the work goes on; landmarks are used where they are given.</param>
    /// <param name="embedder">The model.</param>
    /// <param name="detector">Finds the faces of images without landmarks; may be null when there is none to find.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="PfeException">With Strict the first failure; the network fails as a whole.</exception>
    public static async IAsyncEnumerable<StreamedFace> RunAsync(IEnumerable<FaceSource> images, FaceEmbedder embedder,
        IFaceDetector? detector = null, EmbeddingRunOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(embedder);
        options ??= new EmbeddingRunOptions();
        var ahead = 2 * (options.Workers > 0 ? options.Workers : Environment.ProcessorCount);
        var idle = new ConcurrentBag<EmbeddingWorker>();
        var queue = Channel.CreateBounded<(FaceSource[] Images, Task<EmbeddedChunk> Work)>(ahead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var producer = Task.Run(async () =>
        {
            try
            {
                foreach (var chunk in images.Chunk(ChunkSize))
                    await queue.Writer.WriteAsync((chunk, Task.Run(() => Embed(chunk), stop.Token)), stop.Token).ConfigureAwait(false);
                queue.Writer.Complete();
            }
            catch (Exception e) { queue.Writer.Complete(e); }
        }, CancellationToken.None);
        try
        {
            await foreach (var (chunk, work) in queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                foreach (var face in InOrder(chunk, await work.ConfigureAwait(false), embedder)) yield return face;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await producer.ConfigureAwait(false);
        }

        EmbeddedChunk Embed(FaceSource[] chunk)
        {
            if (!idle.TryTake(out var worker)) worker = new EmbeddingWorker(embedder, detector, options);
            var result = worker.Embed(chunk, 0, chunk.Length, stop.Token);
            idle.Add(worker);
            return result;
        }
    }

    private static IEnumerable<StreamedFace> InOrder(FaceSource[] images, EmbeddedChunk chunk, FaceEmbedder embedder)
    {
        var failures = chunk.Failures.ToDictionary(failure => failure.Image, failure => failure.Failure.Reason);
        for (int image = 0, row = 0; image < images.Length; image++)
        {
            if (failures.TryGetValue(image, out var reason)) yield return new StreamedFace(images[image], null, float.NaN, reason);
            for (; row < chunk.Rows.Count && chunk.Rows[row].Image == image; row++) yield return Face(images[image], chunk, row, embedder);
        }
    }

    private static StreamedFace Face(FaceSource source, EmbeddedChunk chunk, int row, FaceEmbedder embedder)
    {
        var (d, about) = (embedder.Dimension, chunk.Rows[row]);
        var embedding = new FaceEmbedding(chunk.Mu.Slice(row * d, d), chunk.LogVariance.Slice(row * d, d), embedder.Sha256);
        return new StreamedFace(
            source, new EmbeddedFace(embedding, about.Norm, embedder.HasTrust ? about.Trust : null), about.DetectionScore, null);
    }
}
