using Pfe.Server.Messages;
using Pfe.Vision.Imaging;
using SkiaSharp;

namespace Pfe.Server.Faces;

/// <summary>A photograph's size by its header, before a pixel of it is decoded: a small file may unpack to a very large picture.</summary>
internal static class PhotoSize
{
    /// <summary>Refuses a photograph of too many pixels.</summary>
    /// <param name="photo">The file's bytes.</param>
    /// <param name="most">Pixels at most.</param>
    /// <param name="name">What to call it in an error message.</param>
    /// <exception cref="UnreadableImageException">It is no picture.</exception>
    /// <exception cref="ProblemException">It has too many pixels.</exception>
    public static void Check(ReadOnlyMemory<byte> photo, long most, string name)
    {
        using var data = SKData.CreateCopy(photo.Span);
        using var codec = SKCodec.Create(data)
            ?? throw new UnreadableImageException(name, "not a picture that can be read: JPEG, PNG, WebP, BMP or GIF is wanted");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > most)
            throw new ProblemException(413, Client.ProblemCodes.TooManyPixels,
                $"{name} has {width} x {height} pixels, and {most / 1_000_000} million are decoded; make it smaller");
    }
}
