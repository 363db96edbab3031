using System.Globalization;
using System.Text;
using Pfe.Storage;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>The faces of one image, best score first.</summary>
/// <param name="Name">The image's name.</param>
/// <param name="Width">In pixels, upright; null when unreadable.</param>
/// <param name="Height">In pixels, upright; null when unreadable.</param>
/// <param name="Main">Index of the face that align and embed take; null without a face.</param>
/// <param name="Faces">The faces.</param>
/// <param name="Error">Why the image could not be read; null when it could.</param>
internal sealed record DetectedImage(string Name, int? Width, int? Height, int? Main, IReadOnlyList<DetectedFace> Faces, string? Error);

/// <summary>Finds the faces of many images, in parallel.</summary>
internal static class DetectionRun
{
    /// <summary>Finds the faces.</summary>
    /// <param name="images">The images; landmarks that they may have are not looked at.</param>
    /// <param name="detector">Finds the faces.</param>
    /// <param name="strict">Fail on the first unreadable image instead of recording it.</param>
    /// <param name="progress">Told after every image.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <returns>One entry an image, in order.</returns>
    /// <exception cref="PfeException">With <paramref name="strict"/> the first unreadable image.</exception>
    public static IReadOnlyList<DetectedImage> Run(
        IReadOnlyList<FaceSource> images, IFaceDetector detector, bool strict = false, IProgress<ImageProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(detector);
        var found = new DetectedImage[images.Count];
        var (done, failed) = (0, 0);
        ParallelImages.For(found.Length, workers: 0, i =>
        {
            try
            {
                var photo = images[i].Open();
                using var held = photo.Hold();
                var faces = detector.Detect(photo, cancellation);
                var (main, size) = (FaceDetector.Main(faces, photo.Read()), photo.Read().Photograph);
                found[i] = new DetectedImage(
                    images[i].Name, size.Width, size.Height, main is null ? null : faces.ToList().IndexOf(main), faces, null);
            }
            catch (ImageException e) when (!strict)
            {
                found[i] = new DetectedImage(images[i].Name, null, null, null, [], e.Reason);
                Interlocked.Increment(ref failed);
            }
            progress?.Report(new ImageProgress(Interlocked.Increment(ref done), found.Length, Volatile.Read(ref failed)));
        }, cancellation);
        return found;
    }

    /// <summary>Writes the main faces as a landmark list, in the interleaved order of <see cref="LandmarkList"/>.</summary>
    /// <param name="images">What was found; images without a face are left out.</param>
    /// <param name="path">The list to create or replace.</param>
    public static void WriteLandmarks(IEnumerable<DetectedImage> images, string path)
    {
        ArgumentNullException.ThrowIfNull(images);
        var text = new StringBuilder();
        foreach (var image in images)
        {
            if (image.Main is not { } main) continue;
            text.Append(image.Name);
            for (var i = 0; i < 5; i++)
                text.Append(CultureInfo.InvariantCulture,
                    $" {image.Faces[main].Landmarks[i].X:0.00} {image.Faces[main].Landmarks[i].Y:0.00}");
            text.Append('\n');
        }
        AtomicFile.WriteText(path, text.ToString());
    }
}
