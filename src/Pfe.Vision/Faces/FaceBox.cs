using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>An upright rectangle in pixels of its image; it may reach beyond the image.</summary>
/// <param name="Left">Left side.</param>
/// <param name="Top">Upper side.</param>
/// <param name="Right">Right side.</param>
/// <param name="Bottom">Lower side.</param>
public readonly record struct FaceBox(double Left, double Top, double Right, double Bottom)
{
    /// <summary>Width in pixels.</summary>
    public double Width => Right - Left;

    /// <summary>Height in pixels.</summary>
    public double Height => Bottom - Top;

    /// <summary>The middle.</summary>
    public Point2 Centre => new((Left + Right) / 2, (Top + Bottom) / 2);

    /// <summary>Share of another box's area that lies inside this one, 0 to 1.</summary>
    /// <param name="other">The other box.</param>
    internal double Containment(in FaceBox other)
    {
        var (width, height) = (Math.Min(Right, other.Right) - Math.Max(Left, other.Left),
            Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));
        return width > 0 && height > 0 ? width * height / (other.Width * other.Height) : 0;
    }

    /// <summary>Intersection over union with another box, 0 to 1.</summary>
    /// <param name="other">The other box.</param>
    public double Overlap(in FaceBox other)
    {
        var shared = Math.Max(0, Math.Min(Right, other.Right) - Math.Max(Left, other.Left))
            * Math.Max(0, Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));
        return shared / (Width * Height + other.Width * other.Height - shared);
    }
}
