using System.CommandLine;
using Pfe.Interop.TensorFlow;
using Pfe.Onnx;
using Pfe.Vision;
using Pfe.Vision.Models;
using Pfe.Vision.Verification;

namespace Pfe.Cli;

/// <summary>Where networks come from, the same in every command that runs one.</summary>
internal static class ModelOptions
{
    /// <summary>The model store's folder.</summary>
    public static readonly Option<string?> Models =
        new("--models") { Description = $"Folder of the networks; the default is {ModelStore.FolderVariable} or the user's cache." };

    /// <summary>The PFE model.</summary>
    public static readonly Option<string?> Model =
        new("--model") { Description = "The PFE model: an ONNX file of 'pfe train' or 'pfe export', the folder of a TensorFlow " +
        "checkpoint, or an address with its checksum; by default the registry's base network with the head that comes with Pfe." };

    public static ModelStore Store(this ParseResult parsed) => new(parsed.GetValue(Models));

    /// <summary>The model's path: the one named, or the default model.</summary>
    public static string ModelPath(this ParseResult parsed, ModelStore store, IProgress<string> messages, CancellationToken cancellation) =>
        parsed.GetValue(Model) is { } reference ? store.OnnxFile(reference, messages, cancellation) : DefaultModel.Get(store, messages,
            cancellation);

    /// <summary>A model's ONNX file: a name, a file, an address, or the folder of a TensorFlow checkpoint, which is imported
    /// once.</summary>
    public static string OnnxFile(this ModelStore store, string reference, IProgress<string> messages, CancellationToken cancellation)
    {
        if (!Directory.Exists(reference)) return store.Resolve(reference, messages, cancellation);
        return SphereNetImport.Keep(reference, store.Folder, cancellation);
    }

    public static FaceEmbedder Embedder(
        this ParseResult parsed, ModelStore store, IProgress<string> messages, CancellationToken cancellation) =>
        new(OnnxModel.Load(parsed.ModelPath(store, messages, cancellation)));

    /// <summary>The model with the store's detector.</summary>
    public static FaceVerifier Verifier(this ParseResult parsed, IProgress<string> messages, CancellationToken cancellation)
    {
        var store = parsed.Store();
        return FaceVerifier.Open(store, parsed.ModelPath(store, messages, cancellation), messages, cancellation);
    }
}
