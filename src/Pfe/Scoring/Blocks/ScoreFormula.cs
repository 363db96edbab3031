using System.Runtime.Intrinsics;
using Pfe.Scoring.Kernels;

namespace Pfe.Scoring.Blocks;

/// <summary>From a kernel's two sums to the score of eq. 3: <c>score = S * s + L * l + C</c>, with what the scaling changed put back.</summary>
internal readonly unsafe struct ScoreFormula
{
    private const double LogTwoPi = 1.8378770664093454836;
    private const double LogTwo = 0.69314718055994530942;

    public ScoreFormula(int dimension, VarianceScale scale, BlockStore store)
    {
        S = store == BlockStore.Float32 ? -0.5f : (float)(-0.5 * scale.Variance / FaceBlocks.Int16Unit / FaceBlocks.Int16Unit);
        L = (float)(-0.5 * LogTwo);
        C = (float)(-0.5 * dimension * LogTwoPi + scale.Exponent * dimension * LogTwo);
    }

    public float S { get; }

    public float L { get; }

    public float C { get; }

    public float Of(float s, float l) => S * s + (L * l + C);

    /// <summary>Turns sums into scores in place of <paramref name="s"/>.</summary>
    public void Apply(float* s, float* l, int count)
    {
        for (var i = 0; i < count; i += 4)
            (Vector128.Create(S) * Vector128.Load(s + i) + (Vector128.Create(L) * Vector128.Load(l + i) + Vector128.Create(C))).Store(s + i);
    }
}
