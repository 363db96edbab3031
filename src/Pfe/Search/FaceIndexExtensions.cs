namespace Pfe.Search;

/// <summary>Searches for one probe.</summary>
public static class FaceIndexExtensions
{
    /// <summary>Finds the best faces for one probe.</summary>
    /// <param name="index">The index.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="options">What to look for; null for the ten best, exactly.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>At most K matches, best first.</returns>
    public static IReadOnlyList<FaceMatch> SearchFaces(
        this IFaceIndex index, FaceEmbedding probe, SearchOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        return index.SearchFaces([probe], options, cancellation)[0];
    }

    /// <summary>Finds the best persons for one probe.</summary>
    /// <param name="index">The index.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="options">What to look for; null for the ten best, exactly.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>At most K persons, best first, each once.</returns>
    public static IReadOnlyList<PersonMatch> SearchPersons(
        this IFaceIndex index, FaceEmbedding probe, SearchOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        return index.SearchPersons([probe], options, cancellation)[0];
    }

    /// <summary>Adds one face.</summary>
    /// <param name="index">The index.</param>
    /// <param name="face">The face.</param>
    /// <exception cref="DuplicateFaceException">Its id is there already.</exception>
    public static void Add(this IMutableFaceIndex index, IndexedFace face)
    {
        ArgumentNullException.ThrowIfNull(index);
        index.Add([face]);
    }

    /// <summary>The faces of a set under the paths they came from.</summary>
    /// <param name="faces">The set.</param>
    /// <param name="person">Whose face a path is; null where each face is a person of its own.</param>
    public static IEnumerable<IndexedFace> ToIndexedFaces(this EmbeddingSet faces, Func<string, PersonId>? person = null)
    {
        ArgumentNullException.ThrowIfNull(faces);
        for (var row = 0; row < faces.Count; row++)
        {
            FaceId id = faces.Paths[row];
            yield return new IndexedFace(id, person is null ? PersonId.Of(id) : person(faces.Paths[row]), faces[row]);
        }
    }
}
