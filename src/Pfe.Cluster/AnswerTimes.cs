namespace Pfe.Cluster;

/// <summary>How long the last answers took, for the time after which another replica is asked as well.</summary>
internal sealed class AnswerTimes
{
    private const int Kept = 256, Every = 32;

    private readonly TimeSpan _least, _most;
    private readonly Lock _turn = new();
    private readonly TimeSpan[] _times = new TimeSpan[Kept];
    private long _count;
    private TimeSpan _usual;

    /// <param name="least">The shortest patience.</param>
    /// <param name="atFirst">That at the beginning.</param>
    /// <param name="most">The longest: so long is a node waited for that does not answer at all.</param>
    public AnswerTimes(TimeSpan least, TimeSpan atFirst, TimeSpan most) => (_least, _most, _usual) = (least, most, atFirst);

    /// <summary>
    /// The time within which 19 of 20 of the last answers came, within the bounds; that at the beginning until enough came.
    /// </summary>
    public TimeSpan Patience
    {
        get
        {
            lock (_turn) return _usual;
        }
    }

    /// <summary>Notes an answer.</summary>
    public void Add(TimeSpan time)
    {
        lock (_turn)
        {
            _times[_count++ % Kept] = time;
            if (_count % Every != 0) return;
            var sorted = _times[..(int)Math.Min(_count, Kept)];
            Array.Sort(sorted);
            _usual = TimeSpan.FromTicks(Math.Clamp(sorted[sorted.Length * 95 / 100].Ticks, _least.Ticks, _most.Ticks));
        }
    }
}
