using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>A photograph turned by quarter turns, without copying it: what is found in the turned picture is mapped back.</summary>
internal sealed class PhotoFrame
{
    /// <param name="photo">The photograph.</param>
    /// <param name="turns">Quarter turns clockwise, 0 to 3.</param>
    public PhotoFrame(Pyramid photo, int turns)
    {
        var (width, height) = (photo.Width, photo.Height);
        (Photo, Turns) = (photo, turns);
        (Width, Height) = turns % 2 == 0 ? (width, height) : (height, width);
        // Where a pixel of the turned picture lies in the photograph.
        ToPhoto = turns switch
        {
            1 => new AffineMap(0, 1, 0, -1, 0, height - 1),
            2 => new AffineMap(-1, 0, width - 1, 0, -1, height - 1),
            3 => new AffineMap(0, -1, width - 1, 1, 0, 0),
            _ => new AffineMap(1, 0, 0, 0, 1, 0),
        };
    }

    /// <summary>The photograph as it is.</summary>
    public Pyramid Photo { get; }

    /// <summary>Quarter turns clockwise.</summary>
    public int Turns { get; }

    /// <summary>Width of the turned picture.</summary>
    public int Width { get; }

    /// <summary>Height of the turned picture.</summary>
    public int Height { get; }

    /// <summary>From the turned picture to the photograph.</summary>
    public AffineMap ToPhoto { get; }

    /// <summary>A box of the turned picture in the photograph.</summary>
    public FaceBox Back(in FaceBox box)
    {
        var (a, b) = (ToPhoto.Apply(new Point2(box.Left, box.Top)), ToPhoto.Apply(new Point2(box.Right, box.Bottom)));
        return new FaceBox(Math.Min(a.X, b.X), Math.Min(a.Y, b.Y), Math.Max(a.X, b.X), Math.Max(a.Y, b.Y));
    }
}
