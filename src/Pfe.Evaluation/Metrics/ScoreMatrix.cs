namespace Pfe.Evaluation.Metrics;

/// <summary>Which entries of a score matrix count as pairs.</summary>
public enum MatrixPart
{
    /// <summary>Every entry: rows and columns are different sets.</summary>
    All,

    /// <summary>Entries right of the diagonal: rows and columns are one set, each pair counted once and no face compared with
    /// itself.</summary>
    UpperTriangle,
}

/// <summary>Scores of every row (probe) against every column (gallery), with the identity of each.</summary>
public sealed class ScoreMatrix
{
    private readonly ReadOnlyMemory<float> _scores;

    /// <summary>Wraps a matrix; nothing is copied.</summary>
    /// <param name="scores">Rows x columns, row-major, higher for more alike.</param>
    /// <param name="rowIdentities">Identity of each row.</param>
    /// <param name="columnIdentities">Identity of each column.</param>
    public ScoreMatrix(ReadOnlyMemory<float> scores, IReadOnlyList<int> rowIdentities, IReadOnlyList<int> columnIdentities)
    {
        if (scores.Length != (long)rowIdentities.Count * columnIdentities.Count)
            throw new ArgumentException($"{rowIdentities.Count} rows x {columnIdentities.Count} columns do not make {scores.Length} " +
                "scores", nameof(scores));
        (_scores, RowIdentities, ColumnIdentities) = (scores, rowIdentities, columnIdentities);
    }

    /// <summary>Identity of each row.</summary>
    public IReadOnlyList<int> RowIdentities { get; }

    /// <summary>Identity of each column.</summary>
    public IReadOnlyList<int> ColumnIdentities { get; }

    /// <summary>One row's scores, a column each.</summary>
    /// <param name="row">0 to rows - 1.</param>
    public ReadOnlySpan<float> Row(int row) => _scores.Span.Slice(row * ColumnIdentities.Count, ColumnIdentities.Count);

    /// <summary>The matrix as pair scores, for <see cref="Roc"/>.</summary>
    /// <param name="part">All entries, or each unordered pair of one set once.</param>
    /// <exception cref="ArgumentException">The upper triangle of a matrix that is not square.</exception>
    public (float[] Genuine, float[] Impostor) Split(MatrixPart part = MatrixPart.All)
    {
        if (part == MatrixPart.UpperTriangle && RowIdentities.Count != ColumnIdentities.Count)
            throw new ArgumentException($"the upper triangle needs a square matrix, this one is {RowIdentities.Count} x " +
                $"{ColumnIdentities.Count}", nameof(part));
        var (genuine, impostor) = (new List<float>(), new List<float>());
        for (var row = 0; row < RowIdentities.Count; row++)
        {
            var scores = Row(row);
            for (var column = part == MatrixPart.UpperTriangle ? row + 1 : 0; column < scores.Length; column++)
                (RowIdentities[row] == ColumnIdentities[column] ? genuine : impostor).Add(scores[column]);
        }
        return ([.. genuine], [.. impostor]);
    }
}
