namespace Pfe.Gallery;

/// <summary>A person a search found.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Score">The mutual likelihood score with the nearest anchor.</param>
/// <param name="Uncertainty">Mean ln sigma^2 of that anchor.</param>
public readonly record struct FoundPerson(Guid PersonId, float Score, double Uncertainty);

/// <summary>What a search found, and how much of the gallery it saw.</summary>
/// <param name="Matches">For each probe the best persons, best first.</param>
/// <param name="Version">The oldest version of the gallery that any part of the answer shows.</param>
/// <param name="Coverage">The share of the gallery that was searched; 1 for all of it.</param>
public sealed record PersonSearchResult(IReadOnlyList<IReadOnlyList<FoundPerson>> Matches, long Version, double Coverage);

/// <summary>Searches galleries somewhere else than in this process: on the nodes of a cluster.</summary>
public interface IPersonSearcher
{
    /// <summary>Finds the best persons of each probe.</summary>
    /// <param name="gallery">The gallery.</param>
    /// <param name="probes">Faces of the gallery's model.</param>
    /// <param name="k">How many persons a probe.</param>
    /// <param name="minimumVersion">Only parts that show this version or a later one count.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <returns>What was found; a part that did not answer lowers the coverage and is never taken for "nobody".</returns>
    Task<PersonSearchResult> SearchAsync(
        Guid gallery, IReadOnlyList<FaceEmbedding> probes, int k, long minimumVersion, CancellationToken cancellation = default);
}
