using Pfe.Calibration;
using Pfe.Gallery.Decisions;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

public sealed partial class FaceGallery
{
    /// <summary>Reviews of a state; those where a wrong automatic answer is likeliest come first.</summary>
    /// <param name="state">Open by default.</param>
    /// <param name="cursor">The last part's <see cref="Page{T}.Next"/>; null for the beginning.</param>
    /// <param name="limit">How many, 1 to 1,000.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<Page<Review>> ListReviewsAsync(ReviewState state = ReviewState.Open, string? cursor = null, int limit = 100,
        CancellationToken cancellation = default)
    {
        var ((cost, after), count) = (Cursor.NumberAndId(cursor, double.MaxValue), Cursor.Limit(limit));
        var found = await Store.ReadAsync(session => session.ListReviewsAsync(Id, state, cost, after, count + 1, cancellation),
            cancellation).ConfigureAwait(false);
        return Cursor.Page(found, count, review => Cursor.Of(ReviewTable.Cost(review), review.Id));
    }

    /// <summary>A review.</summary>
    /// <param name="id">The review.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GalleryException">There is none.</exception>
    public Task<Review> GetReviewAsync(Guid id, CancellationToken cancellation = default) =>
        Store.ReadAsync(session => session.GetReviewAsync(Id, id, cancellation), cancellation);

    /// <summary>
    /// Decides a review. The decision is kept with score and uncertainties, for a later calibration; it changes nobody's images: merge or
    /// move them besides.
    /// </summary>
    /// <param name="id">The review.</param>
    /// <param name="decision">Same, different or skipped; or open, to take a decision back.</param>
    /// <param name="expectedVersion">The version that the caller saw; null decides whatever is there.</param>
    /// <param name="context">Who decides.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">There is no such review, or somebody else decided meanwhile.</exception>
    public Task<Review> DecideReviewAsync(Guid id, ReviewState decision, long? expectedVersion = null, WriteContext? context = null,
        CancellationToken cancellation = default) =>
        _catalog.Writer.RunAsync(Id, "review.decide", context, GalleryJson.Default.Review, async scope =>
        {
            var review = await scope.Session.GetReviewAsync(Id, id, cancellation).ConfigureAwait(false);
            CheckVersion(expectedVersion, review.Version, "review");
            var isOpen = decision == ReviewState.Open;
            if (isOpen && review.PersonId == review.CandidateId)
                throw new GalleryException(GalleryError.Invalid, "the two were merged into one person since: split that person instead");
            review = review with
            {
                State = decision,
                DecidedBy = isOpen ? null : context?.KeyId,
                Decided = isOpen ? null : scope.Now,
                Version = review.Version + 1
            };
            await scope.Session.SaveReviewAsync(review, cancellation).ConfigureAwait(false);
            (scope.Subject, scope.Outcome) = (id, decision.ToString());
            return review;
        }, cancellation);

    /// <summary>
    /// What was decided about pairs of the gallery's model, for a calibration. They are the pairs that the numbers could not tell, and the
    /// likeliest of a whole gallery each: no sample of pairs as they come.
    /// </summary>
    /// <param name="cancellation">Stops waiting.</param>
    internal Task<ReviewedPairs> ListReviewedPairsAsync(CancellationToken cancellation = default) => Store.ReadAsync(async session =>
    {
        var info = await session.GetGalleryAsync(Id, cancellation).ConfigureAwait(false);
        var pairs = await session.ListReviewedPairsAsync(Id, info.Generation, cancellation).ConfigureAwait(false);
        return new ReviewedPairs(info.ModelId, pairs);
    }, cancellation);

    /// <summary>
    /// Opens the question whether a probe shows a candidate. Nothing of the probe is stored but its score and uncertainty.
    /// </summary>
    private Task<Review> OpenReviewAsync(FacePoint probe, Candidate candidate, PersonScore[] found, string reason, WriteContext? context,
        CancellationToken cancellation)
    {
        var match = Array.Find(found, match => match.PersonId == candidate.PersonId);
        // Its own change: the key of the request belongs to the identification's caller, who may open several.
        var who = (context ?? WriteContext.None) with { IdempotencyKey = null };
        return _catalog.Writer.RunAsync(Id, "review.open", who, GalleryJson.Default.Review, async scope =>
        {
            var review = new Review(scope.NewId(), Id, ReviewKind.Identification, null, null, candidate.PersonId, candidate.Probability,
                candidate.Score, probe.Uncertainty, match.Uncertainty,
                reason, ReviewState.Open, null, null, 1, scope.Now);
            var info = await scope.Session.GetGalleryAsync(Id, cancellation).ConfigureAwait(false);
            // The gallery may have changed to another model since the search.
            await scope.Session.AddReviewAsync(review, info.ModelId == _model.Id ? info.Generation : 0, cancellation).ConfigureAwait(false);
            scope.Subject = review.Id;
            return review;
        }, cancellation);
    }
}
