using Pfe.Calibration;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Measures;

namespace Pfe.Reporting.Data;

/// <summary>Faces of one set, measured once; what every figure takes its numbers from.</summary>
public sealed record ReportData
{
    /// <summary>Heading of the page; null for the usual one.</summary>
    public string? Title { get; init; }

    /// <summary>What the model's file says of itself; empty where there is no model.</summary>
    public IReadOnlyList<(string Name, string Value)> Model { get; init; } = [];

    /// <summary>What a reader must know of the faces before the numbers: subject and sentence.</summary>
    public IReadOnlyList<(string Name, string Value)> Notes { get; init; } = [];

    /// <summary>What the set is called in titles.</summary>
    public required string Name { get; init; }

    /// <summary>The faces.</summary>
    public required EmbeddingSet Faces { get; init; }

    /// <summary>Who is on each.</summary>
    public required LabelledFaces Labels { get; init; }

    /// <summary>Mean ln sigma^2 of each.</summary>
    public required double[] Uncertainty { get; init; }

    /// <summary>The pairs with their mutual likelihood scores.</summary>
    public required ScoredPairList Mls { get; init; }

    /// <summary>The same pairs with their cosines.</summary>
    public required ScoredPairList Cosine { get; init; }

    /// <summary>From score to probability; null where the model has none.</summary>
    public ScoreCalibration? Calibration { get; init; }

    /// <summary>From the trust head's numbers to answers, with its table by kinds of damage; null where the model has none.</summary>
    public TrustCalibration? Trust { get; init; }

    /// <summary>Other measures of each face's quality, higher for better, to compare sigma with.</summary>
    public IReadOnlyList<(string Name, double[] Values)> Qualities { get; init; } = [];

    /// <summary>Each face's group in the user's own table, null for none; empty without a table.</summary>
    public IReadOnlyList<string?> Groups { get; init; } = [];

    /// <summary>Uncertainties of further sets, to lay beside this one's.</summary>
    public IReadOnlyList<(string Name, double[] Uncertainty)> Others { get; init; } = [];

    /// <summary>Pictures of the faces; null where there are none or they are to be left out.</summary>
    public FaceThumbnails? Thumbnails { get; init; }

    /// <summary>Whether images are called by their paths, which often name people, or by their rows.</summary>
    public bool Paths { get; init; } = true;

    /// <summary>What damage does to sigma; null where it was not measured.</summary>
    public DamageStudy? Damage { get; init; }

    /// <summary>Scores the pairs of a set both ways.</summary>
    /// <param name="name">What the set is called.</param>
    /// <param name="faces">The faces.</param>
    /// <param name="labels">Who is on each.</param>
    /// <param name="pairs">Pairs of rows; null for all pairs of the labels, or a sample of them.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ReportData Of(
        string name, EmbeddingSet faces, LabelledFaces labels, Pfe.Evaluation.Pairs.PairList? pairs = null,
        CancellationToken cancellation = default)
    {
        pairs ??= labels.Pairs();
        return new()
        {
            Name = name,
            Faces = faces,
            Labels = labels,
            Uncertainty = FaceUncertainty.Of(faces),
            Mls = ScoredPairList.Of(faces, pairs, Scoring.ScoreKind.MutualLikelihood, cancellation),
            Cosine = ScoredPairList.Of(faces, pairs, Scoring.ScoreKind.Cosine, cancellation),
        };
    }

    internal string NameOf(int row) => Paths ? Faces.Paths[row] : $"row {row}";

    // A measure that no face has is no curve; a face that one measure says nothing of counts as the worst.
    internal static IReadOnlyList<(string Name, double[] Values)> QualitiesIn(EmbeddingSet faces) =>
    [.. from measure in new[] { (Column: EmbeddingSet.Norm, Name: "embedding norm"),
        (Column: EmbeddingSet.DetectionScore, Name: "detector score"), (Column: EmbeddingSet.Sharpness, Name: "sharpness"),
        (Column: EmbeddingSet.Reliability, Name: "reliability") }
        let values = faces.Columns.GetValueOrDefault(measure.Column)
        where values is not null && !Array.TrueForAll(values, float.IsNaN)
        select (measure.Name, Array.ConvertAll(values, value => float.IsNaN(value) ? double.NegativeInfinity : value))];
}
