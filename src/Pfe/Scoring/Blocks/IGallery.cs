namespace Pfe.Scoring.Blocks;

/// <summary>N faces prepared for one kind of score.</summary>
internal interface IGallery : IDisposable
{
    int Count { get; }

    int Dimension { get; }

    int BlockCount { get; }

    /// <summary>Lays out some probes for this gallery.</summary>
    IProbes Prepare(EmbeddingSet probes, int first, int count);
}

/// <summary>Probes laid out for a gallery; may be used by several threads at once.</summary>
internal interface IProbes : IDisposable
{
    /// <summary>Scores the probes against blocks <paramref name="firstBlock"/> to <paramref name="endBlock"/> - 1.</summary>
    void Scan(int firstBlock, int endBlock, IScoreHandler sink, CancellationToken cancellation);
}
