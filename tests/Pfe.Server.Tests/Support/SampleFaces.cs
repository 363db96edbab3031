using Pfe.Server.Pages;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Server.Tests.Support;

/// <summary>Faces of the registry's sample photographs, each cut out as a photograph of its own.</summary>
internal static class SampleFaces
{
    private static readonly Lazy<IReadOnlyList<byte[]>> Cut = new(() =>
    {
        var store = new ModelStore();
        using var detector = FaceDetector.Open(store);
        var image = Image.Load(store.Get("sample1"));
        return [.. detector.Detect(image).OrderBy(face => face.Box.Left).Select(face => PreviewImage.Jpeg(SamplePeople.Cut(image,
            face.Box)))];
    });

    /// <summary>A photograph of several people.</summary>
    public static byte[] Group { get; } = File.ReadAllBytes(new ModelStore().Get("sample1"));

    /// <summary>One person each, left to right.</summary>
    public static IReadOnlyList<byte[]> People => Cut.Value;

    /// <summary>The same face in another file: smaller, and compressed anew.</summary>
    public static byte[] Again(int person)
    {
        var image = Image.Decode(People[person], "again");
        var (width, height) = (image.Width * 4 / 5, image.Height * 4 / 5);
        return PreviewImage.Jpeg(Warp.ToImage(image, AffineMap.Stretch(width, height, image.Width, image.Height), width, height));
    }

    /// <summary>A person as a camera of 640 x 480 sees them: a frame of a film.</summary>
    public static byte[] Film(int person)
    {
        var image = Image.Decode(People[person], "film");
        // The whole of it, in its own shape, in the middle.
        var step = Math.Max(image.Width / 640.0, image.Height / 480.0);
        var map = new AffineMap(step, 0, (image.Width - 640 * step) / 2, 0, step, (image.Height - 480 * step) / 2);
        return PreviewImage.Jpeg(Warp.ToImage(image, map, 640, 480));
    }

    /// <summary>A picture without a face.</summary>
    public static byte[] Blank { get; } = new Image(200, 200, new byte[120_000]).ToPng();
}
