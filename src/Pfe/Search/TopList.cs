using Pfe.Scoring;
using Pfe.Scoring.Blocks;

namespace Pfe.Search;

/// <summary>What a search needs to know of a face besides its score.</summary>
internal interface IFaceDirectory
{
    /// <summary>Whether a face can be found: there, and not removed.</summary>
    bool IsLive(int face);

    /// <summary>A hash of the face's person.</summary>
    ulong PersonHash(int face);

    /// <summary>Whether two faces of one hash are one person's.</summary>
    bool IsSamePerson(int face, int other);

    FaceId Id(int face);

    PersonId Person(int face);
}

/// <summary>
/// The k best persons seen so far, each by their best face. What they are depends on the matches alone, not on their order: who falls out
/// has k better
/// ones above, and comes back only with a face that is better than one of theirs.
/// </summary>
internal sealed class TopPersons(int k, float threshold, IFaceDirectory faces) : ITopList
{
    private readonly List<Match> _best = [];

    // Where a person is among the best, by any of their faces.
    private readonly Dictionary<int, int> _places = new(new ByPerson(faces));

    public float MinScore { get; private set; } = threshold;

    public void Add(Match match)
    {
        if (match.Score < MinScore || k == 0) return;
        if (!_places.TryGetValue(match.Index, out var place))
        {
            place = _best.Count < k ? _best.Count : Worst();
            if (place < _best.Count)
            {
                if (match.Order(_best[place]) >= 0) return;
                _places.Remove(_best[place].Index);
            }
            _places.Add(match.Index, place);
        }
        else if (match.Order(_best[place]) >= 0) return;
        if (place == _best.Count) _best.Add(match);
        else _best[place] = match;
        if (_best.Count == k) MinScore = _best[Worst()].Score;
    }

    public Match[] ToArray()
    {
        var matches = _best.ToArray();
        Array.Sort(matches, static (a, b) => a.Order(b));
        return matches;
    }

    private int Worst()
    {
        var worst = 0;
        for (var place = 1; place < _best.Count; place++)
            if (_best[place].Order(_best[worst]) > 0) worst = place;
        return worst;
    }

    private sealed class ByPerson(IFaceDirectory faces) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => x == y || (faces.PersonHash(x) == faces.PersonHash(y) && faces.IsSamePerson(x, y));

        public int GetHashCode(int face) => faces.PersonHash(face).GetHashCode();
    }
}

/// <summary>Passes the scores of some faces on under their numbers in the whole index, without those that were removed. One per
/// thread.</summary>
internal sealed class LiveScores(ITopList[] best, int firstFace, IFaceDirectory faces) : IScoreHandler
{
    public void Take(int probe, int first, ReadOnlySpan<float> scores)
    {
        var top = best[probe];
        var least = top.MinScore;
        for (var i = 0; i < scores.Length; i++)
        {
            if (!(scores[i] >= least) || !faces.IsLive(firstFace + first + i)) continue;
            top.Add(new Match(firstFace + first + i, scores[i]));
            least = top.MinScore;
        }
    }
}
