using System.Globalization;
using Google.Protobuf;
using Pfe.Onnx.Wire;
using Pfe.Storage;

namespace Pfe.Onnx.Graphs;

/// <summary>Weights that a model keeps in files beside it (networks above 2 GB, and some exporters always): taken into the model.</summary>
internal static class ExternalWeights
{
    private const long MostBytes = int.MaxValue;

    /// <summary>Whether any are outside.</summary>
    public static bool Has(GraphProto graph) => graph.Initializer.Any(IsExternal);

    /// <summary>Reads them.</summary>
    /// <param name="graph">Changed.</param>
    /// <param name="model">The model's path: the files lie in its folder, and nowhere else, whatever the model says.</param>
    /// <exception cref="PfeException">A file is missing, too short, or not in the folder.</exception>
    public static void Take(GraphProto graph, string model)
    {
        var folder = new OutputFolder(Path.GetDirectoryName(Path.GetFullPath(model))!);
        var files = new Dictionary<string, FileBytes>(StringComparer.Ordinal);
        var total = 0L;
        try
        {
            foreach (var tensor in graph.Initializer.Where(IsExternal))
            {
                var fields = tensor.ExternalData.GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value);
                var location = fields.GetValueOrDefault("location") ?? "";
                // Exporters write a name, or a path of names below the model's folder.
                string[] names = location.Split(['/', '\\']);
                if (names.FirstOrDefault(name => OutputFolder.Problem(name) is not null) is not null)
                    throw new PfeException($"'{model}' keeps weight '{tensor.Name}' in '{location}', which is no file in its own folder");
                if (!files.TryGetValue(location, out var file)) files[location] = file = FileBytes.Map(folder.Inside(names));
                var offset = Number(fields, "offset", 0, model, tensor);
                var length = Number(fields, "length", file.Length - offset, model, tensor);
                if (offset > file.Length || length > file.Length - offset || length < 0 || (total += length) > MostBytes)
                    throw new PfeException($"'{model}' keeps weight '{tensor.Name}' in bytes {offset} to {offset + (decimal)length} of " +
                        $"'{location}', which " +
                        $"has {file.Length}: was it copied whole? At most 2 GB are taken in all");
                tensor.RawData = ByteString.CopyFrom(file.Span<byte>(offset, (int)length));
                tensor.ExternalData.Clear();
                tensor.ClearDataLocation();
            }
        }
        finally
        {
            foreach (var file in files.Values) file.Dispose();
        }
    }

    private static bool IsExternal(TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External;

    private static long Number(Dictionary<string, string> fields, string key, long otherwise, string model, TensorProto tensor) =>
        !fields.TryGetValue(key, out var text) ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
        : throw new PfeException($"'{model}': the {key} of weight '{tensor.Name}' is '{text}', a number is wanted");
}
