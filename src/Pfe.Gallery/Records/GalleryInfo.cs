namespace Pfe.Gallery;

/// <summary>A gallery: people enrolled with one model.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name, unique in the store.</param>
/// <param name="ModelId">The model's checksum; embeddings of another model are refused.</param>
/// <param name="ModelName">The model's name, to read.</param>
/// <param name="Dimension">D of its embeddings.</param>
/// <param name="Generation">Rises by one when the gallery changes to another model.</param>
/// <param name="Version">Rises by one with every change of its people; in the answers of searches too.</param>
/// <param name="Policy">How it enrols and decides.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Updated">When its name, policy or model last changed.</param>
public sealed record GalleryInfo(
    Guid Id, string Name, string ModelId, string ModelName, int Dimension, int Generation, long Version, GalleryPolicy Policy,
        DateTimeOffset Created, DateTimeOffset Updated);

/// <summary>How a gallery enrols and decides. Stored with it.</summary>
public sealed record GalleryPolicy
{
    /// <summary>
    /// The false-match rate of "this is that person", one that the model's calibration has; null for the calibration's usual one. For an
    /// identification it is the rate of one comparison; the number of people enters through <see cref="StrangerShare"/> and the
    /// probability.
    /// </summary>
    public double? FalseMatchRate { get; init; }

    /// <summary>The probability from which an identification names a person; 0.95 by default.</summary>
    public double CertainFrom { get; init; } = 0.95;

    /// <summary>
    /// The probability from which an identification says "unknown"; 0.9 by default. It is lower than <see cref="CertainFrom"/> because some
    /// photographs of enrolled people look like nobody's: the calibration never rules them out, so "unknown" cannot be as certain as a
    /// name.
    /// </summary>
    public double UnknownFrom { get; init; } = 0.9;

    /// <summary>The share of probes whose person is not enrolled, before looking: above 0, below 1; 0.5 by default.</summary>
    public double StrangerShare { get; init; } = 0.5;

    /// <summary>
    /// Faces of a lower quality (0 to 100, of the model's calibration) are not enrolled. 5 by default: the worst twentieth.
    /// </summary>
    public double MinimumQuality { get; init; } = 5;

    /// <summary>Faces narrower than this many pixels are not enrolled; 40 by default.</summary>
    public double MinimumFaceWidth { get; init; } = 40;

    /// <summary>
    /// Whether photographs are stored beside their embeddings. Off by default; without them a change of model needs the photographs again.
    /// </summary>
    public bool KeepPhotos { get; init; }

    /// <summary>How many anchors (searched templates) a person may have; 5 by default.</summary>
    public int MaximumAnchors { get; init; } = 5;

    /// <summary>Checks every number.</summary>
    /// <exception cref="GalleryException">A number is out of range; says which and what would be right.</exception>
    internal void Check()
    {
        Want(FalseMatchRate is null or (> 0 and < 1), $"a false-match rate lies between 0 and 1, not at {FalseMatchRate}");
        Want(CertainFrom is >= 0.5 and < 1, $"an answer is certain from a probability of 0.5 to below 1, not {CertainFrom}");
        Want(UnknownFrom is >= 0.5 and < 1, $"nobody is known from a probability of 0.5 to below 1, not {UnknownFrom}");
        Want(StrangerShare is > 0 and < 1, $"the share of strangers lies between 0 and 1, not at {StrangerShare}");
        Want(MinimumQuality is >= 0 and <= 100, $"the minimum quality lies between 0 and 100, not at {MinimumQuality}");
        Want(MinimumFaceWidth is >= 0 and <= 10_000, $"the minimum face width lies between 0 and 10,000 pixels, not at {MinimumFaceWidth}");
        Want(MaximumAnchors is >= 1 and <= 64, $"a person has 1 to 64 anchors, not {MaximumAnchors}");
    }

    private static void Want(bool isRight, string message)
    {
        if (!isRight) throw new GalleryException(GalleryError.Invalid, message);
    }
}
