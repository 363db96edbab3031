namespace Pfe.Calibration;

/// <summary>
/// What a model's trust head says of a face. Sigma says how far the face may lie from the same person's other photographs; these two say
/// how far a
/// comparison with it can be relied on, also where strangers share a damage (masks, darkness, the wrong way up).
/// </summary>
/// <param name="Reliability">alpha squared, 0 (nothing of the person is left) to below 1: the share of the embedding that is the
/// person.</param>
/// <param name="Collision">t, in units of cosine: how near unrelated faces come to this one because of what they share with it. About 0
/// for a clean face.</param>
public readonly record struct FaceTrust(float Reliability, float Collision)
{
    /// <summary>
    /// ln(1 / reliability - 1): the ratio of noise to person as a logarithm. Rises as the reliability falls; finite for any reliability
    /// that a head gives.
    /// </summary>
    public double Noise => Math.Log(Math.Max(1e-12, 1.0 - Reliability)) - Math.Log(Math.Max(1e-12, Reliability));

    /// <summary>The two numbers of a row of a set; null where the set's model had no trust head.</summary>
    /// <param name="faces">The set.</param>
    /// <param name="row">0 to N - 1.</param>
    public static FaceTrust? Of(EmbeddingSet faces, int row)
    {
        ArgumentNullException.ThrowIfNull(faces);
        return faces.Columns.TryGetValue(EmbeddingSet.Reliability, out var reliability)
            && faces.Columns.TryGetValue(EmbeddingSet.Collision, out var collision)
            ? new FaceTrust(reliability[row], collision[row])
            : null;
    }
}
