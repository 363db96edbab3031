namespace Pfe.Scoring.Blocks;

/// <summary>
/// Faces outside the kernels' reach (a variance below 1e-15 or above 1e15, a mean above 1024): kept as they came and scored in double
/// precision. Real embeddings have none; they are here so that no input ends in a silent infinity.
/// </summary>
internal sealed class OutOfRangeFaces
{
    private readonly SortedList<int, (float[] Mu, float[] Variance)> _faces = [];

    public static OutOfRangeFaces None { get; } = new();

    public bool IsEmpty => _faces.Count == 0;

    public void Add(int face, ReadOnlySpan<float> mu, ReadOnlySpan<float> variance) => _faces.Add(face, (mu.ToArray(), variance.ToArray()));

    public bool TryGet(int face, out float[] mu, out float[] variance)
    {
        var found = _faces.TryGetValue(face, out var values);
        (mu, variance) = values;
        return found;
    }
}
