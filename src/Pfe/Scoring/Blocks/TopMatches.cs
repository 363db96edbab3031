namespace Pfe.Scoring.Blocks;

/// <summary>The best matches of one probe so far: faces, or persons with their best face.</summary>
internal interface ITopList
{
    /// <summary>A score below this cannot enter.</summary>
    float MinScore { get; }

    void Add(Match match);

    /// <summary>The matches, best first.</summary>
    Match[] ToArray();
}

/// <summary>The k best matches seen so far. What they are depends on the matches alone, not on their order.</summary>
internal sealed class TopMatches(int k, float threshold) : ITopList
{
    // The worst of the best is at the head.
    private readonly PriorityQueue<Match, Match> _best = new(Comparer<Match>.Create(static (a, b) => b.Order(a)));

    /// <summary>A score below this cannot enter.</summary>
    public float MinScore { get; private set; } = threshold;

    public void Add(Match match)
    {
        if (match.Score < MinScore || k == 0) return;
        if (_best.Count < k) _best.Enqueue(match, match);
        else if (match.Order(_best.Peek()) < 0) _best.EnqueueDequeue(match, match);
        if (_best.Count == k) MinScore = _best.Peek().Score;
    }

    public void Add(TopMatches other)
    {
        foreach (var (match, _) in other._best.UnorderedItems) Add(match);
    }

    /// <summary>The matches, best first.</summary>
    public Match[] ToArray()
    {
        var matches = _best.UnorderedItems.Select(item => item.Element).ToArray();
        Array.Sort(matches, static (a, b) => a.Order(b));
        return matches;
    }
}
