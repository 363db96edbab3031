using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Protocols;
using Pfe.Scoring;

namespace Pfe.Evaluation.Blufr;

/// <summary>
/// BLUFR on LFW: in each trial the verification rate over all pairs of the test images at FAR 0.1 %, and the open-set identification rate
/// at
/// rank 1 and FAR 1 %. The lists' training parts are not used: the network is trained already.
/// </summary>
internal static class BlufrProtocol
{
    /// <summary>FAR of the verification rate.</summary>
    public const double VerificationFar = 1e-3;

    /// <summary>FAR of the identification rate: share of the probes of other persons that raise an alarm.</summary>
    public const double IdentificationFar = 1e-2;

    private static readonly ScoreKind[] Kinds = [ScoreKind.Cosine, ScoreKind.MutualLikelihood, ScoreKind.SharedVariance];

    /// <summary>Evaluates a set of faces.</summary>
    /// <param name="faces">Embeddings of LFW's images; a name matches the tail of a path, with any extension.</param>
    /// <param name="lists">The benchmark's lists.</param>
    /// <param name="progress">Told the trials that are done, from 1.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">None of the images is there, or a trial is left without one of the kinds it needs.</exception>
    public static BlufrResult Evaluate(EmbeddingSet faces, BlufrLists lists, IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(lists);
        var lookup = new ImageLookup(faces.Paths);
        int[] rows = [.. lists.Images.Select(lookup.Find)];
        var missing = rows.Count(row => row == ImageLookup.Missing);
        if (missing == rows.Length) throw new PfeException(lookup.NothingFound(lists.Images[0], rows.Length));
        var rates = Kinds.ToDictionary(kind => kind, _ => (Verification: new List<double>(), Identification: new List<double>()));
        var (genuine, impostor, mated, others, trial) = (0L, 0L, 0, 0, 0);
        foreach (var lot in lists.Trials)
        {
            trial++;
            int[] test = Present(lot.Test), gallery = Present(lot.Gallery), probes = Present(lot.Probes);
            foreach (var kind in Kinds)
            {
                if (test.Length > 0)
                {
                    var (pairs, rate) = Verify(faces, test, rows, lists.Identities, kind, trial, cancellation);
                    rates[kind].Verification.Add(rate);
                    if (kind == Kinds[0]) (genuine, impostor) = (genuine + pairs.Genuine, impostor + pairs.Impostor);
                }
                var search = Search(faces, gallery, probes, rows, lists.Identities, kind, trial, cancellation);
                rates[kind].Identification.Add(search.OpenSet([1], [IdentificationFar])[0].Dir);
                if (kind == Kinds[0]) (mated, others) = (mated + search.MatedProbes, others + search.NonMatedProbes);
            }
            progress?.Report(trial);
        }
        return new("BLUFR, LFW", lists.Trials.Count, rows.Length, missing, genuine, impostor, mated, others, VerificationFar,
            IdentificationFar,
            [.. Kinds.Select(kind => new BlufrScoreResult(kind,
                rates[kind].Verification.Count > 0 ? TrialRate.Of(rates[kind].Verification) : null,
                    TrialRate.Of(rates[kind].Identification)))],
            Notes(faces, missing, rows.Length, others / lists.Trials.Count));

        int[] Present(IReadOnlyList<int> images) => [.. images.Where(image => rows[image] != ImageLookup.Missing)];
    }

    private static ((long Genuine, long Impostor) Pairs, double Rate) Verify(EmbeddingSet faces, int[] images, int[] rows,
        IReadOnlyList<int> identities,
        ScoreKind kind, int trial, CancellationToken cancellation)
    {
        using var set = Take(faces, images, rows);
        using var gallery = ScoreGallery.Create(set, kind, cancellation: cancellation);
        // Row by row: the matrix of 9,708 x 9,708 scores would take 377 MB, its upper triangle takes half of it, and only that is kept.
        var pairs = (long)images.Length * (images.Length - 1) / 2;
        var same = SameCount(images, identities);
        var (genuine, impostor, g, i) = (new float[same], new float[pairs - same], 0, 0);
        var scores = new float[images.Length];
        for (var row = 0; row < images.Length - 1; row++)
        {
            gallery.Score(set, row, 1, scores, cancellation: cancellation);
            for (var column = row + 1; column < images.Length; column++)
            {
                if (identities[images[row]] == identities[images[column]]) genuine[g++] = scores[column];
                else impostor[i++] = scores[column];
            }
        }
        if (genuine.Length == 0 || impostor.Length == 0)
            throw new PfeException(
                $"trial {trial}: {genuine.Length} genuine and {impostor.Length} impostor pairs are left; both kinds are needed");
        return ((genuine.Length, impostor.Length), Roc.AtFars(genuine, impostor, [VerificationFar])[0].Tar);
    }

    private static long SameCount(int[] images, IReadOnlyList<int> identities) =>
        images.CountBy(image => identities[image]).Sum(person => (long)person.Value * (person.Value - 1) / 2);

    private static Identification Search(EmbeddingSet faces, int[] gallery, int[] probes, int[] rows, IReadOnlyList<int> identities,
        ScoreKind kind, int trial, CancellationToken cancellation)
    {
        int[] Of(int[] images) => [.. images.Select(image => identities[image])];
        var people = Of(gallery).ToHashSet();
        if (people.Count != gallery.Length) throw new PfeException(
            $"trial {trial}: the gallery has {gallery.Length} images of {people.Count} persons; one of each is wanted");
        var mated = probes.Count(probe => people.Contains(identities[probe]));
        if (mated == 0 || mated == probes.Length)
            throw new PfeException(
                $"trial {trial}: {mated} of {probes.Length} probes are of a person of the gallery; both kinds are needed");
        using var searched = Take(faces, gallery, rows);
        using var probing = Take(faces, probes, rows);
        using var scorer = ScoreGallery.Create(searched, kind, cancellation: cancellation);
        var scores = new float[(long)probes.Length * gallery.Length];
        scorer.Score(probing, 0, probes.Length, scores, cancellation: cancellation);
        return new Identification(new ScoreMatrix(scores, Of(probes), Of(gallery)));
    }

    private static EmbeddingSet Take(EmbeddingSet faces, int[] images, int[] rows)
    {
        var d = faces.Dimension;
        var (mu, logVariance) = (new float[(long)images.Length * d], new float[(long)images.Length * d]);
        for (var n = 0; n < images.Length; n++)
        {
            faces.Mu(rows[images[n]]).CopyTo(mu.AsSpan(n * d));
            faces.LogVariance(rows[images[n]]).CopyTo(logVariance.AsSpan(n * d));
        }
        return new EmbeddingSet(d, mu, logVariance, [.. images.Select(image => faces.Paths[rows[image]])]);
    }

    private static List<string> Notes(EmbeddingSet faces, int missing, int images, int alarms)
    {
        var notes = new List<string>(EvaluationNotes.Of(faces, [], 0));
        if (missing > 0) notes.Add(
            $"{missing} of {images} images have no embedding and are left out of every list: the rates are not comparable with " +
                "published ones");
        if (IdentificationFar * alarms < 10) notes.Add(
            $"FAR {IdentificationFar} means {Math.Round(IdentificationFar * alarms)} of about {alarms} probes of other persons in a " +
                "trial: too few for a firm number");
        return notes;
    }
}
