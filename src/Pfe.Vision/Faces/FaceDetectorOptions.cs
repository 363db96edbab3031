using Pfe.Vision.Networks;

namespace Pfe.Vision.Faces;

/// <summary>What counts as a face, and how hard it is looked for.</summary>
public sealed record FaceDetectorOptions
{
    /// <summary>The score from which a box counts as a face, above 0 and up to 1.</summary>
    public float MinimumScore { get; init; } = 0.7f;

    /// <summary>
    /// Side in pixels of the smallest face that is looked for in a large photograph. The network sees the whole photograph at 320 x 240,
    /// where
    /// a face of less than a thirtieth of its width is lost; photographs that need it are looked through in tiles as well. Null chooses 48
    /// pixels, about 20 between the eyes, for <see cref="IFaceDetector.Detect"/>; 0 never makes tiles.
    /// </summary>
    public int? MinimumFaceSize { get; init; }

    /// <summary>
    /// Whether a photograph in which no face is found, or whose landmarks do not look like a face's, is tried at its three other rotations.
    /// </summary>
    public bool TryRotations { get; init; } = true;

    /// <summary>Device and threads of the two networks.</summary>
    public NetworkOptions Network { get; init; } = new();

    internal void Validate()
    {
        if (MinimumScore is not (> 0 and <= 1))
        {
            throw new InvalidConfigurationException($"a face's minimum score is above 0 and up to 1, not {MinimumScore}")
            { Setting = nameof(MinimumScore), Expected = "above 0 and up to 1" };
        }
        if (MinimumFaceSize is < 0 or (> 0 and < 12))
        {
            throw new InvalidConfigurationException(
                $"the smallest face is at least 12 pixels wide, or 0 to make no tiles; not {MinimumFaceSize}")
            { Setting = nameof(MinimumFaceSize), Expected = "0, or at least 12" };
        }
        Network.Validate();
    }
}
