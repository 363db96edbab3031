using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>
/// Faces in memory in chunks of blocks, each in a slot that is used again when the face has gone: a removed face's values are overwritten
/// at once. Not safe for
/// several threads; <see cref="MemoryIndex"/> sees to that.
/// </summary>
internal sealed unsafe class FaceTable(int dimension, BlockStore store, VarianceScale scale) : IIndexState, IDisposable
{
    private const int ChunkFaces = 512;

    private readonly List<NativeBuffer> _chunks = [];
    private readonly List<Entry?> _slots = [];
    private readonly Stack<int> _free = new();
    private readonly Dictionary<FaceId, int> _places = [];
    private readonly Dictionary<PersonId, HashSet<int>> _persons = [];
    private readonly List<BlockRun> _runs = [];
    private VarianceRange _range = VarianceRange.Empty;

    private sealed record Entry(FaceId Id, PersonId Person, ulong PersonHash);

    public int Dimension => dimension;

    public string? ModelId { get; set; }

    public BlockStore Store => store;

    public VarianceScale Scale => scale;

    public int Count => _places.Count;

    public long Version { get; set; }

    public bool HasShortlist => false;

    public FaceBlocks Layout => new(this, null, _slots.Count, dimension, store, scale, _range);

    public IReadOnlyList<BlockRun> Runs => _runs;

    public bool Contains(FaceId id) => _places.ContainsKey(id);

    /// <summary>Puts a face that was admitted into a free slot.</summary>
    public void Put(FaceId id, PersonId person, ReadOnlySpan<float> mu, ReadOnlySpan<float> variance, VarianceRange range)
    {
        var slot = Slot();
        FaceBlocks.Write(Block(slot), store, slot % FaceBlocks.Lanes, mu, variance, scale);
        _slots[slot] = new Entry(id, person, person.StableHash());
        _places.Add(id, slot);
        if (!_persons.TryGetValue(person, out var slots)) _persons.Add(person, slots = []);
        slots.Add(slot);
        _range = _range.With(range);
    }

    /// <summary>Takes a face out and overwrites its values.</summary>
    public bool Remove(FaceId id)
    {
        if (!_places.Remove(id, out var slot)) return false;
        var entry = _slots[slot]!;
        FaceBlocks.ClearLane(Block(slot), dimension, store, slot % FaceBlocks.Lanes);
        _slots[slot] = null;
        _free.Push(slot);
        var slots = _persons[entry.Person];
        slots.Remove(slot);
        if (slots.Count == 0) _persons.Remove(entry.Person);
        return true;
    }

    /// <summary>The faces of a person.</summary>
    public IReadOnlyList<FaceId> FacesOf(PersonId person) =>
        _persons.TryGetValue(person, out var slots) ? [.. slots.Select(slot => _slots[slot]!.Id)] : [];

    public bool IsLive(int face) => _slots[face] is not null;

    public ulong PersonHash(int face) => _slots[face]!.PersonHash;

    public bool IsSamePerson(int face, int other) => _slots[face]!.Person == _slots[other]!.Person;

    public FaceId Id(int face) => _slots[face]!.Id;

    public PersonId Person(int face) => _slots[face]!.Person;

    public void Dispose()
    {
        foreach (var chunk in _chunks) chunk.Dispose();
        _chunks.Clear();
        _runs.Clear();
    }

    private int Slot()
    {
        if (_free.Count == 0) AddChunk();
        return _free.Pop();
    }

    private void AddChunk()
    {
        var chunk = new NativeBuffer(ChunkFaces / FaceBlocks.Lanes * FaceBlocks.BytesOf(dimension, store));
        var blocks = new FaceBlocks(chunk, chunk.Start, ChunkFaces, dimension, store, scale, _range);
        for (var block = 0; block < blocks.BlockCount; block++) FaceBlocks.Clear(blocks.Block(block), dimension, store);
        _runs.Add(new BlockRun(new Chunk(this, chunk, _chunks.Count * ChunkFaces), 0, blocks.BlockCount));
        for (var slot = ChunkFaces - 1; slot >= 0; slot--) _free.Push(_chunks.Count * ChunkFaces + slot);
        _slots.AddRange(Enumerable.Repeat<Entry?>(null, ChunkFaces));
        _chunks.Add(chunk);
    }

    private byte* Block(int slot) =>
        _chunks[slot / ChunkFaces].Start + slot % ChunkFaces / FaceBlocks.Lanes * FaceBlocks.BytesOf(dimension, store);

    private sealed class Chunk(FaceTable table, NativeBuffer memory, int firstFace) : IBlockSource
    {
        public int FirstFace => firstFace;

        public int Count => ChunkFaces;

        public FaceBlocks Read(int begin, int end, RunBuffer buffer) =>
            new(memory, memory.Start + begin * FaceBlocks.BytesOf(table.Dimension, table.Store),
            (end - begin) * FaceBlocks.Lanes, table.Dimension, table.Store, table.Scale, table._range);

        public byte* ReadShort(int begin, int end, RunBuffer buffer) =>
            throw new NotSupportedException("an index in memory has no blocks in 8 bits");
    }
}
