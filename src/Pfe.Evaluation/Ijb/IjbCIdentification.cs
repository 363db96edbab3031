using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Protocols;
using Pfe.Evaluation.Templates;
using Pfe.Fusion;
using Pfe.Scoring;

namespace Pfe.Evaluation.Ijb;

/// <summary>A share of mated probes found, the mean over the galleries.</summary>
/// <param name="Rank">The mate is among this many best gallery templates.</param>
/// <param name="RequestedFpir">The false positive identification rate the threshold was chosen for; null for a closed set.</param>
/// <param name="Fpir">The realised one; null for a closed set.</param>
/// <param name="Tpir">Share of mated probes found.</param>
internal sealed record IdentificationRate(int Rank, double? RequestedFpir, double? Fpir, double Tpir);

/// <summary>One method's rates.</summary>
/// <param name="Pooling">How images become a template.</param>
/// <param name="Score">How templates are compared.</param>
/// <param name="MediaAware">Whether media are fused first.</param>
/// <param name="ClosedSet">Ranks 1, 5 and 10, every probe answered.</param>
/// <param name="OpenSet">Rank 1 at requested false positive rates; empty when every probe has a mate.</param>
internal sealed record IdentificationMethodResult(
    Pooling Pooling, ScoreKind Score, bool MediaAware, IReadOnlyList<IdentificationRate> ClosedSet,
    IReadOnlyList<IdentificationRate> OpenSet);

/// <summary>A 1:N template protocol's outcome; counts are summed over the galleries.</summary>
/// <param name="Protocol">Name of the protocol.</param>
/// <param name="Galleries">Number of galleries that the probes were searched in.</param>
/// <param name="GalleryTemplates">Templates in them.</param>
/// <param name="Probes">Probe templates.</param>
/// <param name="MatedSearches">Searches whose subject is in the gallery.</param>
/// <param name="NonMatedSearches">Searches whose subject is not.</param>
/// <param name="Images">Images that the protocol names.</param>
/// <param name="ImagesMissing">Of these, not in the feature file.</param>
/// <param name="TemplatesWithoutImages">Templates without any image: never found, and never an alarm.</param>
/// <param name="VarianceRule">How variances combine in a template.</param>
/// <param name="Methods">The reference's three blocks without, then with regard to media.</param>
internal sealed record IdentificationResult(
    string Protocol, int Galleries, int GalleryTemplates, int Probes, int MatedSearches, int NonMatedSearches, int Images,
        int ImagesMissing, int TemplatesWithoutImages,
    VarianceRule VarianceRule, IReadOnlyList<IdentificationMethodResult> Methods);

/// <summary>IJB-C 1:N, mixed probes: closed set by rank, open set by TPIR at FPIR; the mean over galleries G1 and G2.</summary>
internal static class IjbCIdentification
{
    private static readonly int[] Ranks = [1, 5, 10];
    private static readonly double[] Fpirs = [0.01, 0.1];

    /// <summary>Searches every probe in every gallery.</summary>
    /// <param name="galleries">Metadata files, one a gallery, each with one template a subject.</param>
    /// <param name="probes">The probes' metadata file.</param>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rule">How variances combine.</param>
    /// <param name="progress">Told the methods that are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">A file that cannot be read, a gallery with two templates of a subject or without any probe's
    /// subject.</exception>
    public static IdentificationResult Evaluate(
        IReadOnlyList<string> galleries, string probes, EmbeddingSet faces, VarianceRule rule = VarianceRule.Minimum,
        IProgress<TemplateMethod>? progress = null, CancellationToken cancellation = default)
    {
        var builder = new TemplateListBuilder(new ImageLookup(faces.Paths));
        var searched = Read(probes, builder);
        TemplateList[] lists = [.. galleries.Select(path => RequireOneEach(path, Read(path, builder.WithSameIdentities()), searched))];
        var (methods, mated, others) = (new List<IdentificationMethodResult>(), 0, 0);
        foreach (var method in TemplateMethod.All)
        {
            using var probeFaces = method.Pool(faces, searched.Templates, rule, cancellation);
            Identification[] searches =
                [.. lists.Select(gallery => Search(method, faces, gallery, probeFaces, searched, rule, cancellation))];
            (mated, others) = (searches.Sum(search => search.MatedProbes), searches.Sum(search => search.NonMatedProbes));
            var open = searches.All(search => search.NonMatedProbes > 0)
                ? Mean([.. searches.Select(search => search.OpenSet([1], Fpirs))]) : [];
            var closed = Mean([.. searches.Select(search => search.ClosedSet(Ranks))])
                .Select(rate => rate with { RequestedFpir = null, Fpir = null });
            methods.Add(new(method.Pooling, method.Score, method.MediaAware, [.. closed], open));
            progress?.Report(method);
        }
        TemplateList[] all = [searched, .. lists];
        return new("IJB-C 1:N, mixed probes", lists.Length, lists.Sum(list => list.Templates.Count), searched.Templates.Count, mated,
            others,
            all.Sum(list => list.Images), all.Sum(list => list.ImagesMissing), all.Sum(list => list.Empty), rule, methods);
    }

    private static Identification Search(
        TemplateMethod method, EmbeddingSet faces, TemplateList gallery, EmbeddingSet probeFaces, TemplateList probes, VarianceRule rule,
        CancellationToken cancellation)
    {
        using var galleryFaces = method.Pool(faces, gallery.Templates, rule, cancellation);
        using var scorer = ScoreGallery.Create(galleryFaces, method.Score, cancellation: cancellation);
        var (rows, columns) = (probes.Templates.Count, gallery.Templates.Count);
        var scores = new float[(long)rows * columns];
        scorer.Score(probeFaces, 0, rows, scores, cancellation: cancellation);
        // A template without images ties with nothing real: below every score, so that it neither finds nor alarms.
        var missing = Math.Min(TemplateVerification.MissingScore, float.BitDecrement(scores.Min()));
        for (var row = 0; row < rows; row++)
        {
            if (probes.Templates[row].IsEmpty) scores.AsSpan(row * columns, columns).Fill(missing);
        }
        for (var column = 0; column < columns; column++)
        {
            if (!gallery.Templates[column].IsEmpty) continue;
            for (var row = 0; row < rows; row++) scores[row * columns + column] = missing;
        }
        return new Identification(new ScoreMatrix(scores, probes.Identities!, gallery.Identities!));
    }

    private static List<IdentificationRate> Mean(IReadOnlyList<IdentificationPoint>[] searches) =>
        [.. searches[0].Select((point, n) =>
            new IdentificationRate(point.Rank, point.RequestedFar, searches.Average(search => search[n].Far),
            searches.Average(search => search[n].Dir)))];

    private static TemplateList Read(string path, TemplateListBuilder builder)
    {
        IjbTable.AddImages(path, builder);
        var templates = builder.Build();
        templates.RequireImages();
        return templates;
    }

    private static TemplateList RequireOneEach(string path, TemplateList gallery, TemplateList probes)
    {
        var seen = new Dictionary<int, long>();
        foreach (var (template, identity) in gallery.Templates.Zip(gallery.Identities!))
            if (!seen.TryAdd(identity, template.Id))
                throw new PfeException($"'{path}': templates {seen[identity]} and {template.Id} are of one subject; a gallery has one " +
                    "template a subject");
        if (!probes.Identities!.Any(seen.ContainsKey))
            throw new PfeException($"'{path}' holds no subject of any probe; are gallery and probe files of one protocol?");
        return gallery;
    }
}
