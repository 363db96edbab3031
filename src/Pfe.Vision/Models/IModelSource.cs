using Pfe.Onnx;

namespace Pfe.Vision.Models;

/// <summary>
/// Where networks come from: a folder, the package registry, an address. Everything that takes time or touches disk and network happens
/// here, before an object that uses a network is made.
/// </summary>
public interface IModelSource
{
    /// <summary>Reads a network, verified where its checksum is known; it may be fetched first.</summary>
    /// <param name="reference">A name (<c>detector</c>, <c>landmarks</c>, <c>base</c>), a path, or an address with checksum.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">It cannot be had.</exception>
    ValueTask<ModelContent> ReadAsync(
        string reference, IProgress<string>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>A network's file in memory. The bytes that were verified are the bytes that are used.</summary>
/// <param name="Name">What to call it in messages: its path or name.</param>
/// <param name="Bytes">The whole ONNX file.</param>
/// <param name="Description">What the source knows of a base network's input; null for none.</param>
public sealed record ModelContent(string Name, ReadOnlyMemory<byte> Bytes, NetworkDescription? Description = null)
{
    /// <summary>Reads it as an ONNX model.</summary>
    /// <exception cref="PfeException">It is not one.</exception>
    public OnnxModel ToModel() => OnnxModel.Parse(Bytes.ToArray(), Name);
}
