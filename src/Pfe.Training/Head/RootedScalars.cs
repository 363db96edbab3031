using TorchSharp;

namespace Pfe.Training.Head;

/// <summary>
/// Scalars that live as long as the process. TorchSharp passes a scalar's handle to native code without keeping the scalar alive, so one
/// made in passing can be freed by the collector in the middle of a sum; and <c>a + b</c> on tensors makes one (its factor 1). It happens
/// once in some thousand steps. So here sums are written <c>a.add(b, RootedScalars.One)</c>.
/// </summary>
internal static class RootedScalars
{
    public static readonly Scalar One = 1f.ToScalar();

    /// <summary>The least sigma^2.</summary>
    public static readonly Scalar Floor = HeadNetwork.VarianceFloor.ToScalar();

    /// <summary>Under the loss's division.</summary>
    public static readonly Scalar Guard = PairLoss.Guard.ToScalar();
}
