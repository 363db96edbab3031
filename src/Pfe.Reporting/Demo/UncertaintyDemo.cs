using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Scoring;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Reporting.Demo;

/// <summary>
/// PFE in one minute: every face of a few photographs, as it is and damaged in four ways. Does sigma grow with the damage? Does the
/// mutual likelihood score keep apart what the cosine mixes up?
/// </summary>
/// <remarks>
/// No labels are needed: a face and its damaged copies are one person, two faces of one photograph are two.
/// </remarks>
internal sealed class UncertaintyDemo
{
    /// <summary>How strong each damage is, of 1; docs/results.md shows other strengths.</summary>
    public const double Strength = 0.6;

    private static readonly DamageKind[] Kinds = [DamageKind.Blur, DamageKind.LowResolution, DamageKind.Darkness, DamageKind.Occlusion];

    private readonly List<DemoFace> _faces;
    private readonly double[] _sigma;
    private readonly EmbeddingSet _embeddings;

    private UncertaintyDemo(List<DemoFace> faces, EmbeddingSet embeddings)
    {
        (_faces, _embeddings) = (faces, embeddings);
        _sigma = [.. FaceUncertainty.Of(embeddings).Select(logVariance => Math.Exp(logVariance / 2))];
    }

    internal IReadOnlyList<DemoFace> Faces => _faces;

    internal EmbeddingSet Embeddings => _embeddings;

    /// <summary>Finds, damages and embeds the faces.</summary>
    /// <param name="photographs">Paths of photographs with at least two faces altogether.</param>
    /// <param name="detector">Finds the faces.</param>
    /// <param name="embedder">The probabilistic model.</param>
    /// <param name="progress">Told of each photograph.</param>
    /// <param name="cancellation">Stops between faces.</param>
    /// <exception cref="PfeException">A photograph cannot be read, or there are fewer than two faces.</exception>
    public static UncertaintyDemo Prepare(
        IReadOnlyList<string> photographs, IFaceDetector detector, FaceEmbedder embedder, IProgress<string>? progress = null,
            CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(photographs);
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(embedder);
        var faces = new List<DemoFace>();
        for (var p = 0; p < photographs.Count; p++)
        {
            cancellation.ThrowIfCancellationRequested();
            var photograph = Image.Load(photographs[p]);
            var found = detector.Detect(photograph, cancellation);
            progress?.Report($"{Path.GetFileName(photographs[p])}: {found.Count} faces");
            foreach (var face in found)
            {
                var plain = DemoFace.Cut(photograph, p, faces.Count / (Kinds.Length + 1), face.Landmarks);
                faces.Add(plain);
                faces.AddRange(Kinds.Select(kind => plain.With(kind, Strength)));
            }
        }
        if (faces.Count < 2 * (Kinds.Length + 1))
            throw new PfeException($"{faces.Count / (Kinds.Length + 1)} faces found in {photographs.Count} photographs; at least 2 are " +
            "needed");
        progress?.Report($"embedding {faces.Count} faces");
        return new UncertaintyDemo(faces, Embed(faces, embedder, cancellation));
    }

    /// <summary>Measures.</summary>
    public DemoResult Measure()
    {
        var pairs = Pairs();
        return new DemoResult(
            _faces.Max(face => face.Photograph) + 1, _faces.Max(face => face.Face) + 1,
            [DamageRow(null), .. Kinds.Select(kind => DamageRow(kind))],
            [Separation("cosine", ScoreKind.Cosine, pairs), Separation("MLS, shared variance", ScoreKind.SharedVariance, pairs),
                Separation("MLS", ScoreKind.MutualLikelihood, pairs)],
            pairs.Count(pair => pair.Same), pairs.Count(pair => !pair.Same));
    }

    /// <summary>The faces from the most certain to the least, each with its sigma and what was done to it.</summary>
    /// <param name="options">Layout and fonts.</param>
    public Image Draw(ContactSheetOptions options)
    {
        var order = Enumerable.Range(0, _faces.Count).OrderBy(i => _sigma[i]);
        return ContactSheet.Draw([.. order.Select(Tile)], options);
    }

    private static EmbeddingSet Embed(List<DemoFace> faces, FaceEmbedder embedder, CancellationToken cancellation)
    {
        var rows = new EmbeddedFace[faces.Count];
        Parallel.For(0, faces.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
            rows[i] = embedder.Embed(faces[i].Picture, faces[i].Landmarks, cancellation));
        return EmbeddingSet.Of([.. rows.Select(row => row.Embedding)],
            [.. faces.Select(face => $"photo {face.Photograph + 1}, face {face.Face + 1}, {face.DamageName}")],
            columns: new Dictionary<string, float[]> { [EmbeddingSet.Norm] = [.. rows.Select(row => row.Norm)] });
    }

    private ContactTile Tile(int i)
    {
        var face = _faces[i];
        var template = AlignmentTemplate.ArcFace;
        return new ContactTile(Warp.ToImage(face.Picture, template.ToSource(face.Landmarks), template.Width, template.Height),
            [$"σ {_sigma[i]:0.0000}", face.DamageName]);
    }

    private DamageRow DamageRow(DamageKind? kind)
    {
        var rows = Enumerable.Range(0, _faces.Count).Where(i => _faces[i].Damage == kind).ToArray();
        // A face's own row as it is comes first among its rows.
        var growth = rows.Select(i => _sigma[i] / _sigma[_faces[i].Face * (Kinds.Length + 1)]).ToArray();
        return new DamageRow(kind, Median(rows.Select(i => _sigma[i])), Median(growth),
            growth.Count(ratio => ratio > 1) / (double)rows.Length);
    }

    /// <summary>All pairs of faces of one photograph: who is on two photographs is not known.</summary>
    internal List<(int First, int Second, bool Same)> Pairs()
    {
        var pairs = new List<(int, int, bool)>();
        for (var i = 0; i < _faces.Count; i++)
            for (var j = i + 1; j < _faces.Count; j++)
                if (_faces[i].Photograph == _faces[j].Photograph) pairs.Add((i, j, _faces[i].Face == _faces[j].Face));
        return pairs;
    }

    private SeparationRow Separation(string name, ScoreKind kind, List<(int First, int Second, bool Same)> pairs)
    {
        var scores = new float[pairs.Count];
        using var scorer = new PairScorer(_embeddings, kind);
        scorer.Score(pairs.ConvertAll(pair => pair.First).ToArray(), pairs.ConvertAll(pair => pair.Second).ToArray(), scores);
        var genuine = new SortedScores([.. scores.Where((_, n) => pairs[n].Same)]);
        var impostor = new SortedScores([.. scores.Where((_, n) => !pairs[n].Same)]);
        var overlap = 0.0;
        foreach (var score in genuine.Ascending) overlap += impostor.ShareAtLeast(score) / genuine.Count;
        return new SeparationRow(name, overlap, Roc.AtFars(genuine, impostor, [0.01])[0].Tar,
            genuine.Count - genuine.CountAtLeast(impostor.Highest));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
