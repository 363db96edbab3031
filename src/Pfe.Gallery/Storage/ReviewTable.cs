using System.Data.Common;
using Pfe.Calibration;

namespace Pfe.Gallery.Storage;

internal static class ReviewTable
{
    private static readonly Sql Columns = new("""
        id, gallery_id, kind, image_id, person_id, candidate_id, probability, score, uncertainty1, uncertainty2, reason, state, decided_by,
            decided, version, created
        """);

    public static Task AddReviewAsync(this StoreSession session, Review review, int generation, CancellationToken cancellation) =>
        session.ExecuteAsync(
        $"""
        INSERT INTO review ({Columns}, generation, cost) VALUES ({review.Id}, {review.GalleryId}, {review.Kind}, {review.ImageId},
            {review.PersonId}, {review.CandidateId}, {review.Probability},
            {review.Score}, {review.Uncertainty1}, {review.Uncertainty2}, {review.Reason}, {review.State}, {review.DecidedBy},
                {review.Decided}, {review.Version}, {review.Created},
            {generation}, {Cost(review)})
        """, cancellation);

    public static async Task<Review> GetReviewAsync(this StoreSession session, Guid gallery, Guid id, CancellationToken cancellation) =>
        await session.FirstAsync<Review?>(
        $"SELECT {Columns} FROM review WHERE id = {id} AND gallery_id = {gallery}",
        Read, cancellation).ConfigureAwait(false) ?? throw GalleryException.NotFound($"review {id} in this gallery");

    /// <summary>Reviews of a state, the dearest mistake first.</summary>
    public static Task<List<Review>> ListReviewsAsync(this StoreSession session, Guid gallery, ReviewState state, double cost, Guid after,
        int limit, CancellationToken cancellation) => session.QueryAsync(
        $"""
        SELECT {Columns} FROM review WHERE gallery_id = {gallery} AND state = {state} AND (cost < {cost} OR (cost = {cost}
            AND id > {after}))
            ORDER BY cost DESC, id LIMIT {limit}
        """, Read, cancellation);

    public static Task SaveReviewAsync(this StoreSession session, Review review, CancellationToken cancellation) => session.ExecuteAsync(
        $"""
        UPDATE review SET state = {review.State}, decided_by = {review.DecidedBy}, decided = {review.Decided}, version = {review.Version}
        WHERE id = {review.Id}
        """, cancellation);

    /// <summary>The decided reviews whose scores are of one generation, oldest first; without those that nobody could tell.</summary>
    public static Task<List<ReviewedPair>> ListReviewedPairsAsync(this StoreSession session, Guid gallery, int generation,
        CancellationToken cancellation) => session.QueryAsync(
        $"""
        SELECT score, uncertainty1, uncertainty2, state FROM review WHERE gallery_id = {gallery} AND generation = {generation}
            AND state IN ({ReviewState.Same}, {ReviewState.Different}) ORDER BY id
        """,
        row => new ReviewedPair((float)row.GetDouble(0), row.GetDouble(1), row.GetDouble(2), row.Name<ReviewState>(3) == ReviewState.Same),
        cancellation);

    /// <summary>
    /// Lets the reviews of a person who becomes part of another one be that one's, so that no decision is lost; the question whether they
    /// are one is answered by that.
    /// </summary>
    public static async Task MergeReviewsAsync(this StoreSession session, Guid from, Guid into, string? decidedBy, DateTimeOffset now,
        CancellationToken cancellation)
    {
        await session.ExecuteAsync(
            $"""
            UPDATE review SET state = {ReviewState.Same}, decided_by = {decidedBy}, decided = {now}, version = version + 1
            WHERE state IN ({ReviewState.Open}, {ReviewState.Skipped})
                AND ((person_id = {from} AND candidate_id = {into}) OR (person_id = {into} AND candidate_id = {from}))
            """, cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"UPDATE review SET person_id = {into} WHERE person_id = {from}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"UPDATE review SET candidate_id = {into} WHERE candidate_id = {from}", cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>What a wrong automatic answer would cost on average, both mistakes being equally dear.</summary>
    public static double Cost(Review review) => Math.Min(review.Probability, 1 - review.Probability);

    private static Review Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.Name<ReviewKind>(2), row.IdOrNull(3), row.IdOrNull(4), row.GetGuid(5), row.GetDouble(6),
            row.GetDouble(7), row.GetDouble(8), row.GetDouble(9),
        row.GetString(10), row.Name<ReviewState>(11), row.TextOrNull(12), row.TimeOrNull(13), row.GetInt64(14), row.Time(15));
}
