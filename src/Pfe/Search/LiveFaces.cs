using Pfe.Scoring;
using Pfe.Scoring.Blocks;

namespace Pfe.Search;

/// <summary>Passes a segment's scores on under the faces' numbers in the whole index, without the removed ones.</summary>
internal sealed class LiveFaces(TopSink best, int firstId, HashSet<int> removed) : IScoreHandler
{
    public TopMatches this[int probe] => best[probe];

    public void Take(int probe, int firstFace, ReadOnlySpan<float> scores)
    {
        var top = best[probe];
        for (var i = 0; i < scores.Length; i++)
            if (scores[i] >= top.MinScore && !removed.Contains(firstId + firstFace + i))
                top.Add(new Match(firstId + firstFace + i, scores[i]));
    }
}
