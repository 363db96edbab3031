namespace Pfe.Interop.Matlab;

/// <summary>A MATLAB array of numbers, letters or cells. Its elements lie column after column, as MATLAB keeps them.</summary>
/// <param name="Dimensions">At least two sizes.</param>
internal abstract record MatValue(IReadOnlyList<int> Dimensions)
{
    /// <summary>Number of elements.</summary>
    public long Count => Dimensions.Aggregate(1L, (product, size) => product * size);
}

/// <summary>Numbers, of whatever type the file holds them in; logical values are 0 and 1.</summary>
/// <param name="Dimensions">The array's sizes.</param>
/// <param name="Values">Its elements.</param>
internal sealed record MatNumbers(IReadOnlyList<int> Dimensions, double[] Values) : MatValue(Dimensions);

/// <summary>Letters; a row of them is a string.</summary>
/// <param name="Dimensions">The array's sizes.</param>
/// <param name="Text">Its elements.</param>
internal sealed record MatText(IReadOnlyList<int> Dimensions, string Text) : MatValue(Dimensions);

/// <summary>Cells, each with an array of its own.</summary>
/// <param name="Dimensions">The array's sizes.</param>
/// <param name="Values">Its elements.</param>
internal sealed record MatCells(IReadOnlyList<int> Dimensions, MatValue[] Values) : MatValue(Dimensions);

/// <summary>An array of a kind that is not read: a structure, an object, a sparse matrix, complex numbers.</summary>
/// <param name="Dimensions">The array's sizes.</param>
/// <param name="Kind">What it is.</param>
internal sealed record MatUnread(IReadOnlyList<int> Dimensions, string Kind) : MatValue(Dimensions);
