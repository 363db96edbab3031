namespace Pfe.Gpu.Kernels;

/// <summary>What the selection knows of a probe, from piece to piece.</summary>
internal struct ProbeState
{
    /// <summary>Faces that score below this cannot be among the best.</summary>
    public float Cut;

    /// <summary>How far a card's score may be from the processor's at a score x: <c>Bound - BoundSlope * x</c>.</summary>
    public float Bound;

    public float BoundSlope;
}
