using Pfe.Interop.Pickle;
using Pfe.Storage;
namespace Pfe.Evaluation.InsightFace;

/// <summary>
/// One of InsightFace's verification sets (lfw.bin, cfp_fp.bin, agedb_30.bin, calfw.bin, cplfw.bin): 2 N encoded photographs of faces, 112
/// x 112, aligned to the ArcFace template; images 2n and 2n + 1 are pair n. The file is a Python pickle; nothing in it is executed.
/// </summary>
/// <example><code>
/// var set = VerificationSet.Load("agedb_30.bin");
/// var first = Image.Decode(set.Image(0).Span, set.ImageName(0));
/// </code></example>
internal sealed class VerificationSet
{
    private readonly ReadOnlyMemory<byte>[] _images;

    private VerificationSet(string name, ReadOnlyMemory<byte>[] images, bool[] same) => (Name, _images, Same) = (name, images, same);

    /// <summary>The file's name without folder and extension.</summary>
    public string Name { get; }

    /// <summary>Whether each pair is of one person.</summary>
    public IReadOnlyList<bool> Same { get; }

    /// <summary>Number of images, twice the number of pairs.</summary>
    public int Count => _images.Length;

    /// <summary>An image as it is encoded in the set (JPEG or PNG).</summary>
    /// <param name="index">0 to Count - 1.</param>
    public ReadOnlyMemory<byte> Image(int index) => _images[index];

    /// <summary>The name under which an image is embedded: <c>lfw/00000.jpg</c>.</summary>
    /// <param name="index">0 to Count - 1.</param>
    public string ImageName(int index) => $"{Name}/{index:D5}.{(_images[index].Span is [0x89, ..] ? "png" : "jpg")}";

    /// <summary>Reads a set; images stay slices of the file's bytes in memory.</summary>
    /// <param name="path">The .bin file.</param>
    /// <exception cref="PfeException">Not such a set; one line with what is wrong and where.</exception>
    public static VerificationSet Load(string path)
    {
        var file = InputFile.Bytes(path);
        var (images, labels) = PickleReader.Read(file, path) switch
        {
            object?[] and [List<object?> first, var second] => (first, second),
            List<object?> and [List<object?> first, var second] => (first, second),
            _ => throw new PfeException($"'{path}' is a pickle, but no verification set: a pair of a list of images and a list of " +
                "booleans is expected"),
        };
        var same = Labels(labels) ?? throw new PfeException($"'{path}': the second list should hold booleans, one a pair");
        if (images.Count != 2L * same.Length || same.Length == 0)
            throw new PfeException($"'{path}' holds {images.Count} images and {same.Length} labels; two images a label are expected");
        return new(Path.GetFileNameWithoutExtension(path), [.. images.Select((image, index) => Encoded(image)
            ?? throw new PfeException($"'{path}': image {index} should be an encoded image (bytes, or a numpy array of bytes in one " +
                $"dimension), it is {Kind(image)}"))], same);
    }

    /// <summary>Writes the images as files.</summary>
    /// <param name="folder">Receives a folder of the set's name with 00000.jpg and so on: <see cref="ImageName"/>.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">A file cannot be written.</exception>
    public void Extract(string folder, CancellationToken cancellation = default)
    {
        try
        {
            var output = new OutputFolder(new OutputFolder(folder).Inside(Name));
            Directory.CreateDirectory(output.Path);
            for (var index = 0; index < Count; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                File.WriteAllBytes(output.Inside(Path.GetFileName(ImageName(index))), _images[index].Span);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot write the images of '{Name}': {e.Message}", e);
        }
    }

    private static ReadOnlyMemory<byte>? Encoded(object? image) => image switch
    {
        PickleBytes bytes => bytes.Value,
        NumpyArray { Type.Size: 1 } array when array.Shape.Count(size => size != 1) <= 1 => array.Data,
        // A bare null would become an empty memory, through its conversion from arrays.
        _ => default(ReadOnlyMemory<byte>?),
    };

    private static bool[]? Labels(object? labels) => labels switch
    {
        List<object?> list when list.All(label => label is bool or 0L or 1L) => [.. list.Select(label => label is true or 1L)],
        NumpyArray { Shape.Length: 1 } array => [.. Enumerable.Range(0, (int)array.Shape[0]).Select(n => array[n] != 0)],
        _ => null,
    };

    private static string Kind(object? value) => value switch
    {
        NumpyArray array => $"a numpy array of shape ({string.Join(", ", array.Shape.Take(8))}) and type {array.Type.Code}",
        string => "a string",
        null => "None",
        bool or long or double => "a number",
        _ => "a list or tuple",
    };
}
