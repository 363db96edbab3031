namespace Pfe.Scoring.Kernels;

/// <summary>From a kernel's two sums to the score of eq. 3: <c>score = S * s + L * l + C</c>, with what the scaling changed put
/// back.</summary>
internal readonly struct ScoreFormula
{
    /// <summary>What a mean of 1 is in the 16-bit store.</summary>
    public const float Int16Unit = 32768;

    private const double LogTwo = 0.69314718055994530942;

    public ScoreFormula(int dimension, VarianceScale scale, BlockStore store)
    {
        S = store == BlockStore.Float32 ? -0.5f : (float)(-0.5 * scale.Variance / Int16Unit / Int16Unit);
        L = (float)(-0.5 * LogTwo);
        C = (float)(-0.5 * dimension * MutualLikelihood.LogTwoPi + scale.Exponent * dimension * LogTwo);
    }

    public float S { get; }

    public float L { get; }

    public float C { get; }

    public float Of(float s, float l) => S * s + (L * l + C);
}
