using Pfe.Calibration;
using Pfe.Gallery.Decisions;
using Pfe.Gallery.Enrolment;
using Pfe.Gallery.Search;
using Pfe.Gallery.Storage;
using Pfe.Vision;

namespace Pfe.Gallery;

/// <summary>
/// One gallery with its model: enrol, identify, verify, correct, remove. A change is stored when its task completes, and every search of
/// this object that begins later shows it. Safe for use by several threads at once; made by <see cref="GalleryCatalog.OpenAsync"/>.
/// </summary>
public sealed partial class FaceGallery
{
    private readonly GalleryCatalog _catalog;
    private readonly GalleryModel _model;
    private long _followed;
    private long _written;
    private DateTimeOffset? _purgeBy;

    internal FaceGallery(GalleryCatalog catalog, Guid id, GalleryModel model)
    {
        (_catalog, Id, _model) = (catalog, id, model);
        Index = new GalleryIndex(catalog.Store, id, _ => model.Calibration, catalog.Options);
    }

    /// <summary>The gallery.</summary>
    public Guid Id { get; }

    /// <summary>The model at hand.</summary>
    public GalleryModel Model => _model;

    internal GalleryIndex Index { get; }

    private GalleryStore Store => _catalog.Store;

    private ScoreCalibration Calibration => _model.Calibration;

    /// <summary>The gallery as stored now.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<GalleryInfo> GetInfoAsync(CancellationToken cancellation = default) => _catalog.GetAsync(Id, cancellation);

    /// <summary>How many persons there are.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<int> CountAsync(CancellationToken cancellation = default) =>
        (int)await Store.ReadAsync(session => session.CountPersonsAsync(Id, cancellation), cancellation).ConfigureAwait(false);

    /// <summary>
    /// Writes the index file anew and makes the store forget deleted bytes: afterwards nothing of what was removed is left in the data
    /// folder of an embedded store.
    /// </summary>
    /// <param name="cancellation">Stops the work; everything stays as it was.</param>
    /// <returns>Whether the store could forget; false where a reader of another process held it up and it must be tried again.</returns>
    public async Task<bool> CompactAsync(CancellationToken cancellation = default)
    {
        await Index.CompactAsync(cancellation).ConfigureAwait(false);
        var purged = await Store.PurgeAsync(cancellation).ConfigureAwait(false);
        if (purged) _purgeBy = null;
        return purged;
    }

    internal async Task MaintainAsync(CancellationToken cancellation)
    {
        if (Index.HasGrown || _purgeBy <= _catalog.Options.Now) await CompactAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Does a change of people: takes the gallery's next version, stores it with the change rows of the persons touched, and shows it to
    /// searches.
    /// </summary>
    private async Task<T> ChangeAsync<T>(
        string action, WriteContext? context, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Func<WriteScope, GalleryInfo,
            ChangedPersons, Task<T>> work,
        CancellationToken cancellation)
    {
        var version = 0L;
        var result = await _catalog.Writer.RunAsync(Id, action, context, type, async scope =>
        {
            var info = await scope.Session.NextVersionAsync(Id, cancellation).ConfigureAwait(false);
            GalleryCatalog.RefuseModel(info, _model);
            var changed = new ChangedPersons();
            var value = await work(scope, info, changed).ConfigureAwait(false);
            foreach (var person in changed.Persons)
                await scope.Session.AddChangeAsync(Id, new(info.Version, person, changed.IsRemoval), scope.Now, cancellation)
                    .ConfigureAwait(false);
            await Store.AnnounceAsync(scope.Session, Id, cancellation).ConfigureAwait(false);
            version = info.Version;
            return value;
        }, cancellation).ConfigureAwait(false);
        // Stored already: from here on a failure or a cancellation must not look like one of the change.
        if (version > 0) await ShowAsync(version).ConfigureAwait(false);
        // A repetition: done before, perhaps by another process.
        else Interlocked.Exchange(ref _followed, 0);
        return result;
    }

    // What could not be shown now is shown by the next search, which reads the change log first.
    private async Task ShowAsync(long version)
    {
        if (_catalog.Options.Searcher is not null)
        {
            for (long seen; (seen = Interlocked.Read(ref _written)) < version;)
                if (Interlocked.CompareExchange(ref _written, version, seen) == seen) break;
            return;
        }
        try { await Index.CatchUpAsync(version, CancellationToken.None).ConfigureAwait(false); }
        catch (PfeException) { Interlocked.Exchange(ref _followed, 0); }
    }

    /// <summary>Notes that an index file of an earlier version than that holds somebody who is gone, whoever removed them.</summary>
    internal async Task NeedsFileOfAsync(long version, CancellationToken cancellation)
    {
        if (await Index.IsFileBeforeAsync(version, cancellation).ConfigureAwait(false)) SomethingWasRemoved();
    }

    private void SomethingWasRemoved() => _purgeBy ??= _catalog.Options.Now + _catalog.Options.RemoveWithin;

    private static Person Touched(Person person, DateTimeOffset now, int images = 0) =>
        person with { Images = person.Images + images, Version = person.Version + 1, Updated = now };

    private static void CheckVersion(long? expected, long found, string what)
    {
        if (expected is { } version && version != found)
            throw new GalleryException(GalleryError.VersionConflict,
                $"the {what} has version {found} by now, not {version}: read it again and repeat the change");
    }

    private void CheckEmbedding(FaceEmbedding face)
    {
        if (face.Dimension != _model.Dimension)
            throw new GalleryException(GalleryError.ModelMismatch,
                $"the embedding has {face.Dimension} dimensions, the gallery's model {_model.Dimension}");
        if (face.ModelId is { } id && id != _model.Id)
            throw new GalleryException(GalleryError.ModelMismatch, $"the embedding is of another model than the gallery's '{_model.Name}'");
        if (TemplateRules.Problem(face.Mu, face.LogVariance, _model.Dimension) is { } problem)
            throw new GalleryException(GalleryError.Invalid, $"the embedding is no template: {problem}");
    }

    private ProbeQuality QualityOf(FacePoint face) => new(Calibration.Quality.Of(face.Uncertainty), face.Uncertainty);

    private sealed class ChangedPersons
    {
        public SortedSet<Guid> Persons { get; } = [];

        public bool IsRemoval { get; set; }
    }
}
