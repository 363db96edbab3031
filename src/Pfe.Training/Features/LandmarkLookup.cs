using System.Globalization;
using Pfe.Training.Configuration;
using Pfe.Training.Data;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Training.Features;

/// <summary>Gives the landmarks of an image, wherever the configuration says they come from. Several threads may ask at once.</summary>
internal sealed class LandmarkLookup : IDisposable
{
    private readonly LabelledImages _images;
    private readonly FiveLandmarks? _points;
    private readonly FaceDetector? _detector;
    private readonly Dictionary<string, FiveLandmarks>? _list;
    private readonly string _source;

    public LandmarkLookup(TrainingConfig config, LabelledImages images, ModelStore store, NetworkOptions? network = null)
    {
        (_images, _points, _source) = (images, config.Landmarks.Points, config.Landmarks.ToString());
        if (config.Landmarks == LandmarkSource.Detect)
            _detector = FaceDetector.Open(store, new FaceDetectorOptions { Network = network ?? new NetworkOptions() });
        else if (config.Landmarks.List is { } list) _list = ReadList(list, config.LandmarksTransposed);
    }

    /// <summary>The face's landmarks; null where the image is an aligned face.</summary>
    /// <exception cref="ImageException">No face was found, or the list does not name the image.</exception>
    public FiveLandmarks? Of(int index, Pyramid photo)
    {
        if (_detector is not null) return _detector.DetectMain(ImageInput.FromPyramid(photo))?.Landmarks
            ?? throw new ImageException(_images.Paths[index], "no face was found");
        if (_list is null) return _points;
        return _list.TryGetValue(Name(_images.Paths[index]), out var face)
            ? face : throw new ImageException(_images.Paths[index], $"the landmark list '{_source}' does not name it");
    }

    /// <summary>Where landmarks come from; what a list says of an image is in its <see cref="Identity"/>.</summary>
    public string Source => _list is null ? _source : "list";

    /// <summary>What the features of an image depend on of it: its name and size, and what a list says of it.</summary>
    public string Identity(int index) => $"{_images.Name(index)} {new FileInfo(_images.Paths[index]).Length} {Listed(index)}";

    // Empty where no list is used or it does not name the image.
    private string Listed(int index) => _list is not null && _list.TryGetValue(Name(_images.Paths[index]), out var face)
        ? string.Create(CultureInfo.InvariantCulture, $"{face}") : "";

    public void Dispose() => _detector?.Dispose();

    private Dictionary<string, FiveLandmarks> ReadList(string list, bool transposed)
    {
        var faces = new Dictionary<string, FiveLandmarks>(StringComparer.Ordinal);
        foreach (var line in LandmarkList.Read(list, transposed ? LandmarkOrder.Transposed : LandmarkOrder.Interleaved))
            faces[Name(Path.GetFullPath(line.Path, _images.Root))] = line.Landmarks;
        return faces;
    }

    // Lists name images by folder and file; what lies before that differs from machine to machine.
    private static string Name(string path) => $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";
}
