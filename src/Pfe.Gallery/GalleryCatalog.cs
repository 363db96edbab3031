using System.Collections.Concurrent;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

/// <summary>
/// All galleries of a store, with what belongs to the store as a whole: keys, audit log, jobs. Safe for use by several threads at once.
/// </summary>
/// <example><code>
/// await using var store = await SqliteGalleryStore.OpenAsync("people");
/// await using var catalog = new GalleryCatalog(store);
/// var info = await catalog.CreateAsync("staff", model);
/// var gallery = await catalog.OpenAsync(info.Id, model);
/// await gallery.EnrolAsync(new EnrolRequest { Name = "Ann", Samples = samples });
/// var answer = await gallery.IdentifyAsync(probe);
/// </code></example>
public sealed class GalleryCatalog : IAsyncDisposable
{
    private const int LongestName = 200;

    private readonly ConcurrentDictionary<(Guid Gallery, string Model), FaceGallery> _open = new();
    private readonly Upkeep _upkeep;

    /// <summary>Looks after a store's galleries. The store stays the caller's to close.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">How galleries are held; null for the defaults.</param>
    public GalleryCatalog(GalleryStore store, GalleryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        (Store, Options) = (store, options ?? new GalleryOptions());
        Writer = new StoreWriter(store, Options);
        Keys = new KeyRing(store, Writer, Options);
        Jobs = new JobList(store, Options);
        Audit = new AuditLog(store);
        _upkeep = new Upkeep(this);
    }

    /// <summary>How galleries are held.</summary>
    public GalleryOptions Options { get; }

    /// <summary>API keys.</summary>
    internal KeyRing Keys { get; }

    /// <summary>Long work.</summary>
    internal JobList Jobs { get; }

    /// <summary>Who did what.</summary>
    internal AuditLog Audit { get; }

    internal GalleryStore Store { get; }

    internal StoreWriter Writer { get; }

    /// <summary>Makes a gallery, bound to a model.</summary>
    /// <param name="name">Its name, unique in the store, 1 to 200 characters.</param>
    /// <param name="model">Whose embeddings it will hold.</param>
    /// <param name="policy">How it enrols and decides; null for the defaults.</param>
    /// <param name="context">Who asks; null for nobody in particular.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">The name is taken, or a number of the policy is out of range.</exception>
    public Task<GalleryInfo> CreateAsync(string name, GalleryModel model, GalleryPolicy? policy = null, WriteContext? context = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        CheckName(name);
        Check(policy ??= new GalleryPolicy(), model);
        return Writer.RunAsync(Guid.Empty, "gallery.create", context, GalleryJson.Default.GalleryInfo, async scope =>
        {
            await RefuseNameAsync(scope.Session, name, cancellation).ConfigureAwait(false);
            var info = new GalleryInfo(scope.NewId(), name, model.Id, model.Name, model.Dimension, 1, 0, policy, scope.Now, scope.Now);
            await scope.Session.AddGalleryAsync(info, cancellation).ConfigureAwait(false);
            scope.Subject = info.Id;
            return info;
        }, cancellation);
    }

    /// <summary>Galleries, oldest first.</summary>
    /// <param name="cursor">The last part's <see cref="Page{T}.Next"/>; null for the beginning.</param>
    /// <param name="limit">How many, 1 to 1,000.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<Page<GalleryInfo>> ListAsync(string? cursor = null, int limit = 100, CancellationToken cancellation = default)
    {
        var (after, count) = (Cursor.Id(cursor), Cursor.Limit(limit));
        var found = await Store.ReadAsync(session => session.ListGalleriesAsync(after, count + 1, cancellation), cancellation)
            .ConfigureAwait(false);
        return Cursor.Page(found, count, gallery => Cursor.Of(gallery.Id));
    }

    /// <summary>A gallery by id.</summary>
    /// <param name="id">The gallery.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GalleryException">There is none.</exception>
    public Task<GalleryInfo> GetAsync(Guid id, CancellationToken cancellation = default) =>
        Store.ReadAsync(session => session.GetGalleryAsync(id, cancellation), cancellation);

    /// <summary>A gallery by name, or null.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<GalleryInfo?> FindAsync(string name, CancellationToken cancellation = default) =>
        Store.ReadAsync(session => session.FindGalleryAsync(name, cancellation), cancellation);

    /// <summary>Changes a gallery's name or policy.</summary>
    /// <param name="id">The gallery.</param>
    /// <param name="model">The gallery's model, against which the policy is checked.</param>
    /// <param name="name">The new name; null leaves it.</param>
    /// <param name="policy">The new policy; null leaves it.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    public async Task<GalleryInfo> UpdateAsync(
        Guid id, GalleryModel model, string? name = null, GalleryPolicy? policy = null, WriteContext? context = null,
            CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (name is not null) CheckName(name);
        if (policy is not null) Check(policy, model);
        return await Writer.RunAsync(id, "gallery.update", context, GalleryJson.Default.GalleryInfo, async scope =>
        {
            var info = await scope.Session.NextVersionAsync(id, cancellation).ConfigureAwait(false);
            RefuseModel(info, model);
            if (name is not null && name != info.Name) await RefuseNameAsync(scope.Session, name, cancellation).ConfigureAwait(false);
            var changed = info with { Name = name ?? info.Name, Policy = policy ?? info.Policy, Updated = scope.Now };
            await scope.Session.SaveGalleryAsync(changed, cancellation).ConfigureAwait(false);
            // Other anchors: whoever follows the changes must plan them all anew.
            if (changed.Policy.MaximumAnchors != info.Policy.MaximumAnchors) await scope.Session.PruneChangesAsync(id, info.Version,
                cancellation).ConfigureAwait(false);
            await Store.AnnounceAsync(scope.Session, id, cancellation).ConfigureAwait(false);
            scope.Subject = id;
            return changed;
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes a gallery with everybody in it.</summary>
    /// <param name="id">The gallery.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    public async Task<RemoveResult> RemoveAsync(Guid id, WriteContext? context = null, CancellationToken cancellation = default)
    {
        var result = await Writer.RunAsync(Guid.Empty, "gallery.remove", context, GalleryJson.Default.RemoveResult, async scope =>
        {
            var info = await scope.Session.NextVersionAsync(id, cancellation).ConfigureAwait(false);
            var persons = await scope.Session.CountPersonsAsync(id, cancellation).ConfigureAwait(false);
            var images = await scope.Session.NumberAsync($"SELECT COUNT(*) FROM image WHERE gallery_id = {id}", cancellation)
                .ConfigureAwait(false);
            await scope.Session.RemoveGalleryAsync(id, cancellation).ConfigureAwait(false);
            await Store.AnnounceAsync(scope.Session, id, cancellation).ConfigureAwait(false);
            (scope.Subject, scope.Outcome) = (id, $"{persons} persons, {images} images");
            return new RemoveResult((int)persons, (int)images, info.Version);
        }, cancellation).ConfigureAwait(false);
        foreach (var (key, gallery) in _open.Where(open => open.Key.Gallery == id).ToArray())
            if (_open.TryRemove(key, out _)) await gallery.Index.ForgetAsync(cancellation).ConfigureAwait(false);
        new Search.IndexCache(Store.CacheFolder, id).Remove();
        await Store.PurgeAsync(cancellation).ConfigureAwait(false);
        return result;
    }

    /// <summary>Opens a gallery to work with. Opened twice with one model it is the same object; nobody closes it.</summary>
    /// <param name="id">The gallery.</param>
    /// <param name="model">The model at hand.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GalleryException">There is no such gallery, or it holds embeddings of another model.</exception>
    public async Task<FaceGallery> OpenAsync(Guid id, GalleryModel model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        RefuseModel(await GetAsync(id, cancellation).ConfigureAwait(false), model);
        return _open.GetOrAdd((id, model.Id), _ => new FaceGallery(this, id, model));
    }

    /// <summary>
    /// Does the work that may wait: writes index files anew where many persons changed or somebody was removed, and forgets old changes and
    /// expired idempotency keys. A service calls it every few seconds.
    /// </summary>
    /// <param name="cancellation">Stops the work.</param>
    public async Task MaintainAsync(CancellationToken cancellation = default)
    {
        await _upkeep.TidyFilesAsync(cancellation).ConfigureAwait(false);
        foreach (var gallery in _open.Values) await gallery.MaintainAsync(cancellation).ConfigureAwait(false);
        await _upkeep.ForgetChangesAsync(cancellation).ConfigureAwait(false);
        var now = Options.Now;
        await Store.WriteAsync(session => session.DropExpiredKeysAsync(now, cancellation), cancellation).ConfigureAwait(false);
    }

    /// <summary>The galleries with that id that this process works with: one a model.</summary>
    internal IEnumerable<FaceGallery> Opened(Guid id) => _open.Where(open => open.Key.Gallery == id).Select(open => open.Value);

    /// <summary>Looks for damage of the store itself and of the store's audit log.</summary>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>One line a problem; none when all is well.</returns>
    internal async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellation = default) =>
        [
            .. await Store.InspectAsync(cancellation).ConfigureAwait(false),
            .. await Audit.CheckAsync(Guid.Empty, cancellation).ConfigureAwait(false),
        ];

    /// <summary>Lets go of the galleries in memory.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var gallery in _open.Values) gallery.Index.Dispose();
        _open.Clear();
        return ValueTask.CompletedTask;
    }

    internal static void RefuseModel(GalleryInfo info, GalleryModel model)
    {
        if (info.ModelId != model.Id)
            throw new GalleryException(GalleryError.ModelMismatch,
                $"the gallery holds embeddings of the model '{info.ModelName}' ({Short(info.ModelId)}), not of '{model.Name}' " +
                $"({Short(model.Id)}): their scores would mean nothing. Use that model, or re-embed the gallery");
    }

    private static string Short(string id) => id.Length <= 12 ? id : id[..12];

    private static void Check(GalleryPolicy policy, GalleryModel model)
    {
        policy.Check();
        if (policy.FalseMatchRate is { } rate) model.Calibration.ThresholdAt(rate);
    }

    private static void CheckName(string name)
    {
        if (name is not { Length: > 0 and <= LongestName } || name != name.Trim() || name.Any(char.IsControl))
            throw new GalleryException(GalleryError.Invalid,
                $"a gallery's name has 1 to {LongestName} characters, without spaces around it");
    }

    private static async Task RefuseNameAsync(StoreSession session, string name, CancellationToken cancellation)
    {
        if (await session.FindGalleryAsync(name, cancellation).ConfigureAwait(false) is not null)
            throw new GalleryException(GalleryError.Duplicate, $"there is a gallery named '{name}' already");
    }
}

/// <summary>What a removal took away.</summary>
/// <param name="Persons">Persons removed.</param>
/// <param name="Images">Images removed, with their templates and photographs.</param>
/// <param name="GalleryVersion">The gallery's version that shows it.</param>
public sealed record RemoveResult(int Persons, int Images, long GalleryVersion);
