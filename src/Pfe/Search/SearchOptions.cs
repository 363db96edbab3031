namespace Pfe.Search;

/// <summary>How an index holds its faces; D = 512 as the example.</summary>
public enum IndexStore
{
    /// <summary>Single precision: 8 D bytes a face (4,096), plus D + 28 for the faster modes.</summary>
    Bits32,

    /// <summary>16-bit: 4 D bytes a face (2,048), plus D + 28 for the faster modes. Nearly twice as fast; the score moves by some
    /// hundredths.</summary>
    Bits16,
}

/// <summary>How to search. Measured recall and speed of each: docs/search.md.</summary>
public enum SearchMode
{
    /// <summary>Every face, the full score.</summary>
    Exact,

    /// <summary>Every face, but a block of 16 is left as soon as none of its faces can still reach the best k. The same result as
    /// <see cref="Exact"/>.</summary>
    EarlyOut,

    /// <summary>The shared-variance score in 8 bits over every face, then the full score of the best
    /// <see cref="SearchOptions.ShortlistSize"/>. May miss a match.</summary>
    Shortlist,
}

/// <summary>What to build.</summary>
public sealed record IndexOptions
{
    /// <summary>How faces are held; single precision by default.</summary>
    public IndexStore Store { get; init; } = IndexStore.Bits32;
}

/// <summary>What to look for.</summary>
public sealed record SearchOptions
{
    /// <summary>How many matches a probe, at least 1; 10 by default.</summary>
    public int K { get; init; } = 10;

    /// <summary>Only matches with at least this score: the accept threshold of an open-set search. None by default.</summary>
    public float Threshold { get; init; } = float.NegativeInfinity;

    /// <summary>How to search; exact by default.</summary>
    public SearchMode Mode { get; init; }

    /// <summary>Faces that <see cref="SearchMode.Shortlist"/> scores in full, at least K of them; 200 by default.</summary>
    public int ShortlistSize { get; init; } = 200;

    /// <summary>How many threads; 0, the default, for one a processor.</summary>
    public int Threads { get; init; }
}

/// <summary>A face of an index and how well it matches a probe.</summary>
/// <param name="Id">The face's number: faces are numbered from 0 in the order they were added, and keep their number.</param>
/// <param name="Name">The name it was added under.</param>
/// <param name="Score">The mutual likelihood score.</param>
public readonly record struct IndexMatch(int Id, string Name, float Score);
