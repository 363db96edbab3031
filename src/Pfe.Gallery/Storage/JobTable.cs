using System.Data.Common;

namespace Pfe.Gallery.Storage;

internal static class JobTable
{
    private static readonly Sql Columns = new("id, gallery_id, kind, state, done, total, input, cursor, failure, created, updated");

    public static Task AddJobAsync(this StoreSession session, Job job, CancellationToken cancellation) => session.ExecuteAsync(
        $"""
        INSERT INTO job ({Columns}) VALUES ({job.Id}, {job.GalleryId}, {job.Kind}, {job.State}, {job.Done}, {job.Total}, {job.Input},
            {job.Cursor}, {job.Failure}, {job.Created},
            {job.Updated})
        """, cancellation);

    public static async Task<Job> GetJobAsync(this StoreSession session, Guid id, CancellationToken cancellation) =>
        await session.FirstAsync<Job?>(
        $"SELECT {Columns} FROM job WHERE id = {id}", Read, cancellation).ConfigureAwait(false)
        ?? throw GalleryException.NotFound($"job {id}");

    public static Task<List<Job>> ListJobsAsync(this StoreSession session, Guid after, int limit, CancellationToken cancellation) =>
        session.QueryAsync(
        $"SELECT {Columns} FROM job WHERE id > {after} ORDER BY id LIMIT {limit}", Read, cancellation);

    public static Task<List<Job>> ListUnfinishedJobsAsync(this StoreSession session, CancellationToken cancellation) => session.QueryAsync(
        $"SELECT {Columns} FROM job WHERE state = {JobState.Waiting} OR state = {JobState.Running} ORDER BY id", Read, cancellation);

    public static Task SaveJobAsync(this StoreSession session, Job job, CancellationToken cancellation) => session.ExecuteAsync(
        $"""
        UPDATE job SET state = {job.State}, done = {job.Done}, total = {job.Total}, cursor = {job.Cursor}, failure = {job.Failure},
            updated = {job.Updated}
        WHERE id = {job.Id}
        """, cancellation);

    private static Job Read(DbDataReader row) => new(
        row.GetGuid(0), row.IdOrNull(1), row.Name<JobKind>(2), row.Name<JobState>(3), row.GetInt64(4), row.GetInt64(5), row.GetString(6),
            row.TextOrNull(7), row.TextOrNull(8), row.Time(9), row.Time(10));
}
