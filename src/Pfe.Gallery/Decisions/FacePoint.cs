using System.Numerics.Tensors;
using Pfe.Calibration;
using Pfe.Scoring;


namespace Pfe.Gallery.Decisions;

/// <summary>A face as the scores take it.</summary>
internal sealed class FacePoint
{
    public FacePoint(float[] mu, float[] logVariance)
    {
        (Mu, LogVariance, Variance) = (mu, logVariance, new float[mu.Length]);
        TensorPrimitives.Exp(logVariance, Variance);
        Uncertainty = FaceUncertainty.Of(logVariance);
    }

    /// <summary>A face as a model gave it.</summary>
    public static FacePoint Of(FaceEmbedding face) => new(face.Mu.ToArray(), face.LogVariance.ToArray());

    public float[] Mu { get; }

    public float[] LogVariance { get; }

    public float[] Variance { get; }

    /// <summary>Mean ln sigma^2.</summary>
    public double Uncertainty { get; }

    public float ScoreWith(FacePoint other) => MutualLikelihood.Score(Mu, Variance, other.Mu, other.Variance);

    /// <summary>ln likelihood ratio of one person against two.</summary>
    public double EvidenceWith(FacePoint other, ScoreCalibration calibration) =>
        calibration.LogLikelihoodRatio(ScoreWith(other), Uncertainty, other.Uncertainty);
}
