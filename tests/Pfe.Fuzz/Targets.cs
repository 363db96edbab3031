namespace Pfe.Fuzz;

/// <summary>The readers by name.</summary>
internal static class Targets
{
    public static readonly SortedDictionary<string, Func<Scratch, FuzzTarget>> Makers = new(StringComparer.Ordinal)
    {
        ["calibration"] = TextTargets.Calibration,
        ["trust calibration"] = TextTargets.Trust,
        ["network description"] = TextTargets.Description,
        ["training configuration"] = TextTargets.TrainingConfiguration,
        ["python configuration"] = TextTargets.PythonConfiguration,
        ["landmark list"] = TextTargets.Landmarks,
        ["image list"] = TextTargets.Images,
        ["training list"] = TextTargets.TrainingImages,
        ["ijb-a metadata"] = TextTargets.IjbaMetadata,
        ["ijb metadata"] = TextTargets.IjbTemplates,
        ["ijb pairs"] = TextTargets.IjbPairs,
        ["lfw pairs"] = TextTargets.LfwPairs,
        ["insightface images"] = TextTargets.InsightFaceImages,
        ["insightface pairs"] = TextTargets.InsightFacePairs,
        ["path table"] = TextTargets.PathTable,
        ["reviewed pairs"] = TextTargets.ReviewedPairs,
        ["summaries"] = TextTargets.Summaries,
        ["safetensors"] = TensorTargets.Safetensors,
        ["embeddings"] = TensorTargets.Embeddings,
        ["head"] = TensorTargets.Head,
        ["checkpoint"] = TensorTargets.Checkpoint,
        ["index"] = TensorTargets.Index,
        ["feature cache"] = TensorTargets.FeatureCache,
        ["embedding journal"] = TensorTargets.Journal,
        ["event file"] = TensorTargets.Events,
        ["gallery export"] = GalleryTargets.Export,
        ["onnx"] = ForeignTargets.Onnx,
        ["tensorflow index"] = ForeignTargets.TensorFlow,
        ["verification set"] = ForeignTargets.VerificationSet,
        ["tarball"] = ForeignTargets.Tarball,
        ["gzip"] = ForeignTargets.Gzip,
        ["photograph"] = ForeignTargets.Photograph,
    };
}
