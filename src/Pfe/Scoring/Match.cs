namespace Pfe.Scoring;

/// <summary>A face of a gallery and how well it matches a probe.</summary>
/// <param name="Index">The face's number in the gallery.</param>
/// <param name="Score">The score, higher meaning more alike.</param>
internal readonly record struct Match(int Index, float Score)
{
    /// <summary>Puts the better match first; of equal scores the lower index, so that results do not depend on the order of the
    /// work.</summary>
    internal int Order(Match other) => Score != other.Score ? other.Score.CompareTo(Score) : Index.CompareTo(other.Index);
}
