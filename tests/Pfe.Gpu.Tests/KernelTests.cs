using ILGPU;
using ILGPU.Runtime;
using Pfe.Gpu.Cards;
using Pfe.Gpu.Kernels;
using Pfe.Gpu.Search;
using Pfe.GpuCheck;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;
using Pfe.Storage;
using Pfe.Tests.Scoring;

namespace Pfe.Gpu.Tests;

/// <summary>Every kernel against the formula in double precision, within the stated bound.</summary>
public sealed unsafe class KernelTests : IDisposable
{
    private const int Faces = 70;

    // Of the last block six faces; two in the middle were removed.
    private static readonly int[] Removed = [3, 40];

    private readonly Card _card = EmulatedCards.NewCard();

    public void Dispose() => _card.Dispose();

    public static TheoryData<int, int> Shapes => new()
    {
        { (int)BlockStore.Int16, 16 }, { (int)BlockStore.Int16, 70 }, { (int)BlockStore.Int16, 144 },
        { (int)BlockStore.Float32, 8 }, { (int)BlockStore.Float32, 40 }, { (int)BlockStore.Float32, 80 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_scan_and_a_tile_are_within_the_bound_of_the_exact_score_and_pass_over_removed_faces(int store, int dimension)
    {
        using var gallery = new Gallery(_card, (BlockStore)store, dimension);
        using var set = RandomFaces.Create(66, dimension, 2);
        using var probes = new CardProbes(set, 0, set.Count, gallery.Layout);
        for (var probe = 0; probe < 2; probe++)
        {
            var (scores, maxima) = gallery.Scan(_card, probes, probe);
            Check(gallery, set, probe, scores, maxima);
        }
        // 66 probes: two tiles, the second nearly empty.
        var (all, best) = gallery.Tile(_card, probes, [.. Enumerable.Range(0, set.Count)]);
        for (var probe = 0; probe < set.Count; probe++)
            Check(gallery, set, probe, all.AsSpan(probe * gallery.Padded, gallery.Padded), best.AsSpan(probe * gallery.Blocks,
                gallery.Blocks));
    }

    private static void Check(Gallery gallery, EmbeddingSet set, int probe, ReadOnlySpan<float> scores, ReadOnlySpan<float> maxima)
    {
        var (mu, variance) = (new float[set.Dimension], new float[set.Dimension]);
        for (var face = 0; face < gallery.Padded; face++)
        {
            if (face >= Faces || Removed.Contains(face))
            {
                scores[face].ShouldBe(float.NegativeInfinity);
                continue;
            }
            gallery.Layout.Read(face, mu, variance);
            var (exact, bound) = CardBounds.Of(set.Mu(probe), set.Variance(probe), mu, variance);
            Math.Abs(scores[face] - exact).ShouldBeLessThanOrEqualTo(bound, $"face {face}: {scores[face]} for {exact}");
        }
        for (var block = 0; block < gallery.Blocks; block++)
            maxima[block].ShouldBe(scores.Slice(block * 16, 16).ToArray().Max());
    }

    private sealed class Gallery : IDisposable
    {
        private readonly NativeBuffer _memory;
        private readonly BlockBuffer _there;

        public Gallery(Card card, BlockStore store, int dimension)
        {
            using var faces = RandomFaces.Create(Faces, dimension, 1);
            var (scale, size) = (new VarianceScale(4), FaceBlocks.BytesOf(dimension, store));
            Blocks = (Faces + 15) / 16;
            _memory = new NativeBuffer(Blocks * size);
            Layout = new FaceBlocks(_memory, _memory.Start, Faces, dimension, store, scale, new VarianceRange(1e-4f, 1e-2f));
            for (var block = 0; block < Blocks; block++) FaceBlocks.Clear(Layout.Block(block), dimension, store);
            for (var face = 0; face < Faces; face++)
                FaceBlocks.Write(Layout.Block(face / 16), store, face % 16, faces.Mu(face), faces.Variance(face), scale);
            _there = new BlockBuffer(card, Blocks, dimension, store);
            _there.Fill((block, _) => (nint)Layout.Block(block), CancellationToken.None);
            var live = new uint[Blocks];
            foreach (var face in Enumerable.Range(0, Faces).Except(Removed)) live[face / 16] |= 1u << (face % 16);
            _there.SetLive(live);
        }

        public FaceBlocks Layout { get; }

        public int Blocks { get; }

        public int Padded => Blocks * 16;

        public (float[] Scores, float[] Maxima) Scan(Card card, CardProbes probes, int probe)
        {
            using var row = card.Accelerator.Allocate1D(probes.Alone(probe).ToArray());
            using var scores = card.Accelerator.Allocate1D<float>(Padded);
            using var maxima = card.Accelerator.Allocate1D<float>(Blocks);
            card.Scan(_there, Layout.Padded, row.View, ScoreTerms.Of(Layout), scores.View, maxima.View);
            return (scores.GetAsArray1D(), maxima.GetAsArray1D());
        }

        public (float[] Scores, float[] Maxima) Tile(Card card, CardProbes probes, int[] chosen)
        {
            var (means, variances, padded) = probes.Together(chosen);
            using var meansThere = card.Accelerator.Allocate1D(means);
            using var variancesThere = card.Accelerator.Allocate1D(variances);
            using var scores = card.Accelerator.Allocate1D<float>(chosen.Length * Padded);
            using var maxima = card.Accelerator.Allocate1D<float>(chosen.Length * Blocks);
            card.Tile(_there, Layout.Padded, meansThere.View, variancesThere.View, padded, new TileOutput
            {
                Scores = ((ArrayView<float>)scores.View).Cast<Lanes4>(), Maxima = maxima.View, Probes = chosen.Length, Blocks = Blocks,
                Terms = ScoreTerms.Of(Layout),
            });
            return (scores.GetAsArray1D(), maxima.GetAsArray1D());
        }

        public void Dispose()
        {
            _there.Dispose();
            _memory.Dispose();
        }
    }
}
