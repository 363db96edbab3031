using Pfe.Onnx;

namespace Pfe.Vision.Models;

// For programs that do not wait asynchronously: each of these blocks its thread while something is fetched, which happens once a machine.
public sealed partial class ModelStore
{
    /// <summary>The path of a verified file; see <see cref="ModelStore.GetAsync"/>.</summary>
    /// <param name="name">A name of the manifest.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">It cannot be had.</exception>
    public string Get(string name, IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        GetAsync(name, progress, cancellationToken).AsTask().GetAwaiter().GetResult();

    /// <summary>A file from every source; see <see cref="ModelStore.ResolveAsync"/>.</summary>
    /// <param name="reference">Name, path, or address with checksum.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">It cannot be had.</exception>
    public string Resolve(string reference, IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        ResolveAsync(reference, progress, cancellationToken).AsTask().GetAwaiter().GetResult();

    /// <summary>Reads a network; see <see cref="IModelSource.ReadAsync"/>.</summary>
    /// <param name="reference">Name, path, or address with checksum.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">It cannot be had.</exception>
    public ModelContent Read(string reference, IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        ReadAsync(reference, progress, cancellationToken).AsTask().GetAwaiter().GetResult();

    /// <summary>Six sample photographs; see <see cref="ModelStore.SamplesAsync"/>.</summary>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">It cannot be had.</exception>
    public IReadOnlyList<string> Samples(IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        SamplesAsync(progress, cancellationToken).GetAwaiter().GetResult();

    /// <summary>A base network with its description; see <see cref="ModelStore.LoadBaseAsync"/>.</summary>
    /// <param name="reference">Name, path, or address with checksum.</param>
    /// <param name="description">Path of the description; null to find it.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">It cannot be had.</exception>
    public (OnnxModel Model, NetworkDescription Description) LoadBase(string reference,
        string? description = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        LoadBaseAsync(reference, description, progress, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Fetches everything; see <see cref="ModelStore.RestoreAllAsync"/>.</summary>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">It cannot be had.</exception>
    public void RestoreAll(IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        RestoreAllAsync(progress, cancellationToken).GetAwaiter().GetResult();
}
