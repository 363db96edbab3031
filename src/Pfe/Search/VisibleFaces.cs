namespace Pfe.Search;

/// <summary>A state of an index file without some of its faces, for one search.</summary>
internal sealed class VisibleFaces(FileState state, HashSet<int> hidden) : ISegmentedState
{
    public int Dimension => state.Dimension;

    public string? ModelId => state.ModelId;

    public long Version => state.Version;

    public bool HasShortlist => state.HasShortlist;

    public Scoring.Blocks.FaceBlocks Layout => state.Layout;

    public IReadOnlyList<BlockRun> Runs => state.Runs;

    public IReadOnlyList<Segment> Segments => state.Segments;

    public IReadOnlyList<IReadOnlyCollection<int>> Hidden => [.. state.Hidden, hidden];

    public bool IsLive(int face) => state.IsLive(face) && !hidden.Contains(face);

    public ulong PersonHash(int face) => state.PersonHash(face);

    public bool IsSamePerson(int face, int other) => state.IsSamePerson(face, other);

    public FaceId Id(int face) => state.Id(face);

    public PersonId Person(int face) => state.Person(face);
}
