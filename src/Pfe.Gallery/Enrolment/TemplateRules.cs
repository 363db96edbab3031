using System.Numerics.Tensors;
using Pfe.Scoring;

namespace Pfe.Gallery.Enrolment;

/// <summary>What every template keeps to, from whomever it comes: a search over one that does not would answer nonsense.</summary>
internal static class TemplateRules
{
    // What single precision loses, and 16 bits on the way.
    private const double LengthTolerance = 1e-3;

    /// <summary>What is wrong with a template, or null.</summary>
    /// <param name="mu">Its mean: D finite numbers of unit length.</param>
    /// <param name="logVariance">Its natural logarithms of variances: D numbers whose variances are positive and finite.</param>
    /// <param name="dimension">D.</param>
    public static string? Problem(ReadOnlySpan<float> mu, ReadOnlySpan<float> logVariance, int dimension)
    {
        if (mu.Length != dimension || logVariance.Length != dimension)
            return $"a template has {dimension} dimensions, not {mu.Length} and {logVariance.Length}";
        try
        {
            EmbeddingValidation.CheckMean(mu);
            EmbeddingValidation.CheckLogVariance(logVariance);
        }
        catch (ArgumentException e) { return e.Message.ReplaceLineEndings(" "); }
        var length = TensorPrimitives.Norm(mu);
        return Math.Abs(length - 1) <= LengthTolerance ? null : $"its mean has the length {length:0.####}, where 1 is wanted";
    }
}
