using Pfe.Storage;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Gallery;

/// <summary>One person of a bulk enrolment.</summary>
/// <param name="ExternalId">The person's id, and the name of a new one: the folder's name.</param>
/// <param name="Images">The person's photographs.</param>
internal sealed record PersonSource(string ExternalId, IReadOnlyList<FaceSource> Images)
{
    /// <summary>A folder of folders, one a person; a photograph that lies beside them is a person of its own, by the file's name.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="PfeException">There is no such folder, or no picture in it.</exception>
    public static IReadOnlyList<PersonSource> InFolder(string folder) =>
        [.. FaceSource.InFolder(folder).GroupBy(Owner, StringComparer.Ordinal).Select(group => new PersonSource(group.Key, [.. group]))];

    private static string Owner(FaceSource source) => source.Name.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
        ? source.Name[..slash] : Path.GetFileNameWithoutExtension(source.Name);
}

/// <summary>How to enrol in bulk.</summary>
internal sealed record FolderEnrolmentOptions
{
    /// <summary>Whether to take the main face of a photograph with several, instead of refusing it.</summary>
    public bool MainFace { get; init; }

    /// <summary>Persons worked on at the same time; 0, the default, for one a processor.</summary>
    public int Workers { get; init; }
}

/// <summary>What a bulk enrolment did.</summary>
/// <param name="Persons">Persons in the folder.</param>
/// <param name="Images">Photographs in the folder.</param>
/// <param name="Enrolled">Photographs enrolled now.</param>
/// <param name="AlreadyThere">Photographs that an earlier run had enrolled.</param>
/// <param name="Rejected">Photographs refused, each with advice.</param>
/// <param name="Warnings">Warnings about photographs that were enrolled: the reference, and what looks wrong.</param>
internal sealed record FolderEnrolmentResult(
    int Persons, int Images, int Enrolled, int AlreadyThere, IReadOnlyList<RejectedImage> Rejected, IReadOnlyList<RejectedImage> Warnings);

/// <summary>Enrols folders of photographs. Cut off at any moment, it is simply started again: what is enrolled is passed over.</summary>
internal static class FolderEnrolment
{
    /// <summary>Enrols.</summary>
    /// <param name="gallery">Where to.</param>
    /// <param name="reader">Finds and embeds faces, with the gallery's model.</param>
    /// <param name="persons">The people.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">How far the work is, in photographs.</param>
    /// <param name="cancellation">Stops between persons; those done stay.</param>
    /// <exception cref="GalleryException">The store cannot take more: full, read-only or away.</exception>
    public static async Task<FolderEnrolmentResult> RunAsync(
        FaceGallery gallery, FacePhotoReader reader, IReadOnlyList<PersonSource> persons, FolderEnrolmentOptions? options = null,
        IProgress<ImageProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(persons);
        options ??= new FolderEnrolmentOptions();
        var run = new Run(gallery, reader, options, persons.Sum(person => person.Images.Count), progress);
        var parallel = new ParallelOptions
        {
            CancellationToken = cancellation, MaxDegreeOfParallelism = options.Workers > 0 ? options.Workers : Environment.ProcessorCount,
        };
        await Parallel.ForEachAsync(persons, parallel, (person, stop) => run.EnrolAsync(person, stop)).ConfigureAwait(false);
        return run.Result(persons.Count);
    }

    private sealed class Run(
        FaceGallery gallery, FacePhotoReader reader, FolderEnrolmentOptions options, int images, IProgress<ImageProgress>? progress)
    {
        private readonly Lock _lock = new();
        private readonly List<RejectedImage> _rejected = [];
        private readonly List<RejectedImage> _warnings = [];
        private int _done, _enrolled, _alreadyThere;

        public async ValueTask EnrolAsync(PersonSource person, CancellationToken cancellation)
        {
            var samples = new List<FaceSample>();
            foreach (var image in person.Images)
            {
                cancellation.ThrowIfCancellationRequested();
                if (await gallery.HasImageAsync(image.Name, cancellation).ConfigureAwait(false)) Count(ref _alreadyThere, 1);
                else if (await ReadAsync(image, cancellation).ConfigureAwait(false) is { } sample) samples.Add(sample);
            }
            if (samples.Count == 0) return;
            var request = new EnrolRequest { ExternalId = person.ExternalId, Name = person.ExternalId, Samples = samples };
            try
            {
                var result = await gallery.EnrolAsync(request, cancellation: cancellation).ConfigureAwait(false);
                lock (_lock)
                {
                    _rejected.AddRange(result.Rejected);
                    _warnings.AddRange(result.Accepted.Where(accepted => accepted.Warnings.Count > 0)
                        .Select(accepted => new RejectedImage(accepted.Image.Reference, accepted.Warnings)));
                    _enrolled += result.Accepted.Count;
                }
            }
            catch (GalleryException e) when (e.Error == GalleryError.NoUsableFace)
            {
                lock (_lock) _rejected.AddRange(e.Rejected);
            }
            lock (_lock) Report(samples.Count);
        }

        public FolderEnrolmentResult Result(int persons) => new(persons, images, _enrolled, _alreadyThere,
            [.. _rejected.OrderBy(image => image.Reference, StringComparer.Ordinal)],
            [.. _warnings.OrderBy(image => image.Reference, StringComparer.Ordinal)]);

        private async Task<FaceSample?> ReadAsync(FaceSource image, CancellationToken cancellation)
        {
            RejectedImage? rejected;
            try
            {
                (var sample, rejected) = reader.ReadSample(await InputFile.BytesAsync(image.Path, ImageInput.MaxEncodedBytes,
                    cancellation).ConfigureAwait(false), image.Name, options.MainFace);
                if (sample is not null) return sample;
            }
            catch (PfeException e) when (e is not GalleryException)
            {
                rejected = new(image.Name, [new Advice(AdviceCode.Unreadable, e.InnerException?.Message ?? e.Message)]);
            }
            lock (_lock)
            {
                _rejected.Add(rejected!);
                Report(1);
            }
            return null;
        }

        private void Count(ref int counter, int images)
        {
            lock (_lock)
            {
                counter += images;
                Report(images);
            }
        }

        private void Report(int more)
        {
            _done += more;
            progress?.Report(new ImageProgress(_done, images, _rejected.Count));
        }
    }
}
