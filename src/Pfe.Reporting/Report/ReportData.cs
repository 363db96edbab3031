using Pfe.Calibration;
using Pfe.Reporting.Measures;

namespace Pfe.Reporting.Report;

/// <summary>Faces of one set, measured once; what every figure takes its numbers from.</summary>
public sealed record ReportData
{
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

    /// <summary>Other measures of each face's quality, higher for better, to compare sigma with.</summary>
    public IReadOnlyList<(string Name, double[] Values)> Qualities { get; init; } = [];

    /// <summary>Each face's group in the user's own table, null for none; empty without a table.</summary>
    public IReadOnlyList<string?> Groups { get; init; } = [];

    /// <summary>Uncertainties of further sets, to lay beside this one's.</summary>
    public IReadOnlyList<(string Name, double[] Uncertainty)> Others { get; init; } = [];

    /// <summary>Pictures of the faces; null where there are none or they are to be left out.</summary>
    public FaceThumbnails? Thumbnails { get; init; }

    /// <summary>What damage does to sigma; null where it was not measured.</summary>
    public DamageStudy? Damage { get; init; }

    /// <summary>Data set and counts, for the line under a title.</summary>
    public string Counts => $"{Name}: n = {Faces.Count:#,0} faces of {Labels.Names.Count:#,0} persons, {Mls.Genuine.Length:#,0} genuine and {Mls.Impostor.Length:#,0} impostor pairs";

    /// <summary>Scores the pairs of a set both ways.</summary>
    /// <param name="name">What the set is called.</param>
    /// <param name="faces">The faces.</param>
    /// <param name="labels">Who is on each.</param>
    /// <param name="pairs">Pairs of rows; null for all pairs of the labels, or a sample of them.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ReportData Of(string name, EmbeddingSet faces, LabelledFaces labels, Pfe.Evaluation.Pairs.PairList? pairs = null, CancellationToken cancellation = default)
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
}
