using Pfe.Calibration;
using Pfe.Scoring;
using Pfe.Vision;

namespace Pfe.Gallery;

/// <summary>The model a gallery is bound to: whose embeddings it holds and what their scores mean.</summary>
public sealed record GalleryModel
{
    /// <summary>Describes a model.</summary>
    /// <param name="id">The model's checksum.</param>
    /// <param name="name">Its name, to read.</param>
    /// <param name="dimension">D.</param>
    /// <param name="calibration">What its scores mean; of the mutual likelihood score, by which galleries search.</param>
    /// <exception cref="GalleryException">The calibration is of another score or another D.</exception>
    public GalleryModel(string id, string name, int dimension, ScoreCalibration calibration)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        ArgumentNullException.ThrowIfNull(calibration);
        if (calibration.Score != ScoreKind.MutualLikelihood)
            throw new GalleryException(GalleryError.Invalid,
                $"the model's calibration is of the score {calibration.Score}; a gallery needs one of the mutual likelihood " +
                "score");
        if (calibration.Dimension != dimension)
            throw new GalleryException(GalleryError.Invalid,
                $"the model has {dimension} dimensions, its calibration {calibration.Dimension}: they do not belong together");
        (Id, Name, Dimension, Calibration) = (id, name, dimension, calibration);
    }

    /// <summary>The model's checksum.</summary>
    public string Id { get; }

    /// <summary>Its name, to read.</summary>
    public string Name { get; }

    /// <summary>D.</summary>
    public int Dimension { get; }

    /// <summary>What its scores mean.</summary>
    public ScoreCalibration Calibration { get; }

    /// <summary>The model behind an embedder.</summary>
    /// <param name="embedder">A model with a calibration.</param>
    /// <exception cref="GalleryException">The model has no calibration.</exception>
    public static GalleryModel Of(FaceEmbedder embedder)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        var calibration = ScoreCalibration.FromMetadata(embedder.Metadata, embedder.Description.Name)
            ?? throw new GalleryException(GalleryError.Invalid,
                $"the model '{embedder.Description.Name}' has no calibration, so that nobody could be identified; " +
                "calibrate it first");
        return new(embedder.Sha256, embedder.Description.Name, embedder.Dimension, calibration);
    }
}
