using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Pfe.Onnx;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>
/// UltraFace RFB-320: a picture of 320 x 240, one pass, boxes with scores. It finds faces down to about a thirtieth of the picture's width.
/// </summary>
internal sealed class FaceDetector : IDisposable
{
    private const int Width = 320, Height = 240;
    private const double SameFace = 0.4;
    private static readonly PixelFormat Format = new(ChannelOrder.Rgb, new PlaneValues(127), new PlaneValues(128));
    private readonly NetworkSession _session;
    private readonly int _anchors;

    public FaceDetector(string path, Action<SessionOptions>? configure)
    {
        _session = new NetworkSession(path, File.ReadAllBytes(path), [3, Height, Width], ["scores", "boxes"], configure);
        _anchors = _session.OutputLength(0) / 2;
    }

    /// <summary>The view that the network was made for: the photograph stretched to the input.</summary>
    public static AffineMap FullImageView(Image image) => AffineMap.Stretch(Width, Height, image.Width, image.Height);

    /// <summary>The photograph in its own shape, with half its size of black around it.</summary>
    public static AffineMap PaddedView(Image image)
    {
        var step = 1.5 * Math.Max((double)image.Width / Width, (double)image.Height / Height);
        return new AffineMap(step, 0, (image.Width - 1 - step * (Width - 1)) / 2, 0, step, (image.Height - 1 - step * (Height - 1)) / 2);
    }

    /// <summary>The faces above a score in one view of the photograph, each usually found by several boxes.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="toPhoto">Where each pixel of the network's input lies in the photograph.</param>
    /// <param name="minimumScore">0 to 1.</param>
    public List<(FaceBox Box, float Score)> Detect(Pyramid photo, in AffineMap toPhoto, float minimumScore)
    {
        var (image, map) = photo.For(toPhoto);
        var input = ArrayPool<float>.Shared.Rent(_session.InputLength);
        try
        {
            Warp.ToTensor(image, map, Width, Height, Format, input.AsSpan(0, _session.InputLength));
            var (scores, corners) = (new float[_anchors * 2], new float[_anchors * 4]);
            _session.Run(input.AsMemory(0, _session.InputLength), 1, scores, corners);
            var found = new List<(FaceBox, float)>();
            for (var i = 0; i < _anchors; i++)
            {
                if (!(scores[2 * i + 1] >= minimumScore)) continue;
                var (upperLeft, lowerRight) = (Place(corners, 4 * i, toPhoto), Place(corners, 4 * i + 2, toPhoto));
                var box = new FaceBox(upperLeft.X, upperLeft.Y, lowerRight.X, lowerRight.Y);
                if (box is { Width: > 0, Height: > 0 }) found.Add((box, scores[2 * i + 1]));
            }
            return found;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(input);
        }
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Corners come relative to the input; pixel centres lie on whole numbers, so its left side is at -1/2.</summary>
    private static Point2 Place(float[] corners, int at, in AffineMap toPhoto) =>
        toPhoto.Apply(new Point2(corners[at] * Width - 0.5, corners[at + 1] * Height - 0.5));

    /// <summary>Of boxes that overlap, the best stays.</summary>
    public static List<(FaceBox Box, float Score)> Suppress(IEnumerable<(FaceBox Box, float Score)> candidates)
    {
        var kept = new List<(FaceBox Box, float Score)>();
        foreach (var candidate in candidates.OrderByDescending(candidate => candidate.Score))
            if (kept.TrueForAll(better => better.Box.Overlap(candidate.Box) <= SameFace)) kept.Add(candidate);
        return kept;
    }
}
