using System.Globalization;
using Pfe.Evaluation.Pairs;

namespace Pfe.Evaluation;

/// <summary>What a reader should know before believing the numbers, in plain sentences.</summary>
internal static class EvaluationNotes
{
    private const int FewestFalseAccepts = 10;

    public static IReadOnlyList<string> Of(
        EmbeddingSet faces, IReadOnlyList<double> fars, int impostorPairs, Cohort? cohort = null)
    {
        var notes = new List<string>();
        if (cohort is not null)
            notes.Add($"scores and thresholds are standard deviations above each face's {Math.Min(Cohort.Nearest, cohort.Count)} nearest " +
                $"of the cohort's {cohort.Count} faces (AS-norm); probabilities and answers are not normalised");
        if (HeadCheck.Problem(faces) is { } problem) notes.Add(problem);
        foreach (var far in fars.Where(far => far * impostorPairs < FewestFalseAccepts))
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"FAR {far:0.######} means {Math.Round(far * impostorPairs):0} of {impostorPairs} impostor pairs: too few for a firm " +
                $"number, {FewestFalseAccepts} are wanted"));
        return notes;
    }
}
