using Pfe.Storage;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>What came of cropping IJB-A.</summary>
/// <param name="Cropped">Crops written.</param>
/// <param name="AlreadyThere">Crops that an earlier run had written.</param>
/// <param name="Repeated">Rows that repeat an earlier row's crop exactly (an image in several templates).</param>
/// <param name="Collisions">Rows whose crop would replace another one; the first is kept.</param>
/// <param name="Failures">Rows whose image is missing or unreadable.</param>
internal sealed record IjbaCropResult(
    int Cropped, int AlreadyThere, int Repeated, IReadOnlyList<FailedImage> Collisions, IReadOnlyList<FailedImage> Failures);

/// <summary>
/// The reference's crop_ijba: each face of metadata.csv made square about its centre (side = the longer one, no padding), cut out with
/// black outside the image, brought to 256 x 256 and saved as subject/FILE with slashes replaced by underscores.
/// </summary>
internal static class IjbaCropRun
{
    /// <summary>Side of a crop in pixels.</summary>
    public const int Side = 256;

    /// <summary>Cuts out every face.</summary>
    /// <param name="faces">The faces of metadata.csv.</param>
    /// <param name="images">Folder that FILE is relative to.</param>
    /// <param name="output">Folder to fill.</param>
    /// <param name="strict">Fail on the first image that is missing or unreadable instead of recording it.</param>
    /// <param name="overwrite">Make crops anew that an earlier run made from another box or photograph, instead of refusing them.</param>
    /// <param name="progress">Told after every crop.</param>
    /// <param name="cancellation">Stops the run; a later one goes on.</param>
    /// <exception cref="PfeException">The folder cannot be written, or with <paramref name="strict"/> the first failure.</exception>
    public static IjbaCropResult Run(IReadOnlyList<IjbaFace> faces, string images, string output, bool strict = false, bool overwrite =
        false,
        IProgress<ImageProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(faces);
        if (!Directory.Exists(images)) throw new PfeException($"there is no folder '{images}'");
        var (jobs, repeated, collisions) = Plan(faces, output);
        var folders = new ImageFolders(images);
        // Where the photograph lies is looked up once: its size and time are part of what a crop is made from.
        var paths = jobs.Select(job => folders.Find(job.Face.File)).ToList();
        using var record = OutputRecord.Open(output,
            [.. jobs.Select((job, i) => (job.Target, OutputRecord.Key($"{Side} {job.Face.Square}", paths[i] ?? "")))], overwrite);
        var failures = new FailedImage?[jobs.Count];
        var (done, cropped, failed) = (0, 0, 0);
        ParallelImages.For(jobs.Count, workers: 0, i =>
        {
            var (face, target) = jobs[i];
            try
            {
                if (!record.IsDone(i))
                {
                    var path = paths[i]
                        ?? throw new ImageException(face.File, $"not found in '{images}', under any extension");
                    var photo = ImageInput.FromFile(path);
                    using var held = photo.Hold();
                    var crop = Crop(photo.Read(), face.Square);
                    record.Begin(i);
                    crop.Save(target);
                    Interlocked.Increment(ref cropped);
                }
            }
            catch (ImageException e) when (!strict && !Descriptors.AreOut(e))
            {
                failures[i] = new FailedImage(face.File, $"{e.Reason} (line {face.Line})");
                Interlocked.Increment(ref failed);
            }
            progress?.Report(new ImageProgress(Interlocked.Increment(ref done), jobs.Count, Volatile.Read(ref failed)));
        }, cancellation);
        return new IjbaCropResult(cropped, jobs.Count - cropped - failed, repeated, collisions, [.. failures.OfType<FailedImage>()]);
    }

    /// <summary>Cuts one face out.</summary>
    /// <param name="image">The image.</param>
    /// <param name="square">The face, in whole pixels from the image's upper left corner.</param>
    public static Image Crop(Image image, in PixelSquare square)
    {
        var stretch = AffineMap.Stretch(Side, Side, square.Side, square.Side);
        // The box counts from the picture's corner, so pixel 0 reaches from 0 to 1: the crop's first pixel edge lies at its left side.
        var map = stretch with { X0 = stretch.X0 + square.Left, Y0 = stretch.Y0 + square.Top };
        var (level, toLevel) = new Pyramid(image).For(map);
        return Warp.ToImage(level, toLevel, Side, Side);
    }

    internal static string TargetOf(IjbaFace face, string output)
    {
        var target = new OutputFolder(output).Inside(face.Subject, face.File.Replace('/', '_').Replace('\\', '_'));
        return Path.GetExtension(target).ToUpperInvariant() is ".JPG" or ".JPEG" or ".PNG" or ".WEBP" ? target
            : Path.ChangeExtension(target, ".png");
    }

    private static (List<(IjbaFace Face, string Target)> Jobs, int Repeated, List<FailedImage> Collisions) Plan(
        IReadOnlyList<IjbaFace> faces, string output)
    {
        var first = new Dictionary<string, IjbaFace>(faces.Count, StringComparer.Ordinal);
        var (jobs, repeated, collisions) = (new List<(IjbaFace, string)>(faces.Count), 0, new List<FailedImage>());
        foreach (var face in faces)
        {
            var target = TargetOf(face, output);
            if (first.TryAdd(target, face)) jobs.Add((face, target));
            else if (first[target] is var other && other.File == face.File && other.Box == face.Box) repeated++;
            else collisions.Add(new FailedImage(face.File, $"line {face.Line} would replace '{target}' of line {other.Line}, which is " +
                "kept"));
        }
        return (jobs, repeated, collisions);
    }

    /// <summary>Finds a file under its name or, with any other extension, under its base name; each folder is listed once.</summary>
    private sealed class ImageFolders(string root)
    {
        private readonly Dictionary<string, ILookup<string, string>> _listed = new(StringComparer.Ordinal);

        public string? Find(string file)
        {
            var path = Path.Combine(root, file);
            if (File.Exists(path)) return path;
            var folder = Path.GetDirectoryName(path)!;
            lock (_listed)
            {
                if (!_listed.TryGetValue(folder, out var names))
                {
                    var found = Directory.Exists(folder)
                        ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
                    _listed[folder] = names = found.ToLookup(
                        name => Path.GetFileNameWithoutExtension(name), StringComparer.OrdinalIgnoreCase);
                }
                return names[Path.GetFileNameWithoutExtension(file)].FirstOrDefault();
            }
        }
    }
}
