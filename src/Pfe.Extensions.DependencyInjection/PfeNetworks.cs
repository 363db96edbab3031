using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pfe.Onnx;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Models;

namespace Pfe.Extensions.DependencyInjection;

/// <summary>
/// The networks of an application: read, verified and opened once, asynchronously. The host does it at its start; a program without a host
/// awaits <see cref="LoadAsync"/> before it asks for a detector, an embedder or a verifier. Safe for several threads at once.
/// </summary>
public sealed class PfeNetworks : IAsyncDisposable, IDisposable
{
    private readonly IModelSource _source;
    private readonly PfeOptions _options;
    private readonly ILogger<PfeNetworks> _logger;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _once = new(1, 1);
    private Loaded? _loaded;
    private bool _disposed;

    /// <summary>Remembers what to load; nothing is read or fetched.</summary>
    /// <param name="source">Where the networks are.</param>
    /// <param name="options">Which model, on which device.</param>
    /// <param name="logger">Told when they are there, and on what.</param>
    /// <param name="time">Measures how long it takes.</param>
    public PfeNetworks(IModelSource source, IOptions<PfeOptions> options, ILogger<PfeNetworks> logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_source, _options, _logger, _time) = (source, options.Value, logger, time);
    }

    private sealed record Loaded(FaceDetector Detector, FaceEmbedder Embedder);

    /// <summary>Whether they are there.</summary>
    [MemberNotNullWhen(true, nameof(_loaded))]
    public bool IsLoaded => Volatile.Read(ref _loaded) is not null;

    /// <summary>The detector.</summary>
    /// <exception cref="InvalidOperationException">The networks are not loaded yet.</exception>
    public IFaceDetector Detector => Ready.Detector;

    /// <summary>The embedder.</summary>
    /// <exception cref="InvalidOperationException">The networks are not loaded yet.</exception>
    public IFaceEmbedder Embedder => Ready.Embedder;

    private Loaded Ready
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Volatile.Read(ref _loaded) ?? throw new InvalidOperationException(
                "the face networks are not loaded yet: start the host, or await PfeNetworks.LoadAsync() first");
        }
    }

    /// <summary>Loads what is not loaded yet. Concurrent calls wait for the first; after a failure the next call tries again.</summary>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">A network cannot be had or run, or the device is not there.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (IsLoaded) return;
        await _once.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (IsLoaded) return;
            var start = _time.GetTimestamp();
            var loaded = await OpenAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _loaded, loaded);
            Log.NetworksLoaded(_logger, loaded.Embedder.ModelId[..12], loaded.Embedder.Device.ToString(),
                _time.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (PfeException e)
        {
            // The message may hold a path of the machine's administrator; it names no photograph and no person.
            Log.NetworksUnavailable(_logger, e.GetType().Name, e.Message);
            throw;
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>Unloads the networks; calls under way come to their end.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (Interlocked.Exchange(ref _loaded, null) is { } loaded)
        {
            loaded.Detector.Dispose();
            loaded.Embedder.Dispose();
        }
        _once.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Loaded> OpenAsync(CancellationToken cancellationToken)
    {
        var options = _options.Detector(new Messages(_logger));
        var embedder = await FaceEmbedder.OpenAsync(_source, _options.Model, options.Network, options.Network.Messages, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            var detector = await FaceDetector.OpenAsync(_source, options, options.Network.Messages,
                cancellationToken).ConfigureAwait(false);
            return new Loaded(detector, embedder);
        }
        catch
        {
            embedder.Dispose();
            throw;
        }
    }

    /// <summary>What is fetched and which device was taken; no photograph has been seen yet.</summary>
    private sealed class Messages(ILogger logger) : IProgress<string>
    {
        public void Report(string value) => Log.Loading(logger, value);
    }
}
