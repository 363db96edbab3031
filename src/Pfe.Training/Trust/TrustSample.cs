using Pfe.Vision.Imaging.Damage;

namespace Pfe.Training.Trust;

/// <summary>Faces as the trust head's training sees them, in rows.</summary>
/// <param name="Plan">Who, which photograph, which recipe.</param>
/// <param name="Inputs">N x F: x, |x| and the feature map's statistics, standardised.</param>
/// <param name="Mus">N x D, unit rows.</param>
internal sealed record TrustSample(DamagePlan Plan, float[] Inputs, float[] Mus)
{
    public int Count => Plan.Faces.Count;

    /// <summary>F.</summary>
    public int Features => Inputs.Length / Count;

    /// <summary>D.</summary>
    public int Dimension => Mus.Length / Count;

    public ReadOnlySpan<float> Input(int row) => Inputs.AsSpan(row * Features, Features);

    public ReadOnlySpan<float> Mu(int row) => Mus.AsSpan(row * Dimension, Dimension);
}
