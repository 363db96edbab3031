using Pfe.Fusion;
using Pfe.Scoring;

namespace Pfe.Evaluation.Templates;

/// <summary>How the images of a template become one embedding.</summary>
public enum Pooling
{
    /// <summary>The mean of the means: each image counts the same.</summary>
    Average,

    /// <summary>The precision-weighted mean: a blurred image counts little.</summary>
    Uncertainty,
}

/// <summary>A way to compare two templates.</summary>
/// <param name="Pooling">How images become one embedding.</param>
/// <param name="Score">How two embeddings are compared.</param>
/// <param name="MediaAware">Whether the images of one medium are fused first, so that a long video counts once. The reference does
/// not.</param>
public sealed record TemplateMethod(Pooling Pooling, ScoreKind Score, bool MediaAware)
{
    /// <summary>ProbFace's temperature of the fusion weights, under <see cref="VarianceRule.WeightedMean"/>; 1 elsewhere.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The reference's three blocks in its order: average pooling and cosine, uncertainty pooling and cosine, uncertainty pooling
    /// and MLS.</summary>
    public static IReadOnlyList<(Pooling Pooling, ScoreKind Score)> Blocks { get; } =
    [
        (Pooling.Average, ScoreKind.Cosine),
        (Pooling.Uncertainty, ScoreKind.Cosine),
        (Pooling.Uncertainty, ScoreKind.MutualLikelihood),
    ];

    /// <summary>All methods that <see cref="TemplateVerification"/> prints: every block without, then with regard to media.</summary>
    public static IReadOnlyList<TemplateMethod> All { get; } =
        [.. new[] { false, true }.SelectMany(media => Blocks.Select(block => new TemplateMethod(block.Pooling, block.Score, media)))];

    /// <summary>Pools every template's images.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="templates">The templates.</param>
    /// <param name="rule">How variances combine under <see cref="Pooling.Uncertainty"/>; average pooling has no variance, its rows hold
    /// 1.</param>
    /// <param name="cancellation">Stops the work between templates.</param>
    /// <returns>One row a template; a template without images gets a row that means nothing and must not be scored.</returns>
    internal EmbeddingSet Pool(EmbeddingSet faces, IReadOnlyList<Template> templates, VarianceRule rule,
        CancellationToken cancellation = default)
    {
        var d = faces.Dimension;
        var (mu, logVariance) = (new float[templates.Count * d], new float[templates.Count * d]);
        Parallel.For(0, templates.Count, new ParallelOptions { CancellationToken = cancellation }, index =>
        {
            var target = mu.AsSpan(index * d, d);
            if (templates[index].IsEmpty) target[0] = 1;
            else if (Pooling == Pooling.Average) Average(faces, templates[index], target);
            else Fuse(faces, templates[index], rule, target, logVariance.AsSpan(index * d, d));
        });
        return new EmbeddingSet(d, mu, logVariance, [.. templates.Select(template => $"template {template.Id}")]);
    }

    private void Average(EmbeddingSet faces, Template template, Span<float> mu)
    {
        if (MediaAware) TemplateFusion.AverageByMedia(faces, template.Rows, template.Media, mu);
        else TemplateFusion.Average(faces, template.Rows, mu);
    }

    private void Fuse(EmbeddingSet faces, Template template, VarianceRule rule, Span<float> mu, Span<float> logVariance)
    {
        if (rule == VarianceRule.WeightedMean && MediaAware)
            AttentionFusion.FuseByMedia(faces, template.Rows, template.Media, Temperature, mu, logVariance);
        else if (rule == VarianceRule.WeightedMean) AttentionFusion.Fuse(faces, template.Rows, Temperature, mu, logVariance);
        else if (MediaAware) TemplateFusion.FuseByMedia(faces, template.Rows, template.Media, rule, mu, logVariance);
        else TemplateFusion.Fuse(faces, template.Rows, rule, mu, logVariance);
    }
}
