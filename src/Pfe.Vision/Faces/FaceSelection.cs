using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>The faces of a photograph that are meant.</summary>
internal static class FaceSelection
{
    /// <param name="detector">Finds the faces.</param>
    /// <param name="photo">The photograph.</param>
    /// <param name="choice">Which of them.</param>
    /// <param name="cancellationToken">Stops between two runs of a network.</param>
    /// <param name="others">How many faces were seen and not taken.</param>
    /// <exception cref="NoFaceException">There is none.</exception>
    /// <exception cref="MultipleFacesException">There are several where one is wanted.</exception>
    public static IReadOnlyList<DetectedFace> Choose(
        IFaceDetector detector, ImageInput photo, FaceSubset choice, CancellationToken cancellationToken, out int others)
    {
        others = 0;
        var found = choice == FaceSubset.All ? detector.Detect(photo, cancellationToken) : detector.DetectLarge(photo, cancellationToken);
        if (found.Count == 0) throw None(photo);
        if (choice == FaceSubset.All || found.Count == 1) return found;
        if (choice == FaceSubset.Only) throw new MultipleFacesException(photo.Name, found.Count);
        others = found.Count - 1;
        return [FaceDetector.Main(found, photo.Open().Image)!];
    }

    /// <summary>Why a photograph shows no face.</summary>
    public static NoFaceException None(ImageInput photo, string? name = null) => IsEven(photo.Open().Image)
        ? new NoFaceException(name ?? photo.Name,
            "no face found: the picture is one even surface without anything to see (black, white or covered?)")
        : new NoFaceException(name ?? photo.Name);

    /// <summary>Whether all grey levels of a sample of pixels lie within a few of each other.</summary>
    private static bool IsEven(Image image)
    {
        const int Sampled = 4096, Few = 12;
        var pixels = image.Pixels;
        var stride = 3 * Math.Max(1, pixels.Length / 3 / Sampled);
        var (low, high) = (byte.MaxValue, byte.MinValue);
        for (var at = 1; at < pixels.Length; at += stride) (low, high) = (Math.Min(low, pixels[at]), Math.Max(high, pixels[at]));
        return high - low <= Few;
    }
}
