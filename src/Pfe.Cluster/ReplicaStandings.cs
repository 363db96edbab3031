namespace Pfe.Cluster;

/// <summary>
/// Which replica of a part is asked first, and how often another one may be asked as well. Without the first, a frozen node would cost
/// every question its patience until it is given up; without the second, whoever has too much to do would be given twice as much.
/// </summary>
/// <remarks>Counted in questions, not in time, so that what it costs is a share of the questions whatever their rate.</remarks>
internal sealed class ReplicaStandings
{
    /// <summary>For how many questions a replica that did not answer is asked last; the next one tries it again.</summary>
    public const int PassedOver = 32;

    // One question in ten may be asked twice, and a part's worth of them at once: a node that dies takes a share of all parts with it.
    private const double Earned = 0.1;

    private readonly int _replicas;
    private readonly double _most;
    private readonly Lock _turn = new();
    private readonly Dictionary<ShardKey, int> _silent = [];
    private double _budget;

    /// <param name="replicas">How many a part has.</param>
    /// <param name="most">How many questions may be asked twice in a row.</param>
    public ReplicaStandings(int replicas, int most) => (_replicas, _most, _budget) = (replicas, most, most);

    /// <summary>The replicas of a part in the order in which they are to be asked for one more question.</summary>
    /// <param name="part">The part.</param>
    /// <param name="first">Whose turn it is, counted up from question to question.</param>
    public ShardKey[] Order(ShardPart part, int first)
    {
        lock (_turn)
        {
            _budget = Math.Min(_most, _budget + Earned);
            var turns = Enumerable.Range(0, _replicas).Select(n => new ShardKey(part, (first + n) % _replicas)).ToArray();
            return [.. turns.OrderBy(key => Rests(key) ? 1 : 0)];
        }
    }

    /// <summary>Notes that a replica answered.</summary>
    public void Answered(ShardKey key)
    {
        lock (_turn) _silent.Remove(key);
    }

    /// <summary>Notes that a replica failed, or that another one was quicker though it was asked later.</summary>
    public void WasSilent(ShardKey key)
    {
        lock (_turn) _silent[key] = PassedOver;
    }

    /// <summary>Takes the right to ask another replica though the first has not failed; false where too many did lately.</summary>
    public bool TryHedge()
    {
        lock (_turn)
        {
            if (_budget < 1) return false;
            _budget--;
            return true;
        }
    }

    private bool Rests(ShardKey key)
    {
        if (!_silent.TryGetValue(key, out var left)) return false;
        if (left == 1) _silent.Remove(key);
        else _silent[key] = left - 1;
        return true;
    }
}
