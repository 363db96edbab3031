using Pfe.Gallery.Decisions;
using Pfe.Gallery.Search;
using Pfe.Gallery.Storage;
using Pfe.Vision;

namespace Pfe.Gallery;

public sealed partial class FaceGallery
{
    private const int MostCandidates = 100;

    // The probability needs more than are listed: from how the scores fall off it is judged what all the others add.
    private const int FewestSearched = 64;

    /// <summary>Who is this?</summary>
    /// <param name="probe">A face, of the gallery's model.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="context">Who asks, where a review may be opened.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="GalleryException">The embedding is of another model, or the wanted version is not reached.</exception>
    public async Task<Identification> IdentifyAsync(FaceEmbedding probe, IdentifyOptions? options = null, WriteContext? context = null,
        CancellationToken cancellation = default) =>
        (await IdentifyAsync([probe], options, context, cancellation).ConfigureAwait(false))[0];

    /// <summary>Who are these? One pass over the gallery for up to 64 probes.</summary>
    /// <param name="probes">Faces, of the gallery's model.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="context">Who asks, where a review may be opened.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <returns>An answer for each probe, all from one state of the gallery.</returns>
    /// <exception cref="GalleryException">An embedding is of another model, or the wanted version is not reached.</exception>
    public async Task<IReadOnlyList<Identification>> IdentifyAsync(
        IReadOnlyList<FaceEmbedding> probes, IdentifyOptions? options = null, WriteContext? context = null,
            CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(probes);
        options ??= new IdentifyOptions();
        if (options.K is < 1 or > MostCandidates) throw new GalleryException(GalleryError.Invalid,
            $"1 to {MostCandidates} candidates can be listed, not {options.K}");
        foreach (var probe in probes) CheckEmbedding(probe);
        if (probes.Count == 0) return [];
        var faces = probes.Select(FacePoint.Of).ToArray();
        var found = await SearchAsync(probes, faces, Math.Max(options.K + 1, FewestSearched), options.MinimumVersion, cancellation)
            .ConfigureAwait(false);
        if (found.Coverage < options.MinimumCoverage)
            throw new GalleryException(GalleryError.Incomplete,
                $"only {found.Coverage:0 %} of the gallery can be searched now; try again");
        return await DecideAsync(faces, found, options, context, cancellation).ConfigureAwait(false);
    }

    /// <summary>Is this that person?</summary>
    /// <param name="personId">The person.</param>
    /// <param name="probe">A face, of the gallery's model.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GalleryException">There is no such person, the person has no image, or the embedding is of another
    /// model.</exception>
    public async Task<PersonVerification> VerifyAsync(Guid personId, FaceEmbedding probe, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(probe);
        CheckEmbedding(probe);
        var face = FacePoint.Of(probe);
        var (info, templates) = await Store.ReadAsync(async session =>
        {
            await session.GetPersonAsync(Id, personId, cancellation).ConfigureAwait(false);
            var info = await session.GetGalleryAsync(Id, cancellation).ConfigureAwait(false);
            return (info, await session.ListTemplatesAsync(Id, info.Generation, personId, cancellation).ConfigureAwait(false));
        }, cancellation).ConfigureAwait(false);
        GalleryCatalog.RefuseModel(info, _model);
        if (templates.Count == 0) throw new GalleryException(GalleryError.Invalid,
            $"person {personId} has no image to compare with; enrol one");
        var anchors = AnchorPlan.Of([.. templates.Select(template => new FacePoint(template.Mu, template.LogVariance))], Calibration,
            info.Policy.MaximumAnchors);
        var nearest = anchors.Select(anchor => anchor.Face).MaxBy(anchor => face.EvidenceWith(anchor, Calibration))!;
        var score = face.ScoreWith(nearest);
        return new(personId, Calibration.Decide(score, face.Uncertainty, nearest.Uncertainty, info.Policy.FalseMatchRate), score,
            QualityOf(face), info.Version);
    }

    /// <summary>
    /// The index at a version that is new enough: of this process's own changes always, of others' within the time that the options allow.
    /// </summary>
    private async Task<PersonIndex> FollowAsync(long minimum, CancellationToken cancellation)
    {
        var now = _catalog.Options.Time.GetTimestamp();
        var last = Interlocked.Read(ref _followed);
        if (Index.Current is { } ready && ready.Version >= minimum && last != 0
            && _catalog.Options.Time.GetElapsedTime(last, now) < _catalog.Options.FollowWithin) return ready;
        var version = await RefuseFutureAsync(minimum, cancellation).ConfigureAwait(false);
        var index = await Index.CatchUpAsync(version, cancellation).ConfigureAwait(false);
        Interlocked.Exchange(ref _followed, now);
        return index;
    }

    /// <summary>The store's version of the gallery; refuses to wait for one that nobody has written.</summary>
    private async Task<long> RefuseFutureAsync(long minimum, CancellationToken cancellation)
    {
        var version = await Store.ReadAsync(session => session.NumberAsync($"SELECT version FROM gallery WHERE id = {Id}", cancellation),
            cancellation).ConfigureAwait(false);
        return version >= minimum ? version : throw new GalleryException(GalleryError.Behind,
            $"the gallery is at version {version}, and {minimum} was asked for");
    }

    private sealed record SearchAnswer(PersonScore[][] Matches, long Version, double Coverage);

    private async Task<SearchAnswer> SearchAsync(
        IReadOnlyList<FaceEmbedding> probes, FacePoint[] faces, int k, long minimum, CancellationToken cancellation)
    {
        if (_catalog.Options.Searcher is { } searcher)
        {
            // What was changed through this object shows at once, as on a single machine.
            var version = Math.Max(minimum, Interlocked.Read(ref _written));
            var remote = await searcher.SearchAsync(Id, probes, k, version, cancellation).ConfigureAwait(false);
            if (remote.Coverage < 1 && minimum > 0) await RefuseFutureAsync(minimum, cancellation).ConfigureAwait(false);
            return new([.. remote.Matches.Select(matches => matches.Select(one => new PersonScore(one.PersonId, one.Score,
                one.Uncertainty)).ToArray())],
                remote.Version, remote.Coverage);
        }
        var index = await FollowAsync(minimum, cancellation).ConfigureAwait(false);
        var (found, shown) = await Task.Run(
            () => Index.Search(index, Probes(faces), k, _catalog.Options.Threads, cancellation), cancellation).ConfigureAwait(false);
        return new(found, shown, 1);
    }

    private async Task<IReadOnlyList<Identification>> DecideAsync(
        FacePoint[] faces, SearchAnswer result, IdentifyOptions options, WriteContext? context, CancellationToken cancellation)
    {
        var ranked = await Store.ReadAsync(async session =>
        {
            var info = await session.GetGalleryAsync(Id, cancellation).ConfigureAwait(false);
            GalleryCatalog.RefuseModel(info, _model);
            var persons = await session.CountPersonsAsync(Id, cancellation).ConfigureAwait(false);
            var all = new List<Ranked>();
            for (var i = 0; i < faces.Length; i++)
            {
                all.Add(await RankAsync(session, info, persons, faces[i], result.Matches[i], result.Coverage, options.K + 1, cancellation)
                    .ConfigureAwait(false));
            }
            return all;
        }, cancellation).ConfigureAwait(false);
        var answers = new List<Identification>();
        for (var i = 0; i < faces.Length; i++)
        {
            var (decision, candidates) = ranked[i];
            var review = options.OpenReview && decision.Answer == IdentityAnswer.CannotTell && candidates.Count > 0
                ? await OpenReviewAsync(faces[i], candidates[0], result.Matches[i], decision.Reason, context, cancellation)
                    .ConfigureAwait(false)
                : null;
            answers.Add(new(decision.Answer, decision.Reason, decision.Probability,
                decision.Answer == IdentityAnswer.Person ? candidates[0].PersonId : null, decision.UnknownProbability,
                [.. candidates.Take(options.K)], candidates.Count > 1 ? candidates[1] : null, QualityOf(faces[i]), result.Version,
                result.Coverage, review?.Id));
        }
        return answers;
    }

    private sealed record Ranked(IdentityDecision.Result Decision, IReadOnlyList<Candidate> Candidates);

    /// <summary>
    /// Decides, and names the likeliest. Who was removed since the search is neither named nor counted: then it is decided anew without
    /// them.
    /// </summary>
    private async Task<Ranked> RankAsync(StoreSession session, GalleryInfo info, long persons, FacePoint face, PersonScore[] matches,
        double coverage, int count, CancellationToken cancellation)
    {
        while (true)
        {
            var decision = IdentityDecision.Decide(matches, persons, face.Uncertainty, Calibration, info.Policy, coverage);
            var (candidates, gone) = (new List<Candidate>(), new HashSet<Guid>());
            // The likeliest is not always the one with the best score: the anchors differ in certainty.
            foreach (var n in Enumerable.Range(0, matches.Length).OrderByDescending(n => decision.Probabilities[n])
                .ThenByDescending(n => matches[n].Score).Take(count))
            {
                var person = await session.FindPersonAsync(Id, matches[n].PersonId, cancellation).ConfigureAwait(false);
                if (person is null) gone.Add(matches[n].PersonId);
                else candidates.Add(new(person.Id, person.ExternalId, person.Name, decision.Probabilities[n], matches[n].Score,
                    decision.Evidence[n]));
            }
            if (gone.Count == 0) return new(decision, candidates);
            matches = Array.FindAll(matches, match => !gone.Contains(match.PersonId));
        }
    }
}
