using Pfe.Scoring;

namespace Pfe.Evaluation.Pairs;

/// <summary>
/// Adaptive symmetric normalisation of scores (AS-norm; Matejka et al., "Analysis of Score Normalization in Multilingual Speaker
/// Recognition", 2017): how far a pair's score lies above those of each of its faces with the strangers that are most like it, in standard
/// deviations, the mean of both sides. It helps where the strangers are of the kind that is met and harms where they are not
/// (docs/results.md): only for a cohort of one's own.
/// </summary>
/// <param name="faces">Faces of people who do not occur in the pairs; stays the caller's.</param>
internal sealed class Cohort(EmbeddingSet faces)
{
    /// <summary>A face's nearest strangers that make its mean and deviation.</summary>
    public const int Nearest = 200;

    /// <summary>The fewest faces that make a cohort.</summary>
    public const int Fewest = 20;

    /// <summary>How many faces it has.</summary>
    public int Count => faces.Count;

    /// <summary>Replaces pairs' scores by normalised ones, in standard deviations.</summary>
    /// <param name="probes">The faces that the pairs' rows mean.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="kind">Which score they are.</param>
    /// <param name="scores">One score a pair, replaced.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">The cohort is another model's, too small, or without any spread.</exception>
    public void Normalise(EmbeddingSet probes, PairList pairs, ScoreKind kind, Span<float> scores, CancellationToken cancellation)
    {
        if (Count < Fewest) throw new PfeException($"a cohort of {Count} faces says nothing; at least {Fewest} are wanted");
        if (probes.ModelId is { } model && faces.ModelId is { } own && model != own)
            throw new ModelMismatchException($"the cohort's faces are of the model {own}, the others of {model}; embed them with one model",
                model, own);
        if (probes.Dimension != faces.Dimension)
            throw new ModelMismatchException($"the cohort's faces have D = {faces.Dimension}, the others D = {probes.Dimension}",
                $"D = {probes.Dimension}", $"D = {faces.Dimension}");
        using var gallery = ScoreGallery.Create(faces, kind, cancellation: cancellation);
        var sides = gallery.Top(probes, 0, probes.Count, Math.Min(Nearest, Count), cancellation: cancellation)
            .Select(near => Side.Of(near)).ToArray();
        var first = pairs.First.Span;
        var second = pairs.Second.Span;
        for (var n = 0; n < scores.Length; n++)
            scores[n] = (float)((sides[first[n]].Above(scores[n]) + sides[second[n]].Above(scores[n])) / 2);
    }

    private readonly record struct Side(double Mean, double Deviation)
    {
        public static Side Of(Match[] near)
        {
            var mean = near.Average(match => (double)match.Score);
            var deviation = Math.Sqrt(near.Average(match => (match.Score - mean) * (match.Score - mean)));
            return deviation > 0 ? new(mean, deviation)
                : throw new PfeException("the cohort's faces are all alike: their scores have no spread to measure by");
        }

        public double Above(double score) => (score - Mean) / Deviation;
    }
}
