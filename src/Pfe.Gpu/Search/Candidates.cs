using Pfe.Gpu.Kernels;

namespace Pfe.Gpu.Search;

/// <summary>The faces that may be among the best of a probe, by a card's scores.</summary>
/// <param name="Faces">Their numbers in the index.</param>
/// <param name="Cut">By the card's scores every other face lies below this.</param>
internal sealed record Candidates(IReadOnlyList<int> Faces, float Cut)
{
    /// <summary>Sorts a card's list by probe.</summary>
    /// <param name="states">The probes.</param>
    /// <param name="list">Probe x 2^32 + face.</param>
    public static Candidates[] Of(ProbeState[] states, long[] list)
    {
        var faces = Array.ConvertAll(states, _ => new List<int>());
        foreach (var entry in list) faces[entry >> 32].Add((int)entry);
        return [.. states.Select((state, probe) => new Candidates(faces[probe], state.Cut))];
    }

    /// <summary>What several cards found for one probe.</summary>
    public static Candidates Union(IEnumerable<Candidates> parts)
    {
        var all = parts.ToArray();
        return new([.. all.SelectMany(part => part.Faces)], all.Max(part => part.Cut));
    }
}
