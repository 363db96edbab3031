namespace Pfe.Scoring;

/// <summary>The ways to compare two probabilistic embeddings. In each, a higher score means more alike.</summary>
public enum ScoreKind
{
    /// <summary>The mutual likelihood score of the paper's eq. 3, with one variance per dimension. No fixed range: it may be negative or
    /// positive.</summary>
    MutualLikelihood,

    /// <summary>The same score with one variance per face, the mean over its dimensions.</summary>
    SharedVariance,

    /// <summary>The cosine of the two means, -1 to 1; ignores the variances.</summary>
    Cosine,
}
