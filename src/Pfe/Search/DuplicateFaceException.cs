namespace Pfe.Search;

/// <summary>A face was to be added under an id that is taken.</summary>
public sealed class DuplicateFaceException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="id">The id.</param>
    /// <param name="where">Where it is already: "is in the index already" and the like.</param>
    public DuplicateFaceException(FaceId id, string where) : base($"the face '{id}' {where}; nothing was added") => Id = id;

    /// <summary>The id.</summary>
    public FaceId Id { get; }
}
