using ILGPU;
using ILGPU.Runtime;
using Pfe.Cli.Measuring;
using Pfe.Gpu.Cards;
using Pfe.Gpu.Kernels;
using Pfe.Gpu.Search;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.GpuCheck;

/// <summary>Scans of 16-bit blocks that are made on the card, one probe and many, with the selection of the ten best.</summary>
internal static unsafe class ScanRows
{
    private const int PieceFaces = 1 << 20;
    private const int Best = 10;

    public static void Run(Card card, CheckSizes sizes, Table table)
    {
        using var set = SimulatedFaces.Create(0, sizes.Probes, sizes.Dimension);
        using var pass = new Pass(card, sizes, set);
        using (var small = new FilledPieces(card, sizes.Dimension, sizes.Faces))
        {
            var bytes = small.Bytes;
            var limit = table.Row($"plain read of {small.Faces:N0}, 16-bit", () => small.Pieces.ForEach(card.Read), sizes.Repeats, bytes,
                "B/s");
            table.Row($"scan of {small.Faces:N0} and its {Best} best", () => pass.One(small, 0), sizes.Repeats, bytes, "B/s", limit,
                "the read");
            var (worst, bound) = pass.Errors(small);
            table.Check("scores of a block, one probe", worst <= 1, $"worst {bound:0.0e0}, {worst:P0} of the bound");
            table.Row($"{sizes.Probes} probes a pass over {small.Faces:N0}", () => pass.Many(small), Math.Max(1, sizes.Repeats / 4),
                (double)sizes.Probes * small.Faces, "pairs/s");
        }
        // The rest of the memory stays free for scores and for the index.
        var room = (long)(card.Accelerator.MemorySize * 0.93 / FaceBlocks.BytesOf(sizes.Dimension, BlockStore.Int16) * 16);
        using var large = new FilledPieces(card, sizes.Dimension, (int)Math.Min(sizes.LargeFaces, room));
        if (large.Faces < sizes.LargeFaces) table.Note($"the card holds no {sizes.LargeFaces:N0} faces");
        table.Row($"scan of {large.Faces:N0} and its {Best} best", () => pass.One(large, 0), Math.Max(1, sizes.Repeats / 2), large.Bytes,
            "B/s");
    }

    /// <summary>Faces in a card's memory, in pieces as an index has them.</summary>
    private sealed class FilledPieces : IDisposable
    {
        public FilledPieces(Card card, int dimension, int faces)
        {
            var fill = card.Accelerator.LoadStreamKernel<ArrayView<Quad>, int>(CheckKernels.Fill);
            try
            {
                for (var first = 0; first < faces; first += PieceFaces)
                {
                    var piece = new BlockBuffer(card, Math.Min(PieceFaces, faces - first) / 16, dimension, BlockStore.Int16);
                    Pieces.Add(piece);
                    fill(new KernelConfig(card.Accelerator.NumMultiprocessors * 8, card.SelectThreads == 32 ? 32 : 256), piece.Quads,
                        Pieces.Count);
                    var live = new uint[piece.Count];
                    Array.Fill(live, Live.All);
                    piece.SetLive(live);
                }
                card.Wait();
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public List<BlockBuffer> Pieces { get; } = [];

        public long Faces => Pieces.Sum(piece => piece.Count * 16L);

        public double Bytes => Pieces.Sum(piece => piece.Quads.Length * 16.0);

        public void Dispose() => Pieces.ForEach(piece => piece.Dispose());
    }

    /// <summary>What a search does on the card, without the file.</summary>
    private sealed class Pass : IDisposable
    {
        private readonly Card _card;
        private readonly CardProbes _probes;
        private readonly EmbeddingSet _set;
        private readonly Scratch<float> _row, _means, _variances, _scores, _maxima;
        private readonly Scratch<ProbeState> _states;
        private readonly Scratch<long> _candidates;
        private readonly Scratch<int> _count;

        public Pass(Card card, CheckSizes sizes, EmbeddingSet set)
        {
            (_card, _set) = (card, set);
            var layout = new FaceBlocks(this, null, 16, sizes.Dimension, BlockStore.Int16, CheckKernels.Scale,
                new VarianceRange(4e-4f, 8e-3f));
            _probes = new CardProbes(set, 0, set.Count, layout);
            (_row, _means, _variances, _scores, _maxima) = (new(card), new(card), new(card), new(card), new(card));
            (_states, _candidates, _count) = (new(card), new(card), new(card));
        }

        public void One(FilledPieces faces, int probe)
        {
            var row = _row.Take(_probes.Alone(probe));
            Select([probe], faces, (piece, scores, maxima) =>
                _card.Scan(piece, _probes.Layout.Padded, row, ScoreTerms.Of(_probes.Layout), scores, maxima));
        }

        public void Many(FilledPieces faces)
        {
            int[] all = [.. Enumerable.Range(0, _set.Count)];
            var (means, variances, padded) = _probes.Together(all);
            var (meansThere, variancesThere) = (_means.Take(means), _variances.Take(variances));
            Select(all, faces, (piece, scores, maxima) => _card.Tile(piece, _probes.Layout.Padded, meansThere, variancesThere, padded,
                new TileOutput
                {
                    Scores = scores.Cast<Lanes4>(), Maxima = maxima, Probes = all.Length, Blocks = piece.Count,
                    Terms = ScoreTerms.Of(_probes.Layout),
                }));
        }

        /// <summary>The worst error of the first block's scores, in shares of the bound and as such.</summary>
        public (double Share, double Error) Errors(FilledPieces faces)
        {
            One(faces, 0);
            var piece = faces.Pieces[0];
            var scores = _scores.Take(piece.Count * 16L).SubView(0, 16).GetAsArray();
            using var memory = new NativeBuffer(FaceBlocks.BytesOf(_set.Dimension, BlockStore.Int16));
            var bytes = new Span<Quad>(memory.Start, (int)(FaceBlocks.BytesOf(_set.Dimension, BlockStore.Int16) / 16));
            piece.Quads.SubView(0, bytes.Length).CopyToCPU(_card.Accelerator.DefaultStream, bytes);
            _card.Wait();
            var block = new FaceBlocks(memory, memory.Start, 16, _set.Dimension, BlockStore.Int16, CheckKernels.Scale,
                _probes.Layout.Range);
            var (mu, variance, own) = (new float[_set.Dimension], new float[_set.Dimension], new float[_set.Dimension]);
            _set.CopyVariance(0, own);
            var (share, error) = (0.0, 0.0);
            for (var face = 0; face < 16; face++)
            {
                block.Read(face, mu, variance);
                var (exact, bound) = CardBounds.Of(_set.Mu(0), own, mu, variance);
                share = Math.Max(share, Math.Abs(scores[face] - exact) / bound);
                error = Math.Max(error, Math.Abs(scores[face] - exact));
            }
            return (share, error);
        }

        public void Dispose()
        {
            foreach (IDisposable part in (IDisposable[])[_probes, _row, _means, _variances, _scores, _maxima, _states, _candidates, _count])
                part.Dispose();
        }

        private void Select(int[] chosen, FilledPieces faces, Action<BlockBuffer, ArrayView<float>, ArrayView<float>> scan)
        {
            var states = _states.Take(chosen.Select(probe => _probes.State(probe, float.NegativeInfinity)).ToArray());
            var (list, count, firstFace) = (_candidates.Take(1 << 14), _count.Take([0]), 0);
            foreach (var piece in faces.Pieces)
            {
                var scores = _scores.Take((long)chosen.Length * piece.Count * 16);
                var maxima = _maxima.Take((long)chosen.Length * piece.Count);
                scan(piece, scores, maxima);
                _card.Select(chosen.Length, scores, maxima, piece.Count, Best, firstFace, 0, states, list, count);
                firstFace += piece.Count * 16;
            }
            var found = new int[1];
            count.CopyToCPU(_card.Accelerator.DefaultStream, found);
            _card.Wait();
            var listed = new long[Math.Min(found[0], list.Length)];
            if (listed.Length > 0) list.SubView(0, listed.Length).CopyToCPU(_card.Accelerator.DefaultStream, listed);
            _card.Wait();
        }
    }
}
