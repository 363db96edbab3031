using SkiaSharp;

namespace Pfe.Vision.Imaging.Damage;

/// <summary>Spoils photographs in known amounts: to teach the head what uncertainty is, and to show that it has learnt it.</summary>
public static class FaceDamage
{
    /// <summary>A damaged copy of a face that fills its picture, as an aligned one does; the same arguments always give the same
    /// pixels.</summary>
    /// <param name="face">Left as it is.</param>
    /// <param name="kind">What goes wrong; each kind says what strength 1 means.</param>
    /// <param name="strength">0 (nothing) to 1.</param>
    /// <param name="seed">For the kinds with chance in them: occlusion, motion blur, noise.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not between 0 and 1.</exception>
    public static Image Apply(Image face, DamageKind kind, double strength, int seed = 0) =>
        Apply(face, kind, strength, FaceSquare.Whole(face), seed);

    /// <summary>A damaged copy; the same arguments always give the same pixels.</summary>
    /// <param name="image">Left as it is.</param>
    /// <param name="kind">What goes wrong; each kind says what strength 1 means.</param>
    /// <param name="strength">0 (nothing) to 1.</param>
    /// <param name="face">The face's square, the unit of lengths and the place of an occlusion.</param>
    /// <param name="seed">For the kinds with chance in them: occlusion, motion blur, noise.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not between 0 and 1.</exception>
    internal static Image Apply(Image image, DamageKind kind, double strength, in FaceSquare face, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (!(strength is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(strength), strength, "0 to 1");
        if (strength == 0) return image;
        return kind switch
        {
            DamageKind.Occlusion => Occlude(image, strength, face, new Random(seed)),
            DamageKind.Darkness => GreyLevels(image, 1 - 0.95 * strength, 0),
            DamageKind.LowContrast => GreyLevels(image, 1 - 0.9 * strength, 0.9 * strength * Mean(image)),
            DamageKind.MotionBlur => Smoothing.Motion(image, 0.2 * strength * face.Side, new Random(seed).NextDouble() * Math.PI),
            DamageKind.Blur => Smoothing.Gaussian(image, 0.05 * strength * face.Side),
            DamageKind.LowResolution => Resolution(image, strength, face),
            DamageKind.Noise => Noise(image, 60 * strength, new Random(seed)),
            DamageKind.Compression => Compress(image, (int)Math.Round(50 * Math.Pow(0.04, strength))),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such damage"),
        };
    }

    private static Image Occlude(Image image, double strength, FaceSquare face, Random random)
    {
        var area = 0.5 * strength * face.Side * face.Side;
        var aspect = Math.Exp((random.NextDouble() - 0.5) * 1.2);
        var (width, height) = (Math.Min(face.Side, Math.Sqrt(area * aspect)), Math.Min(face.Side, Math.Sqrt(area / aspect)));
        var left = face.CentreX - face.Side / 2 + random.NextDouble() * (face.Side - width);
        var top = face.CentreY - face.Side / 2 + random.NextDouble() * (face.Side - height);
        Span<byte> colour = stackalloc byte[3];
        random.NextBytes(colour);
        var pixels = image.Pixels.ToArray();
        for (var y = Math.Max(0, (int)Math.Round(top)); y < Math.Min(image.Height, Math.Round(top + height)); y++)
            for (var x = Math.Max(0, (int)Math.Round(left)); x < Math.Min(image.Width, Math.Round(left + width)); x++)
                colour.CopyTo(pixels.AsSpan(3 * (y * image.Width + x)));
        return new Image(image.Width, image.Height, pixels);
    }

    private static Image GreyLevels(Image image, double gain, double offset)
    {
        Span<byte> table = stackalloc byte[256];
        for (var level = 0; level < 256; level++) table[level] = (byte)Math.Clamp(Math.Round(gain * level + offset), 0, 255);
        var pixels = image.Pixels.ToArray();
        for (var i = 0; i < pixels.Length; i++) pixels[i] = table[pixels[i]];
        return new Image(image.Width, image.Height, pixels);
    }

    private static double Mean(Image image)
    {
        var sum = 0L;
        foreach (var value in image.Pixels) sum += value;
        return (double)sum / image.Pixels.Length;
    }

    private static Image Resolution(Image image, double strength, FaceSquare face)
    {
        // The face's side in pixels falls from 112 (no visible loss for any network here) to 12, by equal factors.
        var factor = Math.Min(1, 112 * Math.Pow(12.0 / 112, strength) / face.Side);
        var (width, height) = (Math.Max(1, (int)Math.Round(image.Width * factor)), Math.Max(1, (int)Math.Round(image.Height * factor)));
        if (width == image.Width && height == image.Height) return image;
        // Smoothing to the new grid's resolution first, as a lens and a sensor do, then sampling.
        var smooth = Smoothing.Gaussian(image, 0.4 / factor);
        var small = Warp.ToImage(smooth, Inside(width, height, image.Width, image.Height), width, height);
        return Warp.ToImage(small, Inside(image.Width, image.Height, width, height), image.Width, image.Height);
    }

    // Corners on corners: no pixel is looked up outside, where the warp finds black.
    private static AffineMap Inside(int width, int height, int sourceWidth, int sourceHeight) => new(
        width > 1 ? (sourceWidth - 1.0) / (width - 1) : 0, 0, 0, 0, height > 1 ? (sourceHeight - 1.0) / (height - 1) : 0, 0);

    private static Image Noise(Image image, double deviation, Random random)
    {
        var pixels = image.Pixels.ToArray();
        for (var i = 0; i < pixels.Length; i++)
        {
            // Box-Muller.
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            pixels[i] = (byte)Math.Clamp(Math.Round(pixels[i] + deviation * normal), 0, 255);
        }
        return new Image(image.Width, image.Height, pixels);
    }

    internal static Image Compress(Image image, int quality)
    {
        using var bitmap = SKImage.FromEncodedData(image.ToPng());
        using var pixels = SKBitmap.FromImage(bitmap);
        using var jpeg = pixels.Encode(SKEncodedImageFormat.Jpeg, Math.Max(1, quality));
        return Image.Decode(jpeg.AsSpan(), "compressed copy");
    }
}
