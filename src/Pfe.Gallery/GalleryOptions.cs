namespace Pfe.Gallery;

/// <summary>
/// How galleries are held in memory and on the disk. What they decide is a <see cref="GalleryPolicy"/>, stored with each.
/// </summary>
public sealed record GalleryOptions
{
    /// <summary>
    /// From how many templates a gallery gets an index file; smaller ones are read from the store in less time than a file would save.
    /// 2,000 by default.
    /// </summary>
    public int FacesForAFile { get; init; } = 2000;

    /// <summary>How many persons may change before the index file is written anew; 5,000 by default.</summary>
    public int ChangesForANewFile { get; init; } = 5000;

    /// <summary>The longest time that something removed may stay in an index file, marked as removed; one minute by default.</summary>
    public TimeSpan RemoveWithin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a search may be behind the changes of other processes; a second by default. Changes of this process always show at once.
    /// </summary>
    public TimeSpan FollowWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the change log says who was changed or removed when, for readers and index files that follow it; a day by default. Who
    /// comes back after longer reads the gallery anew.
    /// </summary>
    public TimeSpan KeepChanges { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long an idempotency key is remembered; a day by default.</summary>
    public TimeSpan RememberKeys { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Threads of one search; 0, the default, for one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Who searches; null, the default, for this process.</summary>
    public IPersonSearcher? Searcher { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The time as stores keep it, to the millisecond: a record reads back as it was given out.</summary>
    internal DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Time.GetUtcNow().ToUnixTimeMilliseconds());
}
