namespace Pfe.Vision.Imaging.Preprocessing;

/// <summary>Images of one size on which preprocessing works: the reference's [n, height, width, 3] array.</summary>
/// <param name="Count">Number of images.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Values">count x height x width x 3 values, row-major, red first; 0..255 before standardize.</param>
internal sealed record PixelBatch(int Count, int Height, int Width, float[] Values)
{
    /// <summary>Values an image.</summary>
    public int ImageLength => Height * Width * 3;

    /// <summary>The values of one image.</summary>
    /// <param name="image">0 to Count - 1.</param>
    public Span<float> Image(int image) => Values.AsSpan(image * ImageLength, ImageLength);

    /// <summary>One row of one image: width x 3 values.</summary>
    /// <param name="image">0 to Count - 1.</param>
    /// <param name="y">0 to Height - 1.</param>
    public Span<float> Row(int image, int y) => Values.AsSpan((image * Height + y) * Width * 3, Width * 3);

    /// <summary>An all-zero batch.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="width">In pixels.</param>
    public static PixelBatch Zero(int count, int height, int width) =>
        new(count, height, width, new float[checked(count * height * width * 3)]);

    /// <summary>Takes decoded images of one size.</summary>
    /// <param name="images">At least one.</param>
    /// <exception cref="ArgumentException">None, or of different sizes.</exception>
    public static PixelBatch Of(IReadOnlyList<Image> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0) throw new ArgumentException("no images", nameof(images));
        var batch = Zero(images.Count, images[0].Height, images[0].Width);
        for (var i = 0; i < images.Count; i++)
        {
            if (images[i].Width != batch.Width || images[i].Height != batch.Height)
                throw new ArgumentException($"image {i} is {images[i].Width} x {images[i].Height}, the first {batch.Width} x " +
                    $"{batch.Height}", nameof(images));
            var from = images[i].Pixels;
            var to = batch.Image(i);
            for (var k = 0; k < to.Length; k++) to[k] = from[k];
        }
        return batch;
    }

    /// <summary>Copies one image into a network's input: three planes.</summary>
    /// <param name="image">0 to Count - 1.</param>
    /// <param name="bgr">Blue first.</param>
    /// <param name="planes">3 x height x width values, filled.</param>
    public void CopyPlanes(int image, bool bgr, Span<float> planes)
    {
        var values = Image(image);
        var plane = Height * Width;
        if (planes.Length != 3 * plane)
            throw new ArgumentException($"{3 * plane} values are wanted, the span has {planes.Length}", nameof(planes));
        for (var c = 0; c < 3; c++)
            for (var p = 0; p < plane; p++)
                planes[(bgr ? 2 - c : c) * plane + p] = values[3 * p + c];
    }
}
