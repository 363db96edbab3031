namespace Pfe.Search;

/// <summary>A face as an index takes it.</summary>
/// <param name="Id">The caller's name for the face; unique in an index.</param>
/// <param name="Person">Whose face it is.</param>
/// <param name="Embedding">The face.</param>
public sealed record IndexedFace(FaceId Id, PersonId Person, FaceEmbedding Embedding)
{
    /// <summary>A face that is a person of its own.</summary>
    /// <param name="id">The caller's name for the face, and for the person.</param>
    /// <param name="embedding">The face.</param>
    public IndexedFace(FaceId id, FaceEmbedding embedding) : this(id, PersonId.Of(id), embedding) { }
}
