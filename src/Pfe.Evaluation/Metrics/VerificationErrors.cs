namespace Pfe.Evaluation.Metrics;

/// <summary>The pairs a threshold gets wrong, worst first.</summary>
/// <param name="FalseAccepts">Indices of impostor pairs with a score of at least the threshold, highest score first.</param>
/// <param name="FalseRejects">Indices of genuine pairs below the threshold, lowest score first.</param>
public sealed record VerificationErrors(IReadOnlyList<int> FalseAccepts, IReadOnlyList<int> FalseRejects)
{
    /// <summary>Lists the errors at a threshold; equal scores stay in their original order.</summary>
    /// <param name="scores">One score a pair.</param>
    /// <param name="same">Whether each pair is of one person.</param>
    /// <param name="threshold">The smallest score that is accepted.</param>
    public static VerificationErrors At(ReadOnlySpan<float> scores, ReadOnlySpan<bool> same, double threshold)
    {
        if (scores.Length != same.Length) throw new ArgumentException($"{scores.Length} scores, {same.Length} labels", nameof(same));
        var (accepts, rejects) = (new List<(float Score, int Index)>(), new List<(float Score, int Index)>());
        for (var i = 0; i < scores.Length; i++)
        {
            var accepted = scores[i] >= threshold;
            if (accepted && !same[i]) accepts.Add((scores[i], i));
            if (!accepted && same[i]) rejects.Add((scores[i], i));
        }
        return new([.. accepts.OrderByDescending(error => error.Score).Select(error => error.Index)],
            [.. rejects.OrderBy(error => error.Score).Select(error => error.Index)]);
    }
}
