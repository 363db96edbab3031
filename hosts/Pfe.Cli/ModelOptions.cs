using System.CommandLine;
using Pfe.Interop.TensorFlow;
using Pfe.Onnx;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;
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
        new("--model")
        {
            Description = "The PFE model: an ONNX file of 'pfe train' or 'pfe export', the folder of a TensorFlow " +
        "checkpoint, or an address with its checksum; by default the registry's base network with the head that comes with Pfe."
        };

    /// <summary>Where networks run.</summary>
    public static readonly Option<string> Device = new("--device")
    {
        Description = "Where networks run: cpu, cuda, cuda:N or auto.", DefaultValueFactory = _ => "cpu",
    };

    /// <summary>Mirrored averaging.</summary>
    public static readonly Option<bool> Flip =
        new("--flip") { Description = "Embed every face together with its mirror image, at twice the cost." };

    /// <summary>Device and threads of every network of a command.</summary>
    public static NetworkOptions Network(this ParseResult parsed, IProgress<string> messages) => new()
    {
        Device = ComputeDevice.Parse(parsed.GetValue(Device) ?? "cpu"), Flip = parsed.GetValue(Flip), Messages = messages,
    };

    /// <summary>The store's detector.</summary>
    public static FaceDetector Detector(
        this ParseResult parsed, ModelStore store, IProgress<string> messages, CancellationToken cancellation) =>
        FaceDetector.Open(store, new FaceDetectorOptions
        {
            MinimumFaceSize = parsed.GetValue(FaceOptions.MinimumFace), Network = parsed.Network(messages),
        }, messages, cancellation);

    public static ModelStore Store(this ParseResult parsed) => new(parsed.GetValue(Models));

    /// <summary>The model named, or the default model.</summary>
    public static OnnxModel LoadModel(this ParseResult parsed, ModelStore store, IProgress<string> messages,
        CancellationToken cancellation) =>
        parsed.GetValue(Model) is { } reference
            ? store.OpenModel(reference, messages, cancellation) : DefaultModel.Load(store, messages, cancellation);

    /// <summary>A model by its name, file or address, or by the folder of a TensorFlow checkpoint, which is imported once.</summary>
    public static OnnxModel OpenModel(this ModelStore store, string reference, IProgress<string> messages,
        CancellationToken cancellation) =>
        Directory.Exists(reference)
            ? OnnxModel.Load(SphereNetImport.Keep(reference, store.Folder, cancellation))
            : store.Read(reference, messages, cancellation).ToModel();

    public static FaceEmbedder Embedder(
        this ParseResult parsed, ModelStore store, IProgress<string> messages, CancellationToken cancellation) =>
        new(parsed.LoadModel(store, messages, cancellation), parsed.Network(messages));

    /// <summary>The model with the store's detector.</summary>
    public static FaceVerifier Verifier(this ParseResult parsed, IProgress<string> messages, CancellationToken cancellation)
    {
        var store = parsed.Store();
        var embedder = parsed.Embedder(store, messages, cancellation);
        try { return new FaceVerifier(parsed.Detector(store, messages, cancellation), embedder); }
        catch
        {
            embedder.Dispose();
            throw;
        }
    }
}
