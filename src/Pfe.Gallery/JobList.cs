using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

/// <summary>Long work and where it stands. Whoever does a job reports here, and after a restart goes on from its cursor.</summary>
internal sealed class JobList
{
    private readonly GalleryStore _store;
    private readonly GalleryOptions _options;

    internal JobList(GalleryStore store, GalleryOptions options) => (_store, _options) = (store, options);

    /// <summary>Asks for a job.</summary>
    /// <param name="kind">What to do.</param>
    /// <param name="galleryId">The gallery; null for the store.</param>
    /// <param name="input">What to work on, as the kind defines.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    public Task<Job> CreateAsync(JobKind kind, Guid? galleryId, string input, CancellationToken cancellation = default) =>
        _store.WriteAsync(async session =>
    {
        var now = _options.Now;
        var job = new Job(Guid.CreateVersion7(now), galleryId, kind, JobState.Waiting, 0, 0, input, null, null, now, now);
        await session.AddJobAsync(job, cancellation).ConfigureAwait(false);
        return job;
    }, cancellation);

    /// <summary>A job.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GalleryException">There is none.</exception>
    public Task<Job> GetAsync(Guid id, CancellationToken cancellation = default) =>
        _store.ReadAsync(session => session.GetJobAsync(id, cancellation), cancellation);

    /// <summary>Jobs, oldest first.</summary>
    /// <param name="cursor">The last part's <see cref="Page{T}.Next"/>; null for the beginning.</param>
    /// <param name="limit">How many, 1 to 1,000.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<Page<Job>> ListAsync(string? cursor = null, int limit = 100, CancellationToken cancellation = default)
    {
        var (after, count) = (Cursor.Id(cursor), Cursor.Limit(limit));
        var jobs = await _store.ReadAsync(session => session.ListJobsAsync(after, count + 1, cancellation), cancellation)
            .ConfigureAwait(false);
        return Cursor.Page(jobs, count, job => Cursor.Of(job.Id));
    }

    /// <summary>Jobs that wait or were at work when the process ended, oldest first.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<IReadOnlyList<Job>> ListUnfinishedAsync(CancellationToken cancellation = default) =>
        await _store.ReadAsync(session => session.ListUnfinishedJobsAsync(cancellation), cancellation).ConfigureAwait(false);

    /// <summary>Reports how far a job is.</summary>
    /// <param name="id">The job.</param>
    /// <param name="change">The new state from the stored one.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <returns>The job as stored; a job that was cancelled meanwhile stays so, and its worker should stop.</returns>
    public Task<Job> UpdateAsync(Guid id, Func<Job, Job> change, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return _store.WriteAsync(async session =>
        {
            var job = await session.GetJobAsync(id, cancellation).ConfigureAwait(false);
            if (job.State is JobState.Cancelled or JobState.Done or JobState.Failed) return job;
            job = change(job) with { Id = id, Updated = _options.Now };
            await session.SaveJobAsync(job, cancellation).ConfigureAwait(false);
            return job;
        }, cancellation);
    }

    /// <summary>Cancels a job that is not done yet.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    public Task<Job> CancelAsync(Guid id, CancellationToken cancellation = default) =>
        UpdateAsync(id, job => job with { State = JobState.Cancelled }, cancellation);
}
