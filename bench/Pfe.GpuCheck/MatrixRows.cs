using ILGPU;
using ILGPU.Runtime;
using Pfe.Cli.Measuring;
using Pfe.Gpu;
using Pfe.Gpu.Cards;
using Pfe.Gpu.Kernels;
using Pfe.Gpu.Search;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.GpuCheck;

/// <summary>The matrix of M x N scores in single precision: on the card alone, and with its way to the processor's memory.</summary>
internal static class MatrixRows
{
    public static void Run(ICardSource source, int number, CheckSizes sizes, Table table)
    {
        using var columns = SimulatedFaces.Create(0, sizes.Columns, sizes.Dimension);
        using var rows = SimulatedFaces.Create(0, sizes.Rows, sizes.Dimension, shot: 1);
        using var gallery = GpuScoreGallery.Create(columns, number, source, CancellationToken.None);
        OnTheCard(source, number, rows, columns, sizes, table);
        var some = Math.Min(sizes.Rows, 256);
        var scores = new float[some * sizes.Columns];
        table.Row($"matrix {some:N0} x {sizes.Columns:N0}, float32, to the processor's memory",
            () => gallery.Score(rows, 0, some, scores), Math.Max(1, sizes.Repeats / 4), scores.Length, "pairs/s");
        var (share, error) = Errors(rows, columns, scores);
        table.Check("scores of the matrix", share <= 1, $"worst {error:0.0e0}, {share:P0} of the bound");
    }

    private static unsafe void OnTheCard(ICardSource source, int number, EmbeddingSet rows, EmbeddingSet columns, CheckSizes sizes,
        Table table)
    {
        var card = source.Rent(number);
        try
        {
            using var faces = new MutualLikelihoodGallery(columns, 0, CancellationToken.None);
            using var there = new BlockBuffer(card, faces.BlockCount, sizes.Dimension, BlockStore.Float32);
            there.Fill((block, _) => (nint)faces.Blocks.Block(block), CancellationToken.None);
            var live = new uint[there.Count];
            Array.Fill(live, Live.All);
            there.SetLive(live);
            using var probes = new CardProbes(rows, 0, rows.Count, faces.Blocks);
            var (means, variances, padded) = probes.Together([.. Enumerable.Range(0, rows.Count)]);
            using var meansThere = card.Accelerator.Allocate1D(means);
            using var variancesThere = card.Accelerator.Allocate1D(variances);
            using var scores = CardMemory.Take<float>(card.Accelerator, (long)rows.Count * there.Count * 16);
            ArrayView<float> all = scores.View;
            table.Row($"matrix {rows.Count:N0} x {columns.Count:N0}, float32", () =>
            {
                card.Tile(there, faces.Blocks.Padded, meansThere.View, variancesThere.View, padded, new TileOutput
                {
                    Scores = all.Cast<Lanes4>(), Maxima = all.SubView(0, 0), Probes = rows.Count, Blocks = there.Count,
                    Terms = ScoreTerms.Of(faces.Blocks),
                });
                card.Wait();
            }, Math.Max(1, sizes.Repeats / 4), (double)rows.Count * columns.Count, "pairs/s");
        }
        finally
        {
            source.Return(card);
        }
    }

    private static (double Share, double Error) Errors(EmbeddingSet rows, EmbeddingSet columns, float[] scores)
    {
        var (own, variance, share, error) = (new float[rows.Dimension], new float[rows.Dimension], 0.0, 0.0);
        for (var row = 0; row < Math.Min(8, rows.Count); row++)
        {
            rows.CopyVariance(row, own);
            for (var column = 0; column < columns.Count; column += Math.Max(1, columns.Count / 1000))
            {
                columns.CopyVariance(column, variance);
                var (exact, bound) = CardBounds.Of(rows.Mu(row), own, columns.Mu(column), variance);
                var off = Math.Abs(scores[row * columns.Count + column] - exact);
                (share, error) = (Math.Max(share, off / bound), Math.Max(error, off));
            }
        }
        return (share, error);
    }
}
