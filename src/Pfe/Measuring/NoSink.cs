using Pfe.Scoring.Blocks;

namespace Pfe.Measuring;

/// <summary>Takes scores and forgets them, so that the scan alone is measured.</summary>
internal sealed class NoSink : IScoreSink
{
    public static NoSink Instance { get; } = new();

    public void Take(int probe, int firstFace, ReadOnlySpan<float> scores) { }
}
