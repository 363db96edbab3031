using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Verification;

/// <summary>The face of a photograph that is meant.</summary>
internal static class FaceSelection
{
    /// <exception cref="NoFaceException">There is none.</exception>
    /// <exception cref="MultipleFacesException">There are several where one is wanted.</exception>
    public static DetectedFace Choose(IFaceDetector detector, ImageInput photo, FaceChoice choice, CancellationToken cancellationToken)
    {
        if (choice == FaceChoice.Main) return detector.DetectMain(photo, cancellationToken) ?? throw None(photo);
        var found = detector.DetectLarge(photo, cancellationToken);
        return found.Count switch
        {
            0 => throw None(photo),
            1 => found[0],
            _ => throw new MultipleFacesException(photo.Name, found.Count),
        };
    }

    /// <summary>Why a photograph shows no face.</summary>
    public static NoFaceException None(ImageInput photo) => IsEven(photo.Open().Image)
        ? new NoFaceException(photo.Name,
            "no face found: the picture is one even surface without anything to see (black, white or covered?)")
        : new NoFaceException(photo.Name);

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
