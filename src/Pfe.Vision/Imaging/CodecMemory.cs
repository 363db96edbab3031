using SkiaSharp;

namespace Pfe.Vision.Imaging;

/// <summary>What a decoder takes for itself besides the picture that it fills. Measured; see docs/results.md.</summary>
internal static class CodecMemory
{
    /// <summary>Bytes, by the file's header.</summary>
    /// <param name="file">The file.</param>
    /// <param name="format">What it is.</param>
    /// <param name="pixels">Of the whole picture.</param>
    public static long Of(ReadOnlySpan<byte> file, SKEncodedImageFormat format, long pixels) => format switch
    {
        // Coefficients of two bytes.
        SKEncodedImageFormat.Jpeg => JpegHeader.Of(file) is { IsBuffered: true } header ? (long)(2 * header.SamplesAPixel * pixels) : 0,
        _ => 0,
    };
}
