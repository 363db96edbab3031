using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Fusion;

namespace Pfe.Evaluation.Templates;

/// <summary>Scores listed pairs of templates by each method.</summary>
internal static class TemplateVerification
{
    /// <summary>The score of a pair with a template without images, as in the reference; below every real score in any case.</summary>
    public const float MissingScore = -9999;

    /// <summary>Scores the pairs by each method in turn; templates are pooled once where successive methods pool alike.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="templates">The templates.</param>
    /// <param name="pairs">Pairs of indices into <paramref name="templates"/>.</param>
    /// <param name="rule">How variances combine.</param>
    /// <param name="methods">The methods, such as <see cref="TemplateMethod.All"/>.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Lazily, each method with one score a pair.</returns>
    public static IEnumerable<(TemplateMethod Method, float[] Scores)> Score(
        EmbeddingSet faces, TemplateList templates, PairList pairs, VarianceRule rule, IEnumerable<TemplateMethod> methods,
            CancellationToken cancellation = default)
    {
        (Pooling, bool)? pooledAs = null;
        EmbeddingSet? pooled = null;
        foreach (var method in methods)
        {
            if (pooledAs != (method.Pooling, method.MediaAware)) pooled = method.Pool(faces, templates.Templates, rule, cancellation);
            pooledAs = (method.Pooling, method.MediaAware);
            var scores = PairScores.Of(pooled!, pairs, method.Score, cancellation);
            MarkMissing(scores, templates, pairs);
            yield return (method, scores);
        }
    }

    /// <summary>Judges a calibration on templates pooled by uncertainty; pairs with a template without images are left out, and without
    /// both kinds of pairs there is nothing to judge.</summary>
    internal static ProbabilityResult? Judge(
        ScoreCalibration calibration, EmbeddingSet faces, TemplateList templates, PairList pairs, VarianceRule rule,
            BootstrapOptions? bootstrap, CancellationToken cancellation)
    {
        if (templates.Empty > 0)
        {
            var left = Enumerable.Range(0, pairs.Count).Except(Missing(templates, pairs)).ToArray();
            pairs = new([.. left.Select(n => pairs.First.Span[n])], [.. left.Select(n => pairs.Second.Span[n])],
                [.. left.Select(n => pairs.Same.Span[n])], pairs.Identities?.ToArray());
        }
        if (pairs.GenuineCount == 0 || pairs.ImpostorCount == 0) return null;
        using var pooled = new TemplateMethod(Pooling.Uncertainty, calibration.Score, MediaAware: false)
            .Pool(faces, templates.Templates, rule, cancellation);
        return ProbabilityResult.Of(calibration, pooled, pairs, bootstrap, cancellation);
    }

    /// <summary>Number of pairs with a template without images.</summary>
    /// <param name="templates">The templates.</param>
    /// <param name="pairs">Pairs of indices into them.</param>
    public static int CountMissing(TemplateList templates, PairList pairs) => templates.Empty == 0 ? 0 : Missing(templates, pairs).Count();

    private static void MarkMissing(float[] scores, TemplateList templates, PairList pairs)
    {
        if (templates.Empty == 0) return;
        var missing = Missing(templates, pairs).ToArray();
        foreach (var pair in missing) scores[pair] = float.PositiveInfinity;
        var lowest = scores.Min();
        var score = lowest > MissingScore ? MissingScore : float.BitDecrement(lowest);
        foreach (var pair in missing) scores[pair] = score;
    }

    private static IEnumerable<int> Missing(TemplateList templates, PairList pairs) => Enumerable.Range(0, pairs.Count).Where(n =>
        templates.Templates[pairs.First.Span[n]].IsEmpty || templates.Templates[pairs.Second.Span[n]].IsEmpty);
}
