using Pfe.Scoring;

namespace Pfe.Evaluation.Pairs;

/// <summary>ProbFace's score of listed pairs, with the mean of sigma squared over the dimensions as a face's one variance.</summary>
internal static class ScalarScores
{
    /// <summary>A face's one variance, N values.</summary>
    public static double[] Variances(EmbeddingSet faces)
    {
        var (variances, row) = (new double[faces.Count], new float[faces.Dimension]);
        for (var n = 0; n < variances.Length; n++)
        {
            faces.CopyVariance(n, row);
            variances[n] = SharedVariance.Of(row);
        }
        return variances;
    }

    /// <summary>One score a pair.</summary>
    /// <param name="faces">The faces that the pairs' rows mean.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="attentionOnly">The score's first part alone.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static float[] Of(EmbeddingSet faces, PairList pairs, bool attentionOnly, CancellationToken cancellation)
    {
        var (cosines, variances) = (PairScores.Of(faces, pairs, ScoreKind.Cosine, cancellation), Variances(faces));
        var first = pairs.First.Span;
        var second = pairs.Second.Span;
        for (var n = 0; n < cosines.Length; n++)
        {
            var (v1, v2) = (variances[first[n]], variances[second[n]]);
            cosines[n] = (float)(attentionOnly ? ScalarVariance.Attention(cosines[n], v1, v2) : ScalarVariance.Score(cosines[n], v1, v2));
        }
        return cosines;
    }
}
