namespace Pfe.Search;

/// <summary>A face of an index and how well it matches a probe.</summary>
/// <param name="Id">The face.</param>
/// <param name="Person">Whose face it is.</param>
/// <param name="Score">The mutual likelihood score, higher meaning more alike.</param>
public readonly record struct FaceMatch(FaceId Id, PersonId Person, float Score);

/// <summary>A person of an index and how well the best of their faces matches a probe.</summary>
/// <param name="Person">The person.</param>
/// <param name="Face">Their best face.</param>
/// <param name="Score">That face's mutual likelihood score, higher meaning more alike.</param>
public readonly record struct PersonMatch(PersonId Person, FaceId Face, float Score);

/// <summary>What a search found, and in how much of what it should have searched.</summary>
/// <typeparam name="TMatch"><see cref="FaceMatch"/> or <see cref="PersonMatch"/>.</typeparam>
/// <param name="Matches">For each probe at most K matches, best first. In a list of persons the second is another person than the
/// first.</param>
/// <param name="Version">The state that was searched; it grows with every change of the index.</param>
/// <param name="Coverage">
/// The share of the index that was searched, over 0 to 1: 1 when nothing is missing. Below 1 a missing match means nothing.
/// </param>
public sealed record SearchResult<TMatch>(IReadOnlyList<IReadOnlyList<TMatch>> Matches, long Version, double Coverage = 1)
{
    /// <summary>Whether all of the index was searched.</summary>
    public bool IsComplete => Coverage >= 1;

    /// <summary>The matches of one probe, best first.</summary>
    /// <param name="probe">The probe's place among those that were asked for.</param>
    public IReadOnlyList<TMatch> this[int probe] => Matches[probe];
}
