using Pfe.Scoring.Blocks;

namespace Pfe.Cli.Measuring;

/// <summary>Takes scores and forgets them, so that the scan alone is measured.</summary>
internal sealed class NullScoreHandler : IScoreHandler
{
    public static NullScoreHandler Instance { get; } = new();

    public void Take(int probe, int firstFace, ReadOnlySpan<float> scores) { }
}
