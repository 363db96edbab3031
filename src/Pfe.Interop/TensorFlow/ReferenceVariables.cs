namespace Pfe.Interop.TensorFlow;

/// <summary>
/// A checkpoint's variables as the import takes them: each one finite, and in the end none left over. A variable of the network that
/// nothing has read would do something there that the imported one does not.
/// </summary>
internal sealed class ReferenceVariables(TensorFlowCheckpoint checkpoint, CancellationToken cancellation)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public string Prefix => checkpoint.Prefix;

    /// <summary>The network's variables in a scope; optimiser slots are left out.</summary>
    public IEnumerable<CheckpointVariable> InScope(string scope) =>
        checkpoint.Variables.Where(variable => variable.SlotOf is null && variable.Name.StartsWith(scope + "/", StringComparison.Ordinal));

    public bool HasScope(string scope) => InScope(scope).Any();

    public bool Contains(string name) => checkpoint.Contains(name);

    public IReadOnlyList<long> Shape(string name) => checkpoint.Describe(name).Shape;

    public float[] ReadFloats(string name)
    {
        cancellation.ThrowIfCancellationRequested();
        var values = checkpoint.ReadFloats(name);
        _read.Add(name);
        if (values.Length == 0) throw new PfeException($"checkpoint '{Prefix}': '{name}' is empty");
        return values.AsSpan().IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is var at and >= 0
            ? throw new PfeException($"checkpoint '{Prefix}': '{name}' holds {values[at]}: the training diverged")
            : values;
    }

    /// <summary>Fails when a scope holds variables that were not read.</summary>
    public void RefuseUnread(params ReadOnlySpan<string> scopes)
    {
        foreach (var scope in scopes)
        {
            var unread = InScope(scope).Where(variable => !_read.Contains(variable.Name)).ToList();
            if (unread.Count == 0) continue;
            var more = unread.Count > 1 ? $" and {unread.Count - 1} more" : "";
            throw new PfeException($"checkpoint '{Prefix}' has variable '{unread[0].Name}' [{string.Join(", ", unread[0].Shape)}]{more}, " +
                $"which the reference's {scope} has not: without it the network would be another one");
        }
    }
}
