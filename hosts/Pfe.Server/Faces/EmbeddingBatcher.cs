using System.Threading.Channels;
using Pfe.Calibration;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Server.Faces;

/// <summary>
/// Runs a model for all requests together: what waits while a run is under way goes into the next one. Nothing waits for a batch to fill,
/// so that a lone request is as fast as without.
/// </summary>
internal sealed class EmbeddingBatcher : IAsyncDisposable
{
    private readonly FaceEmbedder _embedder;
    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>();
    private readonly Task[] _workers;
    private readonly int _cores;
    private readonly int _batch;

    /// <summary>Starts one worker a core; each run of the network uses one thread.</summary>
    /// <param name="embedder">The model; stays the caller's to close, after this object.</param>
    /// <param name="workers">Runs at once.</param>
    /// <param name="batch">Faces of a run at most.</param>
    public EmbeddingBatcher(FaceEmbedder embedder, int workers, int batch)
    {
        (_embedder, _cores, _batch) = (embedder, workers, batch);
        _workers = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>How many runs there were of how many faces: what batching is measured by.</summary>
    public (long Runs, long Faces) Counted => (Interlocked.Read(ref _runs), Interlocked.Read(ref _faces));

    private long _runs, _faces;

    private sealed record Waiting(Memory<float> Input, TaskCompletionSource<EmbeddedFace> Result, CancellationToken Cancellation);

    /// <summary>Embeds a face of a photograph.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="landmarks">The face's landmarks in it.</param>
    /// <param name="cancellation">Takes the face out of the queue.</param>
    /// <exception cref="PfeException">The network fails, or gives no embedding for this face.</exception>
    public Task<EmbeddedFace> EmbedAsync(Pyramid photo, in FiveLandmarks landmarks, CancellationToken cancellation)
    {
        var input = new float[_embedder.InputLength];
        _embedder.Prepare(photo, landmarks, input);
        var waiting = new Waiting(input, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellation);
        ObjectDisposedException.ThrowIf(!_queue.Writer.TryWrite(waiting), this);
        return waiting.Result.Task;
    }

    /// <summary>Finishes what waits and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAll(_workers);
    }

    private async Task WorkAsync()
    {
        var batch = new List<Waiting>(_batch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            // On a processor each run keeps one core busy: what waits is shared among the workers, so that no core idles beside a long run.
            var share = _embedder.Device.Kind == ComputeDeviceKind.Cpu
                ? Math.Clamp((_queue.Reader.Count + _cores - 1) / _cores, 1, _batch) : _batch;
            while (batch.Count < share && _queue.Reader.TryRead(out var next))
            {
                if (next.Cancellation.IsCancellationRequested) next.Result.TrySetCanceled(next.Cancellation);
                else batch.Add(next);
            }
            if (batch.Count > 0) Run(batch);
        }
    }

    private void Run(List<Waiting> batch)
    {
        try
        {
            var (length, dimension) = (_embedder.InputLength, _embedder.Dimension);
            var input = new float[batch.Count * length];
            for (var i = 0; i < batch.Count; i++) batch[i].Input.Span.CopyTo(input.AsSpan(i * length));
            var (mu, logVariance) = (new float[batch.Count * dimension], new float[batch.Count * dimension]);
            var trust = new FaceTrust[_embedder.HasTrust ? batch.Count : 0];
            _embedder.Run(input, batch.Count, mu, logVariance, new float[batch.Count], trust);
            Interlocked.Increment(ref _runs);
            Interlocked.Add(ref _faces, batch.Count);
            for (var i = 0; i < batch.Count; i++)
            {
                var faceMu = mu.AsSpan(i * dimension, dimension);
                var faceLogVariance = logVariance.AsSpan(i * dimension, dimension);
                // One face that the network can make nothing of is no fault of the others.
                if (_embedder.Problem(faceMu, faceLogVariance) is { } problem)
                    batch[i].Result.TrySetException(new UnusableNetworkException(_embedder.Description.Name, problem));
                else
                    batch[i].Result.TrySetResult(new EmbeddedFace(new FaceEmbedding(faceMu, faceLogVariance, _embedder.Sha256), float.NaN,
                        trust.Length > 0 ? trust[i] : null));
            }
        }
        catch (Exception e)
        {
            foreach (var waiting in batch) waiting.Result.TrySetException(e);
        }
    }
}
