using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Scoring.Blocks;

/// <summary>
/// Faces row by row for scores of single pairs: D means, then D variances, padded to multiples of 32 with mean 0 and variance 1/2.
/// </summary>
internal sealed unsafe class PairRows : IDisposable
{
    private readonly NativeBuffer _memory;
    private readonly bool[] _fits;

    public PairRows(EmbeddingSet faces, CancellationToken cancellation)
    {
        using var use = ((IFaceRows)faces).Enter();
        Padded = Pad(faces.Dimension);
        Count = faces.Count;
        _fits = new bool[faces.Count];
        _memory = new NativeBuffer((long)faces.Count * 2 * Padded * sizeof(float));
        var (reader, range) = (new FaceReader(faces), VarianceRange.Empty);
        for (var row = 0; row < faces.Count; row++)
        {
            if (row % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            var mu = reader.Read(row, out var variance);
            _fits[row] = EmbeddingValidation.FitsKernels(mu, variance, out var own);
            if (_fits[row]) range = range.With(own);
            Write(new Span<float>(Row(row), 2 * Padded), mu, variance);
        }
        Range = range;
    }

    public int Padded { get; }

    public int Count { get; }

    /// <summary>The variances of the rows that fit the kernels.</summary>
    public VarianceRange Range { get; }

    public static int Pad(int dimension) => (dimension + 31) / 32 * 32;

    /// <summary>Lays out one face in 2 x padded values.</summary>
    public static void Write(Span<float> row, ReadOnlySpan<float> mu, ReadOnlySpan<float> variance)
    {
        var padded = row.Length / 2;
        row[mu.Length..padded].Clear();
        row[(padded + mu.Length)..].Fill(0.5f);
        mu.CopyTo(row);
        variance.CopyTo(row[padded..]);
    }

    public float* Row(int row) => _memory.Floats + (long)row * 2 * Padded;

    public ReadOnlySpan<float> Mu(int row, int dimension) => new(Row(row), dimension);

    public ReadOnlySpan<float> Variance(int row, int dimension) => new(Row(row) + Padded, dimension);

    public bool Fits(int row) => _fits[row];

    public void Dispose() => _memory.Dispose();
}
