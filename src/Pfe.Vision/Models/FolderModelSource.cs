using Pfe.Onnx;
using Pfe.Storage;

namespace Pfe.Vision.Models;

/// <summary>
/// Networks that lie ready in a folder, for programs that ship their own: the name <c>detector</c> is the file <c>detector.onnx</c>, with
/// <c>detector.json</c> beside it where it needs a description. Nothing is fetched, and nothing is verified but that it can be read.
/// </summary>
/// <param name="folder">The folder; paths given as references need not lie in it.</param>
public sealed class FolderModelSource(string folder) : IModelSource
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <inheritdoc/>
    public async ValueTask<ModelContent> ReadAsync(
        string reference, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        var named = Path.Combine(Folder, reference + ".onnx");
        var path = File.Exists(reference) ? reference : named;
        byte[] bytes;
        try { bytes = await InputFile.BytesAsync(path, cancellation: cancellationToken).ConfigureAwait(false); }
        catch (PfeException e) { throw new ModelUnavailableException(reference, $"there is no network '{reference}': {e.Message}", e); }
        var beside = Path.ChangeExtension(path, ".json");
        return new ModelContent(path, bytes, File.Exists(beside) ? NetworkDescription.Load(beside) : null);
    }
}
