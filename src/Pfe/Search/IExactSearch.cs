using Pfe.Scoring;
using Pfe.Scoring.Blocks;

namespace Pfe.Search;

/// <summary>
/// Something other than the processor that goes through all faces of an index file: cards that hold a copy of its blocks.
/// </summary>
internal interface IExactSearch : IDisposable
{
    /// <summary>
    /// The best of some probes, at most 64: bit by bit what <see cref="IndexScan.Exact"/> finds for the same state, in the same order.
    /// </summary>
    /// <param name="state">The state to search.</param>
    /// <param name="rows">The probes, all of the state's D.</param>
    /// <param name="first">The first probe.</param>
    /// <param name="count">Number of probes.</param>
    /// <param name="options">How many matches, and from which score on.</param>
    /// <param name="top">Makes an empty list of the best.</param>
    /// <param name="cancellation">Stops the work.</param>
    Match[][] Search(ISegmentedState state, IFaceRows rows, int first, int count, SearchOptions options, Func<ITopList> top,
        CancellationToken cancellation);
}
