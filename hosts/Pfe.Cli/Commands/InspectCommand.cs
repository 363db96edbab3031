using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Onnx;

namespace Pfe.Cli.Commands;

/// <summary>One input, output or feature map in <see cref="InspectResult"/>; -1 is an open size.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions; -1 where the file leaves one open.</param>
internal sealed record InspectedTensor(string Name, string Type, IReadOnlyList<long> Shape)
{
    public static InspectedTensor Of(TensorInfo tensor) => new(tensor.Name, tensor.Type, tensor.Shape);
}

/// <summary>What <c>pfe inspect --json</c> writes.</summary>
/// <param name="Model">The file.</param>
/// <param name="Sha256">Its checksum.</param>
/// <param name="Opset">Version of ONNX's operator set.</param>
/// <param name="Parameters">Number of stored weights.</param>
/// <param name="Inputs">What goes in.</param>
/// <param name="Outputs">What comes out.</param>
/// <param name="FeatureMaps">For each output before which one was found: the tensor a head can read.</param>
/// <param name="Operators">Nodes by operator.</param>
/// <param name="Metadata">The file's own string pairs.</param>
internal sealed record InspectResult(
    string Model, string Sha256, long Opset, long Parameters, IReadOnlyList<InspectedTensor> Inputs, IReadOnlyList<InspectedTensor> Outputs,
    IReadOnlyDictionary<string, InspectedTensor> FeatureMaps, IReadOnlyDictionary<string, int> Operators,
        IReadOnlyDictionary<string, string> Metadata);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(InspectResult))]
internal sealed partial class InspectJson : JsonSerializerContext;

/// <summary>pfe inspect: what is in an ONNX file, as far as a base network or a probabilistic model needs it.</summary>
internal static class InspectCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "An ONNX file, or a name from pfe models." };

    public static Command Create(Terminal terminal) =>
        new Command("inspect", "Show an ONNX network's inputs, outputs, feature map, operators and metadata. Example: pfe inspect " +
            "my-network.onnx") { Model, ModelOptions.Models }
            .Does(terminal, (parsed, cancellation) =>
            {
                var path = parsed.Store().Resolve(parsed.GetRequiredValue(Model), terminal.Progress(), cancellation);
                var result = Inspect(path);
                if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, InspectJson.Default.InspectResult);
                else Print(terminal.Output, result);
            });

    private static InspectResult Inspect(string path)
    {
        var model = OnnxModel.Load(path);
        return new InspectResult(path, model.Sha256(), model.Opset, model.ParameterCount, [.. model.Inputs.Select(InspectedTensor.Of)],
            [.. model.Outputs.Select(InspectedTensor.Of)], FeatureMaps(model), model.Operators.ToDictionary(), model.Metadata);
    }

    private static Dictionary<string, InspectedTensor> FeatureMaps(OnnxModel model)
    {
        var found = new Dictionary<string, InspectedTensor>();
        foreach (var output in model.Outputs)
        {
            try { found[output.Name] = InspectedTensor.Of(model.FindFeatureMap(output.Name)); }
            catch (PfeException) { /* Not every output is an embedding with a map before it. */ }
        }
        return found;
    }

    private static void Print(TextWriter output, InspectResult result)
    {
        output.WriteLine($"{result.Model}: ONNX operator set {result.Opset}, {result.Parameters:N0} parameters, sha256 {result.Sha256}");
        foreach (var tensor in result.Inputs) output.WriteLine($"  input        {Text(tensor)}");
        foreach (var tensor in result.Outputs) output.WriteLine($"  output       {Text(tensor)}");
        foreach (var (embedding, map) in result.FeatureMaps.Where(pair => pair.Key != pair.Value.Name))
            output.WriteLine($"  feature map  {Text(map)} before '{embedding}'");
        output.WriteLine($"  operators    {string.Join(", ", result.Operators.Select(pair => $"{pair.Value} {pair.Key}"))}");
        foreach (var (key, value) in result.Metadata) output.WriteLine($"  {key} = {value.ReplaceLineEndings("\n    ")}");
    }

    private static string Text(InspectedTensor tensor) => new TensorInfo(tensor.Name, tensor.Type, tensor.Shape).ToString();
}
