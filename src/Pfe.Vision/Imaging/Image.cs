using Pfe.Storage;

namespace Pfe.Vision.Imaging;

/// <summary>
/// A decoded photograph: 8-bit RGB, rows top to bottom, upright (EXIF orientation applied). Never changed after it is made.
/// Pixel centres lie on whole numbers, as in OpenCV: the first pixel is (0, 0), not (0.5, 0.5).
/// </summary>
public sealed class Image
{
    /// <summary>
    /// The largest image that is decoded, in pixels (100 million: 800 MB while decoding); larger ones are refused by their header. A JPEG
    /// file may have four times as many, and is decoded to a half, a quarter or an eighth of its width and height where that many pixels,
    /// or half of the memory that this process may have, are not enough for the whole.
    /// </summary>
    public const long MaxPixels = 100_000_000;

    private readonly byte[] _pixels;

    /// <summary>Wraps pixels; the array is not copied and must not be changed afterwards.</summary>
    /// <param name="width">In pixels, at least 1.</param>
    /// <param name="height">In pixels, at least 1.</param>
    /// <param name="rgb">width x height x 3 bytes, row-major, red first.</param>
    /// <exception cref="ArgumentException">The array's length is not width x height x 3.</exception>
    public Image(int width, int height, byte[] rgb)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentNullException.ThrowIfNull(rgb);
        if (rgb.LongLength != 3L * width * height)
            throw new ArgumentException($"{width} x {height} pixels need {3L * width * height} bytes, not {rgb.LongLength}", nameof(rgb));
        (Width, Height, _pixels, Photograph) = (width, height, rgb, (width, height));
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>How many pixels of the photograph, across and down, became one: 1 but for JPEG files that are too large for
    /// memory.</summary>
    internal int Reduction { get; init; } = 1;

    /// <summary>The photograph's size, which its landmarks and boxes are counted in.</summary>
    internal (int Width, int Height) Photograph { get; init; }

    /// <summary>Width x Height x 3 bytes, row-major, red first.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>Row <paramref name="y"/>: Width x 3 bytes, red first.</summary>
    /// <param name="y">0 to Height - 1.</param>
    public ReadOnlySpan<byte> Row(int y) => _pixels.AsSpan(y * Width * 3, Width * 3);

    /// <summary>Decodes a file: JPEG (also grey and CMYK), PNG (also 16-bit, palette, alpha), WebP, BMP, the first frame of a
    /// GIF.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UnreadableImageException">Missing, not an image, truncated, damaged, or above <see cref="MaxPixels"/>.</exception>
    public static Image Load(string path)
    {
        var image = LoadHolding(path, out var room);
        room.Dispose();
        return image;
    }

    /// <summary>The same.</summary>
    /// <param name="path">The file.</param>
    /// <param name="room">The memory that the image and its halvings take.</param>
    internal static Image LoadHolding(string path, out MemoryBudget.Room room)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var file = EncodedFile.Read(path);
            return ImageDecoder.Decode(file.Bytes, path, out room);
        }
        // A path with a zero in it is an argument out of range to .NET.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException
            or ArgumentException { ParamName: "path" })
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>The same, reading the file without blocking a thread.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UnreadableImageException">Missing, not an image, truncated, damaged, or above <see cref="MaxPixels"/>.</exception>
    public static async Task<Image> LoadAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            EncodedFile.RequireSize(path);
            var bytes = await InputFile.BytesAsync(path, ImageInput.MaxEncodedBytes, cancellationToken).ConfigureAwait(false);
            return ImageDecoder.Decode(bytes, path);
        }
        catch (PfeException e) when (e is not ImageException) { throw Unreadable(path, e.InnerException ?? e); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException
            or ArgumentException { ParamName: "path" })
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Decodes an encoded image held in memory; see <see cref="Load"/>.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="name">What to call it in an error message.</param>
    /// <exception cref="UnreadableImageException">Not an image, truncated, damaged, or above <see cref="MaxPixels"/>.</exception>
    public static Image Decode(ReadOnlySpan<byte> encoded, string name) => ImageDecoder.Decode(encoded, name);

    /// <summary>Writes the image atomically: <c>.png</c> lossless, <c>.webp</c> lossless, <c>.jpg</c>/<c>.jpeg</c> at quality 97 without
    /// chroma subsampling.</summary>
    /// <param name="path">The file to create or replace; its extension gives the format.</param>
    /// <exception cref="PfeException">Another extension, or the file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var encoded = ImageEncoder.Encode(this, path);
        AtomicFile.Write(path, stream => stream.Write(encoded));
    }

    /// <summary>The image as a PNG file's bytes.</summary>
    public byte[] ToPng() => ImageEncoder.Encode(this, ".png");

    private static UnreadableImageException Unreadable(string path, Exception e) => new(path, e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException when Directory.Exists(path) => "it is a folder; a picture is wanted",
        _ => e.Message,
    }, e);
}
