using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Protocols;
using Pfe.Fusion;
using Pfe.Scoring;

namespace Pfe.Evaluation.Folder;

/// <summary>The user's own folder of identity folders as a benchmark: checked, paired reproducibly, measured with intervals.</summary>
internal sealed class FolderBenchmark
{
    private const int MaxComparedIdentities = 5000;
    private static readonly ScoreKind[] Kinds = [ScoreKind.Cosine, ScoreKind.MutualLikelihood, ScoreKind.SharedVariance];
    private static readonly double[] Fars = [0.1, 1e-2, 1e-3, 1e-4, 1e-5];

    private readonly string _folder;
    private readonly EmbeddingSet _faces;
    private readonly IReadOnlyList<FolderImage> _images;
    private readonly int[] _rows;
    private readonly int[] _identity;
    private readonly string[] _names;

    /// <summary>Brings a folder and its embeddings together.</summary>
    /// <param name="folder">A folder with a folder for each person.</param>
    /// <param name="faces">Embeddings of its images.</param>
    /// <exception cref="PfeException">Too little to compare: fewer than two identities, or none with two images.</exception>
    public FolderBenchmark(string folder, EmbeddingSet faces)
    {
        (_folder, _faces, _images) = (folder, faces, FolderImage.In(folder));
        var lookup = new ImageLookup(faces.Paths);
        var found = _images.Select(image => (Image: image, Row: lookup.Find(image.Name))).ToList();
        NotEmbedded = [.. found.Where(entry => entry.Row == ImageLookup.Missing).Select(entry => entry.Image.Name)];
        if (NotEmbedded.Count == _images.Count) throw new PfeException(lookup.NothingFound(_images[0].Name, _images.Count));
        found.RemoveAll(entry => entry.Row == ImageLookup.Missing);
        _rows = [.. found.Select(entry => entry.Row)];
        _names = [.. found.Select(entry => entry.Image.Identity).Distinct(StringComparer.Ordinal)];
        var numbers = _names.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        _identity = [.. found.Select(entry => numbers[entry.Image.Identity])];
        if (_names.Length < 2) throw new PfeException($"'{folder}' has usable images of one identity only ('{_names[0]}'); impostor " +
            "pairs need at least two, and some dozens are needed for a result");
        if (_names.Length == _rows.Length)
            throw new PfeException($"'{folder}' has one usable image for each of its {_names.Length} identities; genuine pairs need two " +
            "images of a person");
    }

    /// <summary>Images without embedding: unreadable, or without a face.</summary>
    public IReadOnlyList<string> NotEmbedded { get; }

    /// <summary>Checks and measures.</summary>
    /// <param name="options">Limits and seed of the pairs.</param>
    /// <param name="bootstrap">How to make intervals over identities; null for none.</param>
    /// <param name="unreadable">Which of <see cref="NotEmbedded"/> are no pictures; null when nobody looked.</param>
    /// <param name="calibration">Judged on the pairs as well; null where there is none.</param>
    /// <param name="cancellation">Stops the work.</param>
    public FolderResult Evaluate(
        FolderOptions? options = null, BootstrapOptions? bootstrap = null, IReadOnlyList<string>? unreadable = null,
        ScoreCalibration? calibration = null, CancellationToken cancellation = default)
    {
        options ??= new FolderOptions();
        var pairs = FolderPairs.Build(_rows, _identity, _faces.Count, options);
        var support = FarSupport.Of(pairs.ImpostorCount, CountIdentityPairs(pairs));
        double[] fars = [.. Fars.Where(far => far >= support.SmallestFar)];
        if (fars.Length == 0) fars = [support.SmallestFar];
        var (results, notes, interval, medianCosine) =
            (new List<FolderScoreResult>(), new List<string>(EvaluationNotes.Of(_faces, [], pairs.ImpostorCount, options.Cohort)),
            default(IntervalMethod), 0.0);
        foreach (var kind in Kinds)
        {
            var scores = PairScores.Of(_faces, pairs, kind, cancellation, options.Cohort);
            var (genuine, impostor) = pairs.Split(scores);
            var (mates, others) = (new SortedScores(genuine), new SortedScores(impostor));
            if (kind == ScoreKind.Cosine) medianCosine = mates.Ascending[mates.Count / 2];
            var resampled = bootstrap is null ? null : new VerificationBootstrap(pairs, scores);
            var intervals = resampled?.TarAtFars(fars, bootstrap!, cancellation);
            interval = resampled is null ? null : IntervalMethod.Of(bootstrap!, resampled);
            results.Add(new(kind, [.. Roc.AtFars(mates, others, fars).Select((point, n) => RateAtFar.Of(point, intervals?[n]))]));
        }
        notes.Add(support.Plainly);
        var check = Check(unreadable, pairs.GenuineCount, LikelyOnePerson(medianCosine, notes, cancellation), cancellation);
        var sampled = pairs.ImpostorCount == options.MaxImpostorPairs || pairs.GenuineCount == options.MaxGenuinePairs;
        return new(sampled ? $"own folder, sampled pairs, seed {options.Seed}" : "own folder, all pairs", check, _rows.Length,
            _names.Length, pairs.GenuineCount, pairs.ImpostorCount, support, interval, results,
            calibration is null ? null : ProbabilityResult.Of(calibration, _faces, pairs, bootstrap, cancellation), notes);
    }

    private FolderCheck Check(
        IReadOnlyList<string>? unreadable, int genuinePairs, IReadOnlyList<LikelyDuplicate> onePerson, CancellationToken cancellation)
    {
        var check = new FolderCheck(
            _images.Count, _images.Select(image => image.Identity).Distinct(StringComparer.Ordinal).Count(), NotEmbedded, unreadable,
            _identity.GroupBy(id => id)
                .Count(group => group.Count() == 1), FolderCheck.FindEqualFiles(_folder, _images, cancellation), onePerson, []);
        return check with { Warnings = FolderCheck.Warn(check, genuinePairs, _names.Length) };
    }

    /// <summary>Identities whose mean embeddings are as close as half of the genuine pairs: one person under two names, or twins.</summary>
    private IReadOnlyList<LikelyDuplicate> LikelyOnePerson(double medianGenuine, List<string> notes, CancellationToken cancellation)
    {
        if (_names.Length > MaxComparedIdentities)
        {
            notes.Add($"identities were not compared with each other: {_names.Length} are more than {MaxComparedIdentities}");
            return [];
        }
        var d = _faces.Dimension;
        var mu = new float[_names.Length * d];
        foreach (var group in Enumerable.Range(0, _rows.Length).GroupBy(n => _identity[n], n => _rows[n]))
            TemplateFusion.Average(_faces, group.ToArray(), mu.AsSpan(group.Key * d, d));
        using var means = new EmbeddingSet(d, mu, new float[mu.Length], _names);
        var all = (from a in Enumerable.Range(0, _names.Length) from b in Enumerable.Range(a + 1, _names.Length - a - 1) select (a, b))
            .ToArray();
        var pairs = new PairList([.. all.Select(pair => pair.a)], [.. all.Select(pair => pair.b)], new bool[all.Length], null);
        var scores = PairScores.Of(means, pairs, ScoreKind.Cosine, cancellation);
        return [.. Enumerable.Range(0, scores.Length).Where(n => scores[n] >= medianGenuine).OrderByDescending(n => scores[n])
            .Select(n => new LikelyDuplicate(_names[all[n].a], _names[all[n].b], scores[n]))];
    }

    private static int CountIdentityPairs(PairList pairs)
    {
        var seen = new HashSet<(int, int)>();
        for (var n = 0; n < pairs.Count; n++)
        {
            if (pairs.Same.Span[n]) continue;
            var (a, b) = (pairs.Identities![pairs.First.Span[n]], pairs.Identities[pairs.Second.Span[n]]);
            seen.Add((Math.Min(a, b), Math.Max(a, b)));
        }
        return seen.Count;
    }
}
