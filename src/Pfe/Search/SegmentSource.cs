using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>The faces of a segment that is to be written. Blocks are filled by several threads at once.</summary>
internal unsafe interface ISegmentSource
{
    int Count { get; }

    /// <summary>Looks at every face before the first byte is written.</summary>
    /// <returns>The range of their variances.</returns>
    /// <exception cref="PfeException">An index cannot hold a face.</exception>
    VarianceRange Survey(CancellationToken cancellation);

    /// <summary>Something that fills blocks; for one thread.</summary>
    IBlockFiller Filler();

    FaceId Id(int face);

    PersonId Person(int face);
}

/// <summary>Fills blocks of a segment.</summary>
internal unsafe interface IBlockFiller : IDisposable
{
    /// <summary>Puts faces into a block of neutral ones.</summary>
    void Fill(byte* block, int first, int count);

    /// <summary>Puts faces into a zeroed block of the shortlist.</summary>
    void FillShort(byte* block, int first, int count);
}

/// <summary>Faces that come from outside.</summary>
internal sealed unsafe class NewFaces(IFaceRows rows, Func<int, FaceId> id, Func<int, PersonId> person, IndexHead head, bool normalise)
    : ISegmentSource
{
    public int Count => rows.Count;

    public FaceId Id(int face) => id(face);

    public PersonId Person(int face) => person(face);

    public IBlockFiller Filler() => new RowFiller(rows, head, normalise);

    public VarianceRange Survey(CancellationToken cancellation)
    {
        var admission = new FaceAdmission(head.Store, head.Scale, normalise);
        var (range, reader, admitted) = (VarianceRange.Empty, new FaceReader(rows), new float[head.Dimension]);
        for (var row = 0; row < rows.Count; row++)
        {
            if (row % 256 == 0) cancellation.ThrowIfCancellationRequested();
            var (mu, at) = (reader.Read(row, out var variance).ToArray(), row);
            range = range.With(admission.Admit(() => rows.Name(at), mu, variance, admitted));
        }
        return range;
    }

    private sealed class RowFiller(IFaceRows rows, IndexHead head, bool normalise) : IBlockFiller
    {
        private readonly FaceReader _reader = new(rows);
        private readonly float[] _mu = new float[head.Dimension];

        public void Fill(byte* block, int first, int count)
        {
            for (var lane = 0; lane < count; lane++)
            {
                var variance = Read(first + lane);
                FaceBlocks.Write(block, head.Store, lane, _mu, variance, head.Scale);
            }
        }

        public void FillShort(byte* block, int first, int count)
        {
            for (var lane = 0; lane < count; lane++)
            {
                var variance = Read(first + lane);
                Int8Block.Write(block, lane, _mu, variance);
            }
        }

        public void Dispose() { }

        private ReadOnlySpan<float> Read(int row)
        {
            _reader.Read(row, out var variance).CopyTo(_mu);
            if (normalise) UnitLength.Normalise(_mu);
            return variance;
        }
    }
}

/// <summary>The faces of an index that were not removed, as they lie there: bit by bit the same.</summary>
internal sealed unsafe class LiveFaces(FileState state) : ISegmentSource
{
    private readonly int[] _faces = [.. Enumerable.Range(0, state.Directory.FaceCount).Where(state.IsLive)];

    public int Count => _faces.Length;

    public FaceId Id(int face) => state.Id(_faces[face]);

    public PersonId Person(int face) => state.Person(_faces[face]);

    public VarianceRange Survey(CancellationToken cancellation) => _faces.Length == 0 ? VarianceRange.Empty : state.Layout.Range;

    public IBlockFiller Filler() => new LaneCopier(state, _faces);

    private sealed class LaneCopier(FileState state, int[] faces) : IBlockFiller
    {
        private readonly BlockWindow _full = new((segment, begin, end, buffer) => segment.Read(begin, end, buffer).Start);
        private readonly BlockWindow _short = new((segment, begin, end, buffer) => segment.ReadShort(begin, end, buffer));

        public void Fill(byte* block, int first, int count)
        {
            var bytes = state.Head.Store == BlockStore.Float32 ? sizeof(float) : sizeof(short);
            for (var lane = 0; lane < count; lane++)
            {
                var (segment, face) = state.Locate(faces[first + lane]);
                var from = _full.Block(segment, face / FaceBlocks.Lanes, segment.Layout.BlockBytes);
                // Means and variances by turns, 16 of each.
                Copy(from, face % FaceBlocks.Lanes, block, lane, 2 * FaceBlocks.Pad(state.Dimension), bytes);
            }
        }

        public void FillShort(byte* block, int first, int count)
        {
            for (var lane = 0; lane < count; lane++)
            {
                var (segment, face) = state.Locate(faces[first + lane]);
                var from = _short.Block(segment, face / FaceBlocks.Lanes, segment.Layout.ShortBytes);
                var (padded, source) = (FaceBlocks.Pad(state.Dimension), face % FaceBlocks.Lanes);
                Copy(from, source, block, lane, padded / 2, 2);
                Copy(from + padded * FaceBlocks.Lanes, source, block + padded * FaceBlocks.Lanes, lane, 3, sizeof(float));
            }
        }

        public void Dispose()
        {
            _full.Dispose();
            _short.Dispose();
        }

        private static void Copy(byte* from, int fromLane, byte* to, int toLane, int rows, int bytes)
        {
            var (source, target) = ((nint)from + fromLane * bytes, (nint)to + toLane * bytes);
            for (var row = 0; row < rows; row++, source += FaceBlocks.Lanes * bytes, target += FaceBlocks.Lanes * bytes)
                Buffer.MemoryCopy((void*)source, (void*)target, bytes, bytes);
        }
    }

    private delegate byte* BlockReader(Segment segment, int begin, int end, RunBuffer buffer);

    /// <summary>
    /// The blocks that were read last. Faces follow each other, and what comes from disk is compared with its checksum by chunks of many
    /// blocks: read face by face, each chunk would be read and compared as often as it has faces.
    /// </summary>
    private sealed class BlockWindow(BlockReader read) : IDisposable
    {
        // A filler's eight blocks come from nine where something before them was removed.
        private const int Blocks = 9;

        private readonly RunBuffer _buffer = new();
        private Segment? _segment;
        private int _begin, _end;
        private byte* _start;

        public byte* Block(Segment segment, int block, long bytes)
        {
            if (segment != _segment || block < _begin || block >= _end)
            {
                (_segment, _begin, _end) = (segment, block, Math.Min(segment.BlockCount, block + Blocks));
                _start = read(segment, _begin, _end, _buffer);
            }
            return _start + (block - _begin) * bytes;
        }

        public void Dispose() => _buffer.Dispose();
    }
}
