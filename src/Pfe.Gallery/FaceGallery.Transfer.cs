using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pfe.Calibration;
using Pfe.Gallery.Storage;
using Pfe.Vision.Faces;

namespace Pfe.Gallery;

/// <summary>The first line of an export.</summary>
/// <param name="Format">Always <c>pfe-gallery</c>.</param>
/// <param name="Version">Of the format: 1.</param>
/// <param name="Gallery">The gallery's name.</param>
/// <param name="ModelId">The model of the embeddings.</param>
/// <param name="ModelName">Its name.</param>
/// <param name="Dimension">D.</param>
internal sealed record ExportHeader(string Format, int Version, string Gallery, string ModelId, string ModelName, int Dimension);

/// <summary>
/// One further line: a person with images. Vectors and photographs are base64 of their bytes, vectors little-endian single precision.
/// </summary>
internal sealed record ExportedPerson(
    Guid Id, string? ExternalId, string? Name, IReadOnlyDictionary<string, string> Metadata, DateTimeOffset Created,
        IReadOnlyList<ExportedImage> Images);

/// <summary>An image of an export.</summary>
internal sealed record ExportedImage(
    Guid Id, string? Reference, string? Sha256, FaceMeasures? Measures, DateTimeOffset Created, double Quality, byte[] Mu,
        byte[] LogVariance, byte[]? Photo);

/// <summary>What an import added.</summary>
/// <param name="Persons">Persons read.</param>
/// <param name="AddedPersons">Persons who were not there.</param>
/// <param name="AddedImages">Images that were not there.</param>
/// <param name="GalleryVersion">The gallery's version that shows them.</param>
internal sealed record ImportResult(int Persons, int AddedPersons, int AddedImages, long GalleryVersion);

public sealed partial class FaceGallery
{
    private const string ExportFormat = "pfe-gallery";
    private const int PersonsAtOnce = 64;

    /// <summary>
    /// Writes everybody as lines of JSON, a header and then one line a person with embeddings and, where stored, photographs: for another
    /// store, another program, or a backup that outlives this one. All lines show one state of the gallery. <b>It holds biometric data.</b>
    /// </summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="progress">Persons written so far.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>How many persons were written.</returns>
    internal Task<int> ExportAsync(Stream output, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Store.ReadAsync(async session =>
        {
            var info = await session.GetGalleryAsync(Id, cancellation);
            await WriteLineAsync(output, JsonSerializer.SerializeToUtf8Bytes(
                new ExportHeader(ExportFormat, 1, info.Name, info.ModelId, info.ModelName, info.Dimension),
                    GalleryJson.Default.ExportHeader), cancellation);
            var (count, after) = (0, Guid.Empty);
            for (var more = true; more;)
            {
                var persons = await session.ListPersonsAsync(Id, after, null, PersonsAtOnce, cancellation);
                foreach (var person in persons)
                {
                    var line = await ExportAsync(session, info, person, cancellation);
                    await WriteLineAsync(output, JsonSerializer.SerializeToUtf8Bytes(line, GalleryJson.Default.ExportedPerson),
                        cancellation);
                    count++;
                    progress?.Report(count);
                    after = person.Id;
                }
                more = persons.Count == PersonsAtOnce;
            }
            return count;
        }, cancellation);
    }

    /// <summary>
    /// Adds everybody of an export. Ids stay, so an import that was cut off is simply repeated: whoever and whatever is there already is
    /// passed over.
    /// </summary>
    /// <param name="input">What <see cref="ExportAsync(Stream, IProgress{int}?, CancellationToken)"/> wrote.</param>
    /// <param name="newIds">Whether persons and images get new ids: a copy beside the original in one store. Repeated, it adds everybody
    /// again.</param>
    /// <param name="progress">Persons read so far.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops the work between two batches of persons; those added stay.</param>
    /// <exception cref="GalleryException">Not an export, of another model, or damaged; names the line. What came before that line is
    /// added.</exception>
    internal async Task<ImportResult> ImportAsync(
        Stream input, bool newIds = false, IProgress<int>? progress = null, WriteContext? context = null, CancellationToken cancellation =
            default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var total = new ImportResult(0, 0, 0, 0);
        var batch = new List<ExportedPerson>();
        await foreach (var person in ReadAsync(input, cancellation))
        {
            batch.Add(newIds ? person with
            {
                Id = Guid.CreateVersion7(),
                Images =
                [.. person.Images.Select(image => image with { Id = Guid.CreateVersion7() })]
            } : person);
            if (batch.Count < PersonsAtOnce) continue;
            total = await AddAsync(batch, total, progress, context, cancellation);
            batch.Clear();
        }
        return batch.Count > 0 ? await AddAsync(batch, total, progress, context, cancellation) : total;
    }

    private async Task<ExportedPerson> ExportAsync(StoreSession session, GalleryInfo info, Person person, CancellationToken cancellation)
    {
        var templates = (await session.ListTemplatesAsync(Id, info.Generation, person.Id, cancellation))
            .ToDictionary(template => template.ImageId);
        var images = new List<ExportedImage>();
        foreach (var image in await session.ListImagesAsync(Id, person.Id, cancellation))
        {
            var template = templates[image.Id];
            var photo = image.HasPhoto ? await session.FindPhotoAsync(Id, image.Id, cancellation) : null;
            images.Add(new(image.Id, image.Reference, image.Sha256, image.Measures, image.Created, template.Quality, template.Mu.ToBytes(),
                template.LogVariance.ToBytes(), photo));
        }
        return new(person.Id, person.ExternalId, person.Name, person.Metadata, person.Created, images);
    }

    private async IAsyncEnumerable<ExportedPerson> ReadAsync(Stream input, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(input, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);
        var header = Parse(await LineAsync(reader, 1, cancellation) ?? "", 1, GalleryJson.Default.ExportHeader);
        if (header.Format != ExportFormat || header.Version != 1)
            throw new GalleryException(GalleryError.Invalid,
                $"line 1: this is no export of a gallery; its first line says format '{ExportFormat}', version 1");
        if (header.ModelId != _model.Id || header.Dimension != _model.Dimension)
            throw new GalleryException(GalleryError.ModelMismatch,
                $"the export holds embeddings of the model '{header.ModelName}', the gallery is of '{_model.Name}': " +
                "enrol the photographs instead");
        for (var number = 2; await LineAsync(reader, number, cancellation) is { } line; number++)
        {
            var person = Parse(line, number, GalleryJson.Default.ExportedPerson);
            foreach (var image in person.Images)
                if (!IsTemplate(image)) throw new GalleryException(GalleryError.Invalid,
                    $"line {number}: image {image.Id} has no template of {_model.Dimension} finite numbers");
            yield return person;
        }
    }

    private bool IsTemplate(ExportedImage image)
    {
        var bytes = _model.Dimension * sizeof(float);
        return image.Mu.Length == bytes && image.LogVariance.Length == bytes && IsFinite(image.Mu) && IsFinite(image.LogVariance);
    }

    private static bool IsFinite(byte[] vector) =>
        TensorPrimitives.IsFiniteAll<float>(MemoryMarshal.Cast<byte, float>(vector));

    private async Task<ImportResult> AddAsync(List<ExportedPerson> batch, ImportResult before, IProgress<int>? progress,
        WriteContext? context, CancellationToken cancellation)
    {
        var who = (context ?? WriteContext.None) with { IdempotencyKey = null };
        var after = await ChangeAsync("person.import", who, GalleryJson.Default.ImportResult, async (scope, info, changed) =>
        {
            var (persons, images) = (0, 0);
            foreach (var person in batch)
            {
                var known = await scope.Session.FindPersonAsync(Id, person.Id, cancellation);
                var there = known is null ? [] : (await scope.Session.ListImagesAsync(Id, known.Id, cancellation))
                    .Select(image => image.Id).ToHashSet();
                var added = person.Images.Where(image => !there.Contains(image.Id)).ToList();
                if (known is null)
                {
                    await RefuseExternalIdAsync(scope, person.ExternalId, cancellation);
                    known = new Person(person.Id, Id, person.ExternalId, person.Name, person.Metadata, 0, 0, person.Created, scope.Now);
                    await scope.Session.AddPersonAsync(known, cancellation);
                    persons++;
                }
                else if (added.Count == 0) continue;
                await scope.Session.SavePersonAsync(Touched(known, scope.Now, added.Count), cancellation);
                foreach (var image in added) await AddAsync(scope, info, person.Id, image, cancellation);
                await Store.AddTemplatesAsync(scope.Session, Id, [.. added.Select(image => TemplateOf(image, person.Id, info.Generation))],
                    cancellation);
                changed.Persons.Add(person.Id);
                images += added.Count;
            }
            scope.Outcome = $"{persons} persons, {images} images";
            return new ImportResult(before.Persons + batch.Count, before.AddedPersons + persons, before.AddedImages + images, info.Version);
        }, cancellation);
        progress?.Report(after.Persons);
        return after;
    }

    private async Task AddAsync(WriteScope scope, GalleryInfo info, Guid person, ExportedImage image, CancellationToken cancellation)
    {
        var record = new EnrolledImage(image.Id, person, image.Reference, image.Sha256, 0, 0, image.Measures, image.Photo is not null,
            image.Created);
        await scope.Session.AddImageAsync(Id, record, cancellation);
        if (image.Photo is { } photo && info.Policy.KeepPhotos) await scope.Session.AddPhotoAsync(image.Id, photo, cancellation);
    }

    private Template TemplateOf(ExportedImage image, Guid person, int generation)
    {
        var logVariance = MemoryMarshal.Cast<byte, float>(image.LogVariance).ToArray();
        var uncertainty = FaceUncertainty.Of(logVariance);
        return new(image.Id, person, generation, Calibration.Quality.Of(uncertainty), uncertainty, MemoryMarshal.Cast<byte,
            float>(image.Mu).ToArray(), logVariance);
    }

    private static async ValueTask<string?> LineAsync(StreamReader reader, int number, CancellationToken cancellation)
    {
        try { return await reader.ReadLineAsync(cancellation); }
        catch (DecoderFallbackException e)
        {
            throw new GalleryException(GalleryError.Invalid, $"line {number} or a little below: not UTF-8 text", e);
        }
    }

    private static T Parse<T>(string line, int number, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new GalleryException(GalleryError.Invalid,
                $"line {number}: not a line of an export of a gallery: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static async Task WriteLineAsync(Stream output, byte[] line, CancellationToken cancellation)
    {
        await output.WriteAsync(line, cancellation);
        await output.WriteAsync("\n"u8.ToArray(), cancellation);
    }
}
