using Pfe.Onnx;
using Pfe.Storage;
using Pfe.Training.Configuration;

namespace Pfe.Training.Head;

/// <summary>Begins a head with the tensors of an earlier one: a head file, or a checkpoint of a run.</summary>
internal static class RestoredHead
{
    // The reference's variable names, for restore_scopes in its spelling.
    private static readonly Dictionary<string, string> ReferenceNames = new(StringComparer.Ordinal)
    {
        ["hidden.weight"] = "UncertaintyModule/fc1/weights",
        ["hidden.scale"] = "UncertaintyModule/fc1/BatchNorm/gamma",
        ["hidden.centre"] = "UncertaintyModule/fc1/BatchNorm/beta",
        ["hidden.mean"] = "UncertaintyModule/fc1/BatchNorm/moving_mean",
        ["hidden.variance"] = "UncertaintyModule/fc1/BatchNorm/moving_variance",
        ["output.weight"] = "UncertaintyModule/fc_log_sigma_sq/weights",
        ["output.mean"] = "UncertaintyModule/fc_log_sigma_sq/BatchNorm/moving_mean",
        ["output.variance"] = "UncertaintyModule/fc_log_sigma_sq/BatchNorm/moving_variance",
        ["gain"] = "UncertaintyModule/scale_and_shift/alpha",
        ["offset"] = "UncertaintyModule/scale_and_shift/gamma",
    };

    /// <summary>Copies what the scopes name.</summary>
    /// <param name="path">A <c>head.safetensors</c> or <c>checkpoint-*.safetensors</c>.</param>
    /// <param name="scopes">Beginnings of names, in Pfe's or in the reference's spelling; none for all.</param>
    /// <param name="head">Filled.</param>
    /// <exception cref="PfeException">Missing, another size, or a scope that names nothing.</exception>
    public static void Load(string path, IReadOnlyList<string> scopes, HeadNetwork head)
    {
        using var file = Safetensors.Open(path);
        if (scopes.FirstOrDefault(scope => !ReferenceNames.Any(names => Matches(scope, names.Key, names.Value))) is { } unknown)
            throw new InvalidConfigurationException($"restore_scopes: '{unknown}' names no part of the head; there are " +
                $"{string.Join(", ", ReferenceNames.Keys)} and {string.Join(", ", ReferenceNames.Values)}");
        foreach (var (name, tensor) in head.State.ToArray())
        {
            if (scopes.Count > 0 && !scopes.Any(scope => Matches(scope, name, ReferenceNames[name]))) continue;
            var values = Read(file, name);
            if (values.Length != tensor.numel())
                throw new PfeException($"restore_model '{path}': '{name}' has {values.Length} values, this head has {tensor.numel()}: it " +
                    "belongs to another base or head_input");
            head.Set(name, values);
        }
    }

    private static bool Matches(string scope, string name, string demoName) =>
        Begins(name, scope, '.') || Begins(demoName, scope, '/');

    private static bool Begins(string name, string scope, char separator) =>
        name.StartsWith(scope, StringComparison.Ordinal)
            && (name.Length == scope.Length || scope[^1] == separator || name[scope.Length] == separator);

    private static float[] Read(Safetensors file, string name) => file.Type(name) == "F16"
        ? [.. file.Values<Half>(name).ToArray().Select(value => (float)value)]
        : file.Values<float>(name).ToArray();
}
