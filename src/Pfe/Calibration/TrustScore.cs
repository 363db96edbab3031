namespace Pfe.Calibration;

/// <summary>
/// The evidence of a pair by the trust head, up to a factor and an offset that a <see cref="TrustCalibration"/> adds: the log likelihood
/// ratio of one
/// shared Gaussian identity against two, when each embedding is sqrt(alpha squared) parts person and the rest noise.
/// </summary>
/// <remarks>
/// With c = mu1 . mu2 - t1 - t2, q = min(alpha1^2 alpha2^2, 0.99) and p = sqrt(q), the score is
/// <c>p (c - p) / (1 - q) - ln(1 - q) / 2</c>, per dimension of the identity (the two-covariance model of speaker recognition: Bruemmer
/// and de
/// Villiers 2010, for unit vectors; the collisions are Pfe's own). It rises with the cosine; as p falls to 0 it falls to 0: nothing is
/// known.
/// </remarks>
internal static class TrustScore
{
    /// <summary>The greatest q: two perfect faces would make the evidence of any difference infinite.</summary>
    public const double MaxShared = 0.99;

    /// <summary>Scores a pair.</summary>
    /// <param name="cosine">mu1 . mu2, -1 to 1.</param>
    /// <param name="first">One face.</param>
    /// <param name="second">The other; the order does not matter.</param>
    public static double Of(double cosine, in FaceTrust first, in FaceTrust second)
    {
        var shared = Math.Min((double)first.Reliability * second.Reliability, MaxShared);
        var root = Math.Sqrt(shared);
        return root * (cosine - first.Collision - second.Collision - root) / (1 - shared) - 0.5 * double.LogP1(-shared);
    }
}
