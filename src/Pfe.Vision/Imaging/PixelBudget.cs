namespace Pfe.Vision.Imaging;

/// <summary>
/// Room for the photographs that all workers of the process decode at one time. A small file can hold a large picture: a hundred million
/// pixels of one colour are a hundred kilobytes. Who finds no room waits until others are done; what never has room is refused before
/// memory is taken.
/// </summary>
internal sealed class PixelBudget(long pixels)
{
    // 4 bytes as decoded, 3 upright: both are there for a moment.
    private const int BytesAPixel = 7;

    private readonly Lock _lock = new();
    private readonly LinkedList<(long Pixels, ManualResetEventSlim Ready)> _waiting = [];
    private long _left = pixels;

    /// <summary>Half of the memory that the process may have; a container's limit counts.</summary>
    public static PixelBudget OfThisProcess { get; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / BytesAPixel);

    /// <summary>Pixels in all.</summary>
    public long Pixels { get; } = pixels;

    /// <summary>Waits for room, in the order of asking.</summary>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    /// <param name="name">What to call it in an error message.</param>
    /// <returns>Gives the room back.</returns>
    /// <exception cref="UnreadableImageException">There will never be room.</exception>
    public IDisposable Take(int width, int height, string name)
    {
        var wanted = (long)width * height;
        if (wanted > Pixels)
            throw new UnreadableImageException(name,
                $"{width} x {height} pixels take {wanted * BytesAPixel / 1_000_000} MB to decode, this process may " +
                $"take {Pixels * BytesAPixel / 1_000_000}; make it smaller first");
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

    private void GiveBack(long pixels)
    {
        lock (_lock)
        {
            _left += pixels;
            while (_waiting.First is { Value: var (wanted, ready) } && _left >= wanted)
            {
                _waiting.RemoveFirst();
                _left -= wanted;
                ready.Set();
            }
        }
    }

    private sealed class Room(PixelBudget budget, long pixels) : IDisposable
    {
        public void Dispose() => budget.GiveBack(pixels);
    }
}
