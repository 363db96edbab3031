using System.Globalization;
using Pfe.Storage;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>How many images are aligned, and where to.</summary>
internal sealed record AlignmentRunOptions
{
    /// <summary>Size and landmark places of the aligned faces.</summary>
    public AlignmentTemplate Template { get; init; } = AlignmentTemplate.ArcFace;

    /// <summary>How many components of an image's name, counted from its end, make its path in the output folder; the reference's
    /// <c>--dir-depth</c>.</summary>
    public int DirectoryDepth { get; init; } = 2;

    /// <summary>Which faces of a photograph are aligned where landmarks are not given; the second of all is named like the first with -2
    /// behind.</summary>
    public FaceSubset Faces { get; init; } = FaceSubset.Main;

    /// <summary>What a list's paths are relative to, as it was written: its folders count for <see cref="DirectoryDepth"/>, as in the
    /// reference. Null: only the names' own.</summary>
    public string? Prefix { get; init; }

    /// <summary>Fail on the first image that cannot be used instead of counting it.</summary>
    public bool Strict { get; init; }

    /// <summary>Make faces anew that an earlier run made with other settings or from another photograph, instead of refusing
    /// them.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Images worked on at the same time; 0 for one a core.</summary>
    public int Workers { get; init; }
}

/// <summary>What came of an alignment run.</summary>
/// <param name="Aligned">Photographs whose faces were written.</param>
/// <param name="AlreadyThere">Photographs whose faces an earlier run had written.</param>
/// <param name="Failures">The images left out, in the order of the list.</param>
internal sealed record AlignmentRunResult(int Aligned, int AlreadyThere, IReadOnlyList<FailedImage> Failures)
{
    /// <summary>Photographs of this run, not of an earlier part of it, that show several faces of which the main one was taken.</summary>
    public int SeveralFaces { get; init; }
}

/// <summary>
/// Aligns many faces into a folder: in parallel and resumable, as each picture appears whole and one that is there is not made again.
/// Landmarks come from a list, or from detection (the main face, see <see cref="IFaceDetector.DetectMain"/>).
/// </summary>
internal static class AlignmentRun
{
    /// <summary>Aligns the images.</summary>
    /// <param name="images">The images; landmarks are used where they are given.</param>
    /// <param name="detector">Finds the faces of images without landmarks; may be null when there is none to find.</param>
    /// <param name="output">The folder to fill.</param>
    /// <param name="options">Options.</param>
    /// <param name="progress">Told after every image.</param>
    /// <param name="cancellation">Stops the run; a later one goes on.</param>
    /// <exception cref="PfeException">The folder cannot be written, two images would share a file, or with Strict the first
    /// failure.</exception>
    public static AlignmentRunResult Run(
        IReadOnlyList<FaceSource> images, IFaceDetector? detector, string output, AlignmentRunOptions? options = null,
        IProgress<ImageProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= new AlignmentRunOptions();
        var targets = TargetsOf(images, output, options.DirectoryDepth, options.Prefix);
        var settings = Settings(options.Template) + (options.Faces == FaceSubset.All ? " all" : "");
        using var record = OutputRecord.Open(output,
            [.. images.Select((image, i) => (targets[i], OutputRecord.Key($"{settings} {image.Landmarks}", image.Path)))],
                options.Overwrite);
        var failures = new FailedImage?[images.Count];
        var (done, aligned, failed, several) = (0, 0, 0, 0);
        var taken = targets.ToHashSet(StringComparer.Ordinal);
        ParallelImages.For(images.Count, options.Workers, i =>
        {
            try
            {
                if (!record.IsDone(i))
                {
                    var faces = AlignAll(images[i], detector, options, cancellation, out var others);
                    var places = Enumerable.Range(0, faces.Count).Select(face => Numbered(targets[i], face)).ToList();
                    if (places.Skip(1).FirstOrDefault(taken.Contains) is { } other)
                        throw new ImageException(images[i].Path, $"another of its faces would be written over '{other}'");
                    record.Begin(i);
                    for (var face = 0; face < faces.Count; face++) faces[face].Save(places[face]);
                    if (others > 0) Interlocked.Increment(ref several);
                    Interlocked.Increment(ref aligned);
                }
            }
            catch (PfeException e) when (!options.Strict && !Descriptors.AreOut(e)
                && e is ImageException or { InnerException: PathTooLongException })
            {
                failures[i] = new FailedImage(images[i].Name, e is ImageException image ? image.Reason : e.Message);
                Interlocked.Increment(ref failed);
            }
            progress?.Report(new ImageProgress(Interlocked.Increment(ref done), images.Count, Volatile.Read(ref failed)));
        }, cancellation);
        return new AlignmentRunResult(aligned, images.Count - aligned - failed, [.. failures.OfType<FailedImage>()])
        {
            SeveralFaces = several,
        };
    }

    // The main face keeps the photograph's name, so that it is the same file whether the others are wanted or not.
    private static List<Image> AlignAll(
        FaceSource source, IFaceDetector? detector, AlignmentRunOptions options, CancellationToken cancellation, out int others)
    {
        others = 0;
        if (source.Landmarks is not null || detector is null) return [Align(source, detector, options.Template).Face];
        var photo = source.Open();
        using var held = photo.Hold();
        var faces = FaceSelection.Choose(detector, photo, options.Faces, cancellation, out others);
        var main = FaceDetector.Main(faces, photo.Open().Image)!;
        var aligner = new FaceAligner(options.Template);
        return [.. faces.OrderByDescending(face => face == main).Select(face => aligner.Align(photo, face.Landmarks, cancellation))];
    }

    private static string Numbered(string path, int face) => face == 0
        ? path
        : Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}-{face + 1}{Path.GetExtension(path)}");

    /// <summary>Aligns one face.</summary>
    /// <param name="source">The image; its main face is detected when it has no landmarks.</param>
    /// <param name="detector">Finds the face; may be null when landmarks are given.</param>
    /// <param name="template">Size and landmark places of the aligned face.</param>
    /// <returns>The aligned face, and where its landmarks lie in it.</returns>
    /// <exception cref="ImageException">The image cannot be read, has no face, or its landmarks coincide.</exception>
    public static (Image Face, FiveLandmarks Landmarks) Align(FaceSource source, IFaceDetector? detector, AlignmentTemplate template)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(template);
        var input = source.Open();
        using var held = input.Hold();
        var photo = input.Open();
        var landmarks = source.Landmarks
            ?? (detector ?? throw new ArgumentException($"'{source.Name}' has no landmarks and there is no face detector", nameof(source)))
                .DetectMain(input)?.Landmarks
            ?? throw FaceSelection.None(input, source.Path);
        AffineMap toPhoto;
        try
        {
            toPhoto = template.ToSource(landmarks);
        }
        catch (PfeException e)
        {
            throw new ImageException(source.Path, e.Message, e);
        }
        var (image, map) = photo.For(toPhoto);
        return (Warp.ToImage(image, map, template.Width, template.Height), landmarks.Map(toPhoto.Inverse()));
    }

    private static string Settings(AlignmentTemplate template) => string.Join(' ', Enumerable.Range(0, 5).Select(i => template.Points[i])
        .SelectMany(point => new[] { point.X, point.Y }).Prepend(template.Height).Prepend(template.Width)
        .Select(number => number.ToString("R", CultureInfo.InvariantCulture)).Append($"{template.Fit}"));

    internal static string[] TargetsOf(IReadOnlyList<FaceSource> images, string output, int depth, string? prefix = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(depth);
        var taken = new Dictionary<string, string>(images.Count, StringComparer.Ordinal);
        var (targets, folder) = (new string[images.Count], new OutputFolder(output));
        for (var i = 0; i < targets.Length; i++)
        {
            var parts = $"{prefix}/{images[i].Name}".Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries)
                .Where(part => part is not ("." or ".."));
            string[] kept = [.. parts.TakeLast(depth)];
            if (kept.Length == 0) throw new PfeException($"'{images[i].Name}' names no picture");
            var target = folder.Inside(kept);
            if (Path.GetExtension(target).ToUpperInvariant() is not (".JPG" or ".JPEG" or ".PNG" or ".WEBP"))
                target = Path.ChangeExtension(target, ".png");
            if (!taken.TryAdd(target, images[i].Name))
            {
                throw new InvalidConfigurationException(
                    $"'{taken[target]}' and '{images[i].Name}' would both be written to '{target}': keep more than {depth} components " +
                    "of a path")
                { Setting = nameof(AlignmentRunOptions.DirectoryDepth), Value = $"{depth}", Expected = $"above {depth}" };
            }
            targets[i] = target;
        }
        return targets;
    }
}
