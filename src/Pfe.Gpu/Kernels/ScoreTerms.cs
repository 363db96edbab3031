using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Gpu.Kernels;

/// <summary>From the two sums of a kernel to the score: <c>S * s + L * l + C</c>, as <see cref="ScoreFormula"/> has it.</summary>
internal struct ScoreTerms
{
    public float S;
    public float L;
    public float C;

    public static ScoreTerms Of(FaceBlocks layout)
    {
        var formula = new ScoreFormula(layout.Dimension, layout.Scale, layout.Store);
        return new() { S = formula.S, L = formula.L, C = formula.C };
    }

    /// <summary>A lane's share of the scores, without the constant.</summary>
    public readonly Lanes4 Share(Lanes4 s, Lanes4 l) => s * S + l * L;
}
