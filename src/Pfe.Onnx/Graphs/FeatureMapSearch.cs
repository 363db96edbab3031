namespace Pfe.Onnx.Graphs;

/// <summary>Finds the feature map a head can read: walks back from the embedding to the first tensors that still are images.</summary>
internal static class FeatureMapSearch
{
    public static TensorInfo Find(OnnxModel model, string embedding)
    {
        var shapes = ShapeInference.Run(model, 1);
        var producers = model.Proto.Graph.Producers();
        if (!producers.ContainsKey(embedding)) throw new PfeException($"'{model.Name}' computes no tensor '{embedding}'");
        var fromImage = model.ComputedFromInputs();
        var (found, seen, open) = (new List<string>(), new HashSet<string> { embedding }, new Stack<string>([embedding]));
        while (open.TryPop(out var name))
        {
            if (!producers.TryGetValue(name, out var node)) continue;
            if (shapes.GetValueOrDefault(name) is [_, _, > 0 and var height, > 0 and var width]
                && (height > 1 || width > 1)) { found.Add(name); continue; }
            foreach (var input in node.Input.Where(fromImage.Contains))
                if (seen.Add(input)) open.Push(input);
        }
        return found switch
        {
            [var only] => new TensorInfo(only, "float", shapes[only]),
            [] => throw new PfeException($"'{model.Name}' has no feature map that Pfe can find before '{embedding}': name the tensor as " +
                "\"feature_map\" in the description"),
            _ => throw new PfeException($"'{model.Name}' has several feature maps before '{embedding}' ({string.Join(", ", found)}): " +
                "name one as \"feature_map\" in the description"),
        };
    }
}
