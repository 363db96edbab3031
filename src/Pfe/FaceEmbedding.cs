using System.Globalization;
using System.Numerics.Tensors;
using Pfe.Scoring;

namespace Pfe;

/// <summary>
/// One face as the Gaussian N(mu, diag(sigma^2)) of Shi and Jain, "Probabilistic Face Embeddings", ICCV 2019: what a model gives, and what
/// scores, fusion
/// and indexes take. Immutable; two are equal when all their values and their models are.
/// </summary>
/// <remarks>
/// Uncertainty is held as the natural logarithm of sigma^2, as networks give it and files keep it. It becomes sigma^2 once, where a kernel
/// takes it
/// (<see cref="CopyVariance"/>), so no value goes through exp and ln and back.
/// </remarks>
public sealed class FaceEmbedding : IEquatable<FaceEmbedding>
{
    /// <summary>The smallest logarithm of a variance: exp of less is 0 in single precision.</summary>
    public const float MinLogVariance = -103;

    /// <summary>The largest logarithm of a variance: exp of more is infinite in single precision.</summary>
    public const float MaxLogVariance = 88;

    private readonly float[] _mu;
    private readonly float[] _logVariance;

    /// <summary>Copies and checks one face.</summary>
    /// <param name="mu">D finite values, at least 1; of unit length as models give it.</param>
    /// <param name="logVariance">D natural logarithms of sigma^2, from <see cref="MinLogVariance"/> to
    /// <see cref="MaxLogVariance"/>.</param>
    /// <param name="modelId">Which model it came from (the SHA-256 of its file); null where that is not known.</param>
    /// <exception cref="ArgumentException">Lengths differ or a value is out of range; names index and value.</exception>
    public FaceEmbedding(ReadOnlySpan<float> mu, ReadOnlySpan<float> logVariance, string? modelId = null)
    {
        if (mu.Length != logVariance.Length)
            throw new ArgumentException(
                $"mean and log variance need the same number of values; they have {mu.Length} and {logVariance.Length}",
                nameof(logVariance));
        EmbeddingValidation.CheckMean(mu);
        EmbeddingValidation.CheckLogVariance(logVariance);
        (_mu, _logVariance, ModelId) = (mu.ToArray(), logVariance.ToArray(), string.IsNullOrEmpty(modelId) ? null : modelId);
    }

    /// <summary>D.</summary>
    public int Dimension => _mu.Length;

    /// <summary>The mean, D values.</summary>
    public ReadOnlySpan<float> Mu => _mu;

    /// <summary>The natural logarithm of sigma^2, D values.</summary>
    public ReadOnlySpan<float> LogVariance => _logVariance;

    /// <summary>Which model it came from: the SHA-256 of its file; null where that is not known. Faces of different models cannot be
    /// compared.</summary>
    public string? ModelId { get; }

    /// <summary>Writes sigma^2 = exp(log variance).</summary>
    /// <param name="variance">D values to fill.</param>
    public void CopyVariance(Span<float> variance) => TensorPrimitives.Exp(_logVariance, variance);

    /// <summary>The same face with a mean of unit length.</summary>
    /// <exception cref="ArgumentException">The mean is 0 in every dimension: it has no direction.</exception>
    public FaceEmbedding Normalised()
    {
        var mu = (float[])_mu.Clone();
        UnitLength.Normalise(mu);
        if (TensorPrimitives.MaxMagnitude<float>(mu) == 0) throw new ArgumentException("a mean of length 0 cannot be normalised");
        return new FaceEmbedding(mu, _logVariance, ModelId);
    }

    /// <inheritdoc/>
    public bool Equals(FaceEmbedding? other) =>
        other is not null && ModelId == other.ModelId && Mu.SequenceEqual(other.Mu) && LogVariance.SequenceEqual(other.LogVariance);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FaceEmbedding);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_mu.Length, _mu[0], _mu[^1], _logVariance[0], ModelId);

    /// <summary>D and the model: never the values, which are a person's data.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"face of {Dimension} dimensions, model {ModelId ?? "unknown"}");
}
