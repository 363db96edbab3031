using Pfe.Onnx;

namespace Pfe.Training.Trust;

/// <summary>
/// The cost of the trust head's evidence on known pairs, and its gradient, in float64. With s = sigmoid(clamp(o1 + 1)), t = o2 / 10, q =
/// min(s1 s2, 0.99),
/// p = sqrt(q) and c = mu1 . mu2 - t1 - t2, the evidence is <c>E = d [p (c - p) / (1 - q) - ln(1 - q) / 2]</c> (see <see
/// cref="Calibration.TrustScore"/>; d, the effective number of dimensions, is learnt). It is held within 60 and costs, averaged over the
/// priors pi of 1/2, 1/100 and 1/1000 and in units of what knowing nothing costs there, <c>pi ln(1 + exp(-(E + logit pi))) / H(pi)</c> for
/// a genuine pair and <c>(1 - pi) ln(1 + exp(E + logit pi)) / H(pi)</c> for an impostor pair.
/// </summary>
internal static class TrustLoss
{
    /// <summary>Where d begins.</summary>
    public const double FirstScale = 20;

    private const double Reach = 60;
    private static readonly double[] Priors = [0.5, 0.01, 0.001];

    /// <summary>The loss of a batch.</summary>
    /// <param name="outputs">o, N x 2.</param>
    /// <param name="logScale">ln d.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="gradient">dL/do, N x 2, overwritten.</param>
    /// <returns>The loss, and its derivative by ln d.</returns>
    public static (double Loss, double ByLogScale) Of(ReadOnlySpan<float> outputs, double logScale, ReadOnlySpan<TrustPair> pairs,
        Span<double> gradient)
    {
        gradient.Clear();
        var (loss, byLogScale, scale) = (0.0, 0.0, Math.Exp(logScale));
        foreach (ref readonly var pair in pairs)
        {
            var (i, j) = (2 * pair.First, 2 * pair.Second);
            var (s1, s2) = (Reliability(outputs[i]), Reliability(outputs[j]));
            var (q, held) = (s1 * s2, s1 * s2 >= Calibration.TrustScore.MaxShared);
            if (held) q = Calibration.TrustScore.MaxShared;
            var (p, rest) = (Math.Sqrt(q), 1 - q);
            var c = pair.Cosine - TrustHead.CollisionFactor * (outputs[i + 1] + (double)outputs[j + 1]);
            var score = p * (c - p) / rest - 0.5 * double.LogP1(-q);
            var evidence = scale * score;
            var (cost, slope) = Cost(Math.Clamp(evidence, -Reach, Reach), pair.Same);
            loss += pair.Weight * cost;
            if (Math.Abs(evidence) > Reach) continue;
            var by = pair.Weight * slope * scale;
            byLogScale += by * score;
            // dE/dt = -d p / (1 - q).
            var byOutput = -by * p / rest * TrustHead.CollisionFactor;
            gradient[i + 1] += byOutput;
            gradient[j + 1] += byOutput;
            if (held) continue;
            // q dE/dq, as q may be next to nothing: d/dq of p c / (1 - q) is c / (2 p (1 - q)) + c p / (1 - q)^2, of -q / (1 - q) it is
            // -1 / (1 - q)^2.
            var byShared = by * (c * p * (0.5 + q / rest) / rest - q / (rest * rest) + 0.5 * q / rest);
            gradient[i] += byShared * (1 - s1) * Inside(outputs[i]);
            gradient[j] += byShared * (1 - s2) * Inside(outputs[j]);
        }
        return (loss, byLogScale);
    }

    /// <summary>alpha squared of an output, as the model file computes it.</summary>
    public static double Reliability(double output) =>
        1 / (1 + Math.Exp(-Math.Clamp(output + TrustHead.ReliabilityOffset, TrustHead.LeastLogit, TrustHead.GreatestLogit)));

    private static double Inside(double output) =>
        output + TrustHead.ReliabilityOffset is > TrustHead.LeastLogit and < TrustHead.GreatestLogit ? 1 : 0;

    private static (double Cost, double Slope) Cost(double evidence, bool same)
    {
        var (cost, slope) = (0.0, 0.0);
        foreach (var prior in Priors)
        {
            var nothing = -(prior * Math.Log(prior) + (1 - prior) * Math.Log(1 - prior));
            var odds = evidence + Math.Log(prior / (1 - prior));
            var (weight, margin) = same ? (prior, odds) : (1 - prior, -odds);
            cost += weight * (Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin)))) / nothing;
            slope += (same ? -1 : 1) * weight / (1 + Math.Exp(margin)) / nothing;
        }
        return (cost / Priors.Length, slope / Priors.Length);
    }
}
