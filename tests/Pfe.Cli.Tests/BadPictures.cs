using System.Buffers.Binary;
using Pfe.TestSupport;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

/// <summary>The pictures that users have and nobody can work with, made when a test needs them.</summary>
internal static class BadPictures
{
    /// <summary>Writes the picture and returns its path.</summary>
    public static string Write(TemporaryFolder folder, string name)
    {
        var path = folder.File("in", name);
        switch (name)
        {
            case "truncated.jpg":
                Noise(200, 200).Save(path);
                File.WriteAllBytes(path, File.ReadAllBytes(path)[..4000]);
                break;
            case "text.jpg": File.WriteAllText(path, "a letter, not a picture"); break;
            case "huge.png": File.WriteAllBytes(path, HugePng()); break;
            case "dot.png": new Image(1, 1, [1, 2, 3]).Save(path); break;
            case "blank.png": new Image(200, 200, new byte[120_000]).Save(path); break;
            default: throw new ArgumentException($"no recipe for {name}", nameof(name));
        }
        return path;
    }

    /// <summary>Pixels by chance; the same each time.</summary>
    public static Image Noise(int width, int height, int seed = 1)
    {
        var pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return new Image(width, height, pixels);
    }

    /// <summary>One face of a group photograph, <paramref name="times"/> times beside itself.</summary>
    public static Image Faces(int times)
    {
        var store = new ModelStore();
        using var detector = FaceDetector.Open(store);
        var group = Image.Load(store.Get("sample1"));
        var box = detector.Detect(group)[0].Box;
        var margin = (box.Right - box.Left) / 2;
        var (left, top) = ((int)Math.Max(0, box.Left - margin), (int)Math.Max(0, box.Top - margin));
        var (width, height) = ((int)Math.Min(group.Width, box.Right + margin) - left,
            (int)Math.Min(group.Height, box.Bottom + margin) - top);
        var pixels = new byte[times * width * height * 3];
        for (var y = 0; y < height; y++)
            for (var i = 0; i < times; i++)
                group.Row(top + y).Slice(left * 3, width * 3).CopyTo(pixels.AsSpan((y * times + i) * width * 3));
        return new Image(times * width, height, pixels);
    }

    // A dot whose header says 30,000 x 30,000: a few bytes that would ask for 3.6 GB.
    private static byte[] HugePng()
    {
        const int header = 12, checksum = 29;
        var png = new Image(1, 1, [1, 2, 3]).ToPng();
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(header + 4), 30_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(header + 8), 30_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(checksum), Crc32.Of(png.AsSpan(header..checksum)));
        return png;
    }
}
