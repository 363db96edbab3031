using Pfe.Scoring;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>How an index holds its faces; D = 512 as the example.</summary>
public enum IndexStore
{
    /// <summary>Single precision: 8 D bytes a face (4,096).</summary>
    Bits32,

    /// <summary>16-bit: 4 D bytes a face (2,048). Nearly twice as fast; the score moves by some hundredths.</summary>
    Bits16,
}

/// <summary>How the faces of an index file are read.</summary>
public enum IndexAccess
{
    /// <summary>
    /// Mapped: open at once, shared by all processes, paged in by the first search. The file must not be truncated in place while it is
    /// open.
    /// </summary>
    Mapped,

    /// <summary>
    /// Read into memory and checked when it is opened: for a service that searches all day. Nothing that happens to the file can hurt it.
    /// </summary>
    Loaded,

    /// <summary>
    /// Read from the file by each search, in pieces: for a single search. A file that is truncated meanwhile is an error, not a crash.
    /// </summary>
    Streamed,
}

/// <summary>How to search. Measured recall and speed of each: docs/search.md.</summary>
public enum SearchMode
{
    /// <summary>Every face, the full score.</summary>
    Exact,

    /// <summary>The shared-variance score in 8 bits over every face, then the full score of the best
    /// <see cref="SearchOptions.ShortlistSize"/>. May miss a match. An index without the shortlist's blocks is searched exactly.</summary>
    Shortlist,
}

/// <summary>What to build.</summary>
public sealed record IndexOptions
{
    /// <summary>How faces are held; single precision by default.</summary>
    public IndexStore Store { get; init; } = IndexStore.Bits32;

    /// <summary>
    /// Whether to hold each face in 8 bits as well, D + 12 bytes, for <see cref="SearchMode.Shortlist"/>; files only. Not by default.
    /// </summary>
    public bool Shortlist { get; init; }

    /// <summary>
    /// Whether a face that comes again while a file is built takes the place of the one before; else, by default, it is refused.
    /// </summary>
    public bool ReplaceDuplicates { get; init; }

    /// <summary>Which model the faces come from; null, the default, for that of the first face that names one.</summary>
    public string? ModelId { get; init; }

    /// <summary>Whether means are brought to unit length; else, by default, one whose length is not 1 is refused. One of length 0 always
    /// is.</summary>
    public bool Normalise { get; init; }

    /// <summary>
    /// Means are held scaled by 2^k and variances by 4^k, so that sums of two variances are near 1; null, the default, takes k from the
    /// first faces. Indexes of one k
    /// round alike: give all shards of a gallery the same. For log variances around v, k is near -(v / ln 2 + 1) / 2.
    /// </summary>
    public int? ScaleExponent { get; init; }

    /// <summary>The scale for an index that begins with some faces.</summary>
    internal VarianceScale Scale(IReadOnlyCollection<IndexedFace> faces)
    {
        if (ScaleExponent is { } exponent) return new VarianceScale(exponent);
        var (range, variance) = (VarianceRange.Empty, Array.Empty<float>());
        foreach (var face in faces)
        {
            if (variance.Length != face.Embedding.Dimension) variance = new float[face.Embedding.Dimension];
            face.Embedding.CopyVariance(variance);
            if (EmbeddingValidation.FitsKernels(face.Embedding.Mu, variance, out var own)) range = range.With(own);
        }
        return VarianceScale.For(range);
    }
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

    /// <summary>How many threads; 0, the default, for one per processor.</summary>
    public int Threads { get; init; }

    internal void Check()
    {
        if (K < 1) throw new ArgumentOutOfRangeException(nameof(K), K, "at least one match is to be looked for");
        if (float.IsNaN(Threshold)) throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "a threshold is a number");
        if (Threads < 0) throw new ArgumentOutOfRangeException(nameof(Threads), Threads, "0 or more");
        if (Mode == SearchMode.Shortlist && ShortlistSize < K)
            throw new ArgumentOutOfRangeException(nameof(ShortlistSize), ShortlistSize,
                $"a shortlist must hold at least the {K} matches that are wanted");
    }
}
