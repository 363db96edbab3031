using Pfe.Training.Configuration;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Training.Features;

/// <summary>Gives the landmarks of an image, wherever the configuration says they come from. Several threads may ask at once.</summary>
internal sealed class LandmarkLookup : IDisposable
{
    private readonly FiveLandmarks? _points;
    private readonly FaceFinder? _finder;
    private readonly IReadOnlyList<string> _paths;

    public LandmarkLookup(LandmarkSource source, IReadOnlyList<string> paths, ModelStore store)
    {
        (_points, _paths) = (source.Points, paths);
        if (source == LandmarkSource.Detect) _finder = new FaceFinder(store);
        else if (source.List is not null) throw new UsageException($"landmarks '{source}': a landmark list cannot be read yet; use aligned, detect or five points");
    }

    /// <summary>The face's landmarks; null where the image is an aligned face.</summary>
    /// <exception cref="ImageException">No face was found, or the list does not name the image.</exception>
    public FiveLandmarks? Of(int index, Image image)
    {
        if (_finder is not null) return _finder.FindMain(image)?.Landmarks ?? throw new ImageException(_paths[index], "no face was found");
        return _points;
    }

    public void Dispose() => _finder?.Dispose();
}
