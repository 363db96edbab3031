using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Vision.Faces;

/// <summary>68 landmarks in the common order (300-W) from a grey crop of 64 x 64, reduced to the five of the alignment.</summary>
internal sealed class LandmarkNetwork : IDisposable
{
    private const int Side = 64;
    private const int Points = 68;
    private readonly NetworkSession _session;

    public LandmarkNetwork(ModelContent model, NetworkOptions options)
    {
        _session = new NetworkSession(model.Name, model.Bytes.ToArray(), [1, Side, Side], options: options);
        if (_session.OutputLength(0) == 2 * Points) return;
        _session.Dispose();
        throw new UnusableNetworkException(model.Name,
            $"'{model.Name}' gives {_session.OutputLength(0)} numbers; {2 * Points} (68 points) are wanted");
    }

    /// <summary>The five landmarks in the photograph, of the face that fills the crop.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="unitToPhoto">Where the crop's corners (0, 0) and (1, 1) lie in the photograph.</param>
    public FiveLandmarks Find(Pyramid photo, in AffineMap unitToPhoto)
    {
        var toUnit = new AffineMap(1.0 / Side, 0, 0.5 / Side, 0, 1.0 / Side, 0.5 / Side);
        var (image, map) = photo.For(unitToPhoto.After(toUnit));
        var colour = new float[3 * Side * Side];
        Warp.ToTensor(image, map, Side, Side, PixelFormat.Rgb, colour);
        var grey = new float[Side * Side];
        for (var i = 0; i < grey.Length; i++)
            grey[i] = (0.299f * colour[i] + 0.587f * colour[i + grey.Length] + 0.114f * colour[i + 2 * grey.Length]) / 256;
        var found = new float[2 * Points];
        _session.Run(grey, 1, found);
        return ToFive(found).Map(unitToPhoto);
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Eye centres are the means of their upper and lower lids, as the base networks' training landmarks were placed at the
    /// pupils.</summary>
    private static FiveLandmarks ToFive(float[] points) => new(
        Mean(points, 37, 38, 40, 41), Mean(points, 43, 44, 46, 47), Mean(points, 30), Mean(points, 48, 60), Mean(points, 54, 64));

    private static Point2 Mean(float[] points, params ReadOnlySpan<int> indices)
    {
        double x = 0, y = 0;
        foreach (var index in indices) (x, y) = (x + points[2 * index], y + points[2 * index + 1]);
        return new Point2(x / indices.Length, y / indices.Length);
    }
}
