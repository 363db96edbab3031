using Pfe.Storage;

namespace Pfe.Scoring.Blocks;

/// <summary>Faces by row, as kernels and indexes read them: a set, or faces one by one.</summary>
internal interface IFaceRows
{
    int Count { get; }

    int Dimension { get; }

    ReadOnlySpan<float> Mu(int index);

    /// <summary>Writes the row's sigma^2.</summary>
    void CopyVariance(int index, Span<float> variance);

    /// <summary>How an error names the row.</summary>
    string Name(int index);

    /// <summary>Keeps the rows in place until the result is disposed of, whoever disposes of their set meanwhile.</summary>
    UseCount.Use Enter() => default;
}

/// <summary>Faces one by one.</summary>
internal sealed class FaceList(IReadOnlyList<FaceEmbedding> faces, int dimension) : IFaceRows
{
    public int Count => faces.Count;

    public int Dimension => dimension;

    /// <summary>The rows of a list: the set itself where the list is one, so that none is copied.</summary>
    /// <param name="faces">Faces of one D.</param>
    /// <param name="dimension">D, for a list without a face.</param>
    public static IFaceRows Of(IReadOnlyList<FaceEmbedding> faces, int dimension) => faces as IFaceRows ?? new FaceList(faces, dimension);

    public ReadOnlySpan<float> Mu(int index) => faces[index].Mu;

    public void CopyVariance(int index, Span<float> variance) => faces[index].CopyVariance(variance);

    public string Name(int index) => $"face {index}";
}
