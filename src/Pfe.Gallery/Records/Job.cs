namespace Pfe.Gallery;

/// <summary>What a job does.</summary>
internal enum JobKind
{
    /// <summary>Adds people from an export.</summary>
    Import,

    /// <summary>Writes people out.</summary>
    Export,

    /// <summary>Makes every template anew with another model.</summary>
    Reembed,

    /// <summary>Rewrites the index and empties the log.</summary>
    Compact,
}

/// <summary>Where a job stands.</summary>
internal enum JobState
{
    /// <summary>Waits for a worker.</summary>
    Waiting,

    /// <summary>A worker is at it.</summary>
    Running,

    /// <summary>Done.</summary>
    Done,

    /// <summary>Could not be done; <see cref="Job.Failure"/> says why.</summary>
    Failed,

    /// <summary>Cancelled.</summary>
    Cancelled,
}

/// <summary>Long work that outlives its request and a restart.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="GalleryId">The gallery; null for the store.</param>
/// <param name="Kind">What it does.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Done">Steps done.</param>
/// <param name="Total">Steps in all; 0 while not known.</param>
/// <param name="Input">What it works on, as its kind defines.</param>
/// <param name="Cursor">Where it goes on after a restart; null at the start.</param>
/// <param name="Failure">Why it failed, one line; null otherwise.</param>
/// <param name="Created">When it was asked for.</param>
/// <param name="Updated">When it last moved.</param>
internal sealed record Job(
    Guid Id, Guid? GalleryId, JobKind Kind, JobState State, long Done, long Total, string Input, string? Cursor, string? Failure,
        DateTimeOffset Created, DateTimeOffset Updated);
