using System.Buffers;
using Pfe.Onnx;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Vision.Faces;

/// <summary>
/// UltraFace RFB-320: a picture of 320 x 240, one pass, boxes with scores. It finds faces down to about a thirtieth of the picture's width.
/// </summary>
internal sealed class UltraFaceNetwork : IDisposable
{
    /// <summary>The input's size.</summary>
    public const int Width = 320, Height = 240;

    private const double SameFace = 0.4, Contained = 0.7;

    /// <summary>Share of the input's side within which a box counts as touching it.</summary>
    private const double Border = 0.01;

    private static readonly PixelFormat Format = new(ChannelOrder.Rgb, new PlaneValues(127), new PlaneValues(128));
    private readonly NetworkSession _session;
    private readonly int _anchors;

    public UltraFaceNetwork(ModelContent model, NetworkOptions options)
    {
        _session = new NetworkSession(model.Name, model.Bytes.ToArray(), [3, Height, Width], ["scores", "boxes"], options);
        _anchors = _session.OutputLength(0) / 2;
    }

    /// <summary>Where it runs.</summary>
    public ComputeDevice Device => _session.Device;

    /// <summary>The view that the network was made for: the picture stretched to the input.</summary>
    public static AffineMap FullImageView(PhotoFrame frame) => AffineMap.Stretch(Width, Height, frame.Width, frame.Height);

    /// <summary>The picture in its own shape, with half its size of black around it.</summary>
    public static AffineMap PaddedView(PhotoFrame frame)
    {
        var step = 1.5 * Math.Max((double)frame.Width / Width, (double)frame.Height / Height);
        return new AffineMap(step, 0, (frame.Width - 1 - step * (Width - 1)) / 2, 0, step, (frame.Height - 1 - step * (Height - 1)) / 2);
    }

    /// <summary>The faces above a score in one view of a picture, each usually found by several boxes.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="toFrame">Where each pixel of the network's input lies in it.</param>
    /// <param name="minimumScore">0 to 1.</param>
    public List<(FaceBox Box, float Score)> Detect(PhotoFrame frame, in AffineMap toFrame, float minimumScore) =>
        Detect(frame, new Tile(toFrame, false, false, false, false), minimumScore);

    /// <summary>The same in one tile; a box that touches a side beyond which the picture goes on is left to the neighbouring
    /// tile.</summary>
    public List<(FaceBox Box, float Score)> Detect(PhotoFrame frame, in Tile tile, float minimumScore)
    {
        var (image, map) = frame.Photo.For(frame.ToPhoto.After(tile.ToFrame));
        var input = ArrayPool<float>.Shared.Rent(_session.InputLength);
        try
        {
            Warp.ToTensor(image, map, Width, Height, Format, input.AsSpan(0, _session.InputLength));
            var (scores, corners) = (new float[_anchors * 2], new float[_anchors * 4]);
            _session.Run(input.AsMemory(0, _session.InputLength), 1, scores, corners);
            var found = new List<(FaceBox, float)>();
            for (var i = 0; i < _anchors; i++)
            {
                if (!(scores[2 * i + 1] >= minimumScore) || Cut(corners.AsSpan(4 * i, 4), tile)) continue;
                var (upperLeft, lowerRight) = (Place(corners, 4 * i, tile.ToFrame), Place(corners, 4 * i + 2, tile.ToFrame));
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

    /// <summary>Of boxes that overlap, the best stays.</summary>
    /// <param name="candidates">Boxes with scores.</param>
    /// <param name="contained">Whether a box that lies mostly inside a better one is the same face too: tiles may see a part of a
    /// face.</param>
    public static List<(FaceBox Box, float Score)> Suppress(IEnumerable<(FaceBox Box, float Score)> candidates, bool contained = false)
    {
        var kept = new List<(FaceBox Box, float Score)>();
        foreach (var candidate in candidates.OrderByDescending(candidate => candidate.Score))
        {
            if (kept.TrueForAll(better => better.Box.Overlap(candidate.Box) <= SameFace
                && !(contained && better.Box.Containment(candidate.Box) > Contained))) kept.Add(candidate);
        }
        return kept;
    }

    private static bool Cut(ReadOnlySpan<float> corners, in Tile tile) =>
        (tile.Left && corners[0] < Border) || (tile.Top && corners[1] < Border)
        || (tile.Right && corners[2] > 1 - Border) || (tile.Bottom && corners[3] > 1 - Border);

    /// <summary>Corners come relative to the input; pixel centres lie on whole numbers, so its left side is at -1/2.</summary>
    private static Point2 Place(float[] corners, int at, in AffineMap toFrame) =>
        toFrame.Apply(new Point2(corners[at] * Width - 0.5, corners[at + 1] * Height - 0.5));
}
