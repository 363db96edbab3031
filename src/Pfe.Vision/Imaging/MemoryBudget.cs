namespace Pfe.Vision.Imaging;

/// <summary>
/// Memory that all workers of the process take for photographs at one time. A small file can hold a large picture: a hundred million
/// pixels of one colour are a hundred kilobytes. Who finds no room waits until others are done; what never has room is refused by its
/// reader before memory is taken. A worker that holds room of one budget asks for none of the same: two that wait for each other would
/// wait for ever.
/// </summary>
/// <param name="bytes">In all.</param>
internal sealed class MemoryBudget(long bytes)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Bytes, ManualResetEventSlim Ready)> _waiting = [];
    private long _left = bytes;

    /// <summary>For decoding, and for the decoded photographs that a run's workers look at: half of what the process may have; a
    /// container's limit counts.</summary>
    public static MemoryBudget Pictures { get; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    /// <summary>For files as they are read, before they are decoded: a quarter.</summary>
    public static MemoryBudget Files { get; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>Bytes in all.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Waits for room, in the order of asking.</summary>
    /// <param name="wanted">Bytes, at most <see cref="Bytes"/>.</param>
    /// <returns>Gives the room back.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There will never be room.</exception>
    public Room Take(long wanted)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wanted, Bytes);
        ManualResetEventSlim ready;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _left >= wanted)
            {
                _left -= wanted;
                return new Room(this, wanted);
            }
            ready = new ManualResetEventSlim();
            _waiting.AddLast((wanted, ready));
        }
        using (ready) ready.Wait();
        return new Room(this, wanted);
    }

    private void GiveBack(long bytes)
    {
        lock (_lock)
        {
            _left += bytes;
            while (_waiting.First is { Value: var (wanted, ready) } && _left >= wanted)
            {
                _waiting.RemoveFirst();
                _left -= wanted;
                ready.Set();
            }
        }
    }

    /// <summary>Memory of a budget that somebody uses. Not safe for several threads.</summary>
    internal sealed class Room(MemoryBudget budget, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        /// <summary>Gives back all but a part.</summary>
        /// <param name="bytes">What is still used.</param>
        public void Shrink(long bytes)
        {
            if (bytes >= _bytes) return;
            budget.GiveBack(_bytes - bytes);
            _bytes = bytes;
        }

        public void Dispose() => Shrink(0);
    }
}
