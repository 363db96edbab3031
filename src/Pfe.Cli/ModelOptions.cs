using System.CommandLine;
using Pfe.Onnx;
using Pfe.Vision;
using Pfe.Vision.Models;

namespace Pfe.Cli;

/// <summary>Where networks come from, the same in every command that runs one.</summary>
internal static class ModelOptions
{
    /// <summary>The model store's folder.</summary>
    public static readonly Option<string?> Models = new("--models") { Description = $"Folder of the networks; the default is {ModelStore.FolderVariable} or the user's cache." };

    /// <summary>The PFE model.</summary>
    public static readonly Option<string?> Model = new("--model") { Description = "The PFE model: an ONNX file of 'pfe train' or 'pfe export', or an address with its checksum." };

    public static ModelStore Store(this ParseResult parsed) => new(parsed.GetValue(Models));

    public static FaceEmbedder Embedder(this ParseResult parsed, ModelStore store, IProgress<string> messages, CancellationToken cancellation)
    {
        var reference = parsed.GetValue(Model) ?? throw new UsageException("give --model with an ONNX file of 'pfe train' or 'pfe export'");
        return new FaceEmbedder(OnnxModel.Load(store.Resolve(reference, messages, cancellation)));
    }
}
