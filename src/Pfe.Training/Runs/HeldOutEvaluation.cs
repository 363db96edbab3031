using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Fusion;
using Pfe.Scoring;
using Pfe.Training.Features;
using Pfe.Training.Head;
using static TorchSharp.torch;

namespace Pfe.Training.Runs;

/// <summary>One line of the held-out table.</summary>
/// <param name="Pairs">clean, damaged, mixed (each image clean or damaged), or templates (fused halves of a class, mixed images).</param>
/// <param name="Score">cosine, mls, or shared-variance mls. Templates: cosine of the average, mls of the fused.</param>
/// <param name="Tar2">TAR at FAR 1e-2, percent.</param>
/// <param name="Tar3">TAR at FAR 1e-3, percent.</param>
/// <param name="Tar4">TAR at FAR 1e-4, percent.</param>
public sealed record HeldOutRow(string Pairs, string Score, double Tar2, double Tar3, double Tar4);

/// <summary>
/// What the head is worth on people it was not trained on: all pairs of held-out images, MLS against cosine. The choice between
/// settings is made here, and not on a benchmark.
/// </summary>
internal static class HeldOutEvaluation
{
    private static readonly double[] Fars = [1e-2, 1e-3, 1e-4];

    /// <summary>Measures a head.</summary>
    /// <param name="head">Evaluated with its moving averages.</param>
    /// <param name="cache">The images' features.</param>
    /// <param name="images">Held-out images.</param>
    /// <param name="labels">The class of every image of the cache.</param>
    /// <param name="seed">Decides which damaged copies are taken; the same for every head.</param>
    public static IReadOnlyList<HeldOutRow> Measure(
        HeadNetwork head, FeatureCache cache, IReadOnlyList<int> images, IReadOnlyList<int> labels, int seed)
    {
        var copies = cache.Index.Variants - 2;
        var classes = images.Select(image => labels[image]).ToArray();
        var random = Seeds.Random(seed, Seeds.HeldOut, 1);
        var rows = new List<HeldOutRow>();
        using (var clean = Embed(head, cache, [.. images.Select(image => (image, 0))])) rows.AddRange(Pairs("clean", clean, classes));
        if (copies > 0)
        {
            using var damaged = Embed(head, cache, [.. images.Select(image => (image, 2 + random.Next(copies)))]);
            rows.AddRange(Pairs("damaged", damaged, classes));
        }
        using var mixed = Mixed(head, cache, images, labels, seed);
        if (copies > 0) rows.AddRange(Pairs("mixed", mixed, classes));
        rows.AddRange(Templates(mixed, classes));
        return rows;
    }

    /// <summary>
    /// Every held-out image once, clean or damaged as chance decides: what the model's calibration is fitted on. Paths read class/image,
    /// with #copy behind where it is a damaged one.
    /// </summary>
    /// <param name="head">Evaluated with its moving averages.</param>
    /// <param name="cache">The images' features.</param>
    /// <param name="images">Held-out images.</param>
    /// <param name="labels">The class of every image of the cache.</param>
    /// <param name="seed">Decides which images are damaged; the same for every head.</param>
    public static EmbeddingSet Mixed(HeadNetwork head, FeatureCache cache, IReadOnlyList<int> images, IReadOnlyList<int> labels, int seed)
    {
        var (copies, random) = (cache.Index.Variants - 2, Seeds.Random(seed, Seeds.HeldOut, 2));
        var faces = images.Select(image => (Image: image, Variant: copies > 0 && random.Next(2) == 0 ? 2 + random.Next(copies) : 0))
            .ToArray();
        return Embed(head, cache, faces,
            [.. faces.Select(face => $"{labels[face.Image]:D5}/{face.Image:D6}{(face.Variant > 0 ? $"#{face.Variant - 1}" : "")}")]);
    }

    /// <summary>All pairs of faces with their scores, for a calibration.</summary>
    /// <param name="faces">N faces.</param>
    /// <param name="classes">N classes.</param>
    public static ScoredPairs AllPairs(EmbeddingSet faces, int[] classes)
    {
        var (first, second) = AllPairs(faces.Count);
        return ScoredPairs.Of(faces, first, second,
            Array.ConvertAll(first, row => classes[row]).Zip(second, (label, row) => label == classes[row]).ToArray());
    }

    private static (int[] First, int[] Second) AllPairs(int count)
    {
        var all = count * (count - 1) / 2;
        var (first, second) = (new int[all], new int[all]);
        for (int i = 0, at = 0; i < count; i++)
            for (var j = i + 1; j < count; j++, at++) (first[at], second[at]) = (i, j);
        return (first, second);
    }

    private static EmbeddingSet Embed(HeadNetwork head, FeatureCache cache, (int Image, int Variant)[] faces, string[]? paths = null)
    {
        const int Block = 256;
        using var _ = no_grad();
        var dimension = cache.Index.Dimension;
        var (mu, logVariance) = (new float[faces.Length * dimension], new float[faces.Length * dimension]);
        for (var first = 0; first < faces.Length; first += Block)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(Block, faces.Length - first);
            var input = new float[count * cache.InputSize];
            for (var i = 0; i < count; i++)
            {
                var (image, variant) = faces[first + i];
                cache.CopyInput(image, variant, input.AsSpan(i * cache.InputSize, cache.InputSize));
                cache.CopyMu(image, variant, mu.AsSpan((first + i) * dimension, dimension));
            }
            // A head with one variance a face gives it for every dimension.
            head.Forward(tensor(input, [count, cache.InputSize]), training: false).expand(count, dimension).contiguous().data<float>()
                .CopyTo(logVariance, first * dimension);
        }
        return new EmbeddingSet(dimension, mu, logVariance, paths ?? new string[faces.Length]);
    }

    private static IEnumerable<HeldOutRow> Pairs(string name, EmbeddingSet faces, int[] classes)
    {
        foreach (var (kind, label) in new[] { (ScoreKind.Cosine, "cosine"), (ScoreKind.MutualLikelihood, "mls"),
            (ScoreKind.SharedVariance, "shared-variance mls") })
            yield return Row(name, label, faces, classes, kind);
    }

    private static IEnumerable<HeldOutRow> Templates(EmbeddingSet faces, int[] classes)
    {
        var halves = Enumerable.Range(0, faces.Count).GroupBy(row => classes[row]).Where(group => group.Count() >= 4)
            .SelectMany(group => group.Chunk((group.Count() + 1) / 2).Select(rows => (Class: group.Key, Rows: rows))).ToArray();
        if (halves.Length < 4) yield break;
        var dimension = faces.Dimension;
        var (average, fused, logVariance) =
            (new float[halves.Length * dimension], new float[halves.Length * dimension], new float[halves.Length * dimension]);
        for (var i = 0; i < halves.Length; i++)
        {
            TemplateFusion.Average(faces, halves[i].Rows, average.AsSpan(i * dimension, dimension));
            TemplateFusion.Fuse(faces, halves[i].Rows, VarianceRule.Minimum, fused.AsSpan(i * dimension, dimension),
                logVariance.AsSpan(i * dimension, dimension));
        }
        var names = halves.Select((half, i) => $"{half.Class}/{i}").ToArray();
        var labels = halves.Select(half => half.Class).ToArray();
        using var averages = new EmbeddingSet(dimension, average, logVariance, names);
        using var fusions = new EmbeddingSet(dimension, fused, logVariance, names);
        yield return Row("templates", "cosine", averages, labels, ScoreKind.Cosine);
        yield return Row("templates", "mls", fusions, labels, ScoreKind.MutualLikelihood);
    }

    private static HeldOutRow Row(string pairs, string score, EmbeddingSet faces, int[] classes, ScoreKind kind)
    {
        var (first, second) = AllPairs(faces.Count);
        var scores = new float[first.Length];
        using (var scorer = new PairScorer(faces, kind)) scorer.Score(first, second, scores);
        var genuine = scores.Where((_, pair) => classes[first[pair]] == classes[second[pair]]).ToArray();
        var impostor = scores.Where((_, pair) => classes[first[pair]] != classes[second[pair]]).ToArray();
        if (genuine.Length == 0 || impostor.Length == 0) return new HeldOutRow(pairs, score, double.NaN, double.NaN, double.NaN);
        var points = Roc.AtFars(genuine, impostor, Fars);
        return new HeldOutRow(pairs, score, 100 * points[0].Tar, 100 * points[1].Tar, 100 * points[2].Tar);
    }
}
