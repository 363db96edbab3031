using System.Runtime.CompilerServices;
using Pfe.Calibration;
using Pfe.Gallery.Decisions;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery.Search;

/// <summary>
/// Keeps a <see cref="PersonIndex"/> at the store's newest version: reads the cache, follows the change log, and writes the cache anew when
/// the tail has grown or somebody was removed. The change log says only whose templates changed; the templates are always read from the
/// store, so whatever happened in between cannot be applied twice or in the wrong order.
/// </summary>
internal sealed class GalleryIndex(
    GalleryStore store, Guid gallery, Func<GalleryInfo, ScoreCalibration> calibration, GalleryOptions options, ShardFilter? part = null,
    string? folder = null, IndexFileSource? others = null) : IDisposable
{
    private const int ChangesAtOnce = 1000;

    private readonly ShardFilter _part = part ?? ShardFilter.All;
    private readonly IndexCache _cache = new(folder ?? store.CacheFolder, gallery);
    private readonly SemaphoreSlim _turn = new(1);
    private volatile PersonIndex? _current;

    // Who changed since the file was last begun to be written anew from itself.
    private readonly HashSet<Guid> _since = [];

    // The newest version, of those followed, that removed somebody or something.
    private long _removal;

    /// <summary>The newest index, or null before the first <see cref="CatchUpAsync"/>.</summary>
    public PersonIndex? Current => _current;

    /// <summary>Brings the index to a version at least, reading the store only where it is behind.</summary>
    /// <returns>The index; at the newest version that was committed when this was called.</returns>
    public async Task<PersonIndex> CatchUpAsync(long version, CancellationToken cancellation)
    {
        if (_current is { } ready && ready.Version >= version) return ready;
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_current is { } done && done.Version >= version) return done;
            return Show(await FollowAsync(_current, cancellation).ConfigureAwait(false));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Searches an index, or the newest one where its file was closed meanwhile.</summary>
    /// <returns>What was found, and the version that it shows.</returns>
    public (PersonScore[][] Matches, long Version) Search(
        PersonIndex index, EmbeddingSet probes, int k, int threads, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return (index.Search(probes, k, threads, cancellation), index.Version);
            }
            catch (ObjectDisposedException) when (_current is { } newer && newer != index)
            {
                index = newer;
            }
        }
    }

    /// <summary>
    /// Whether so many persons changed since the file was written, or since there is none, that a new one is worth its cost.
    /// </summary>
    public bool HasGrown => _current is { } index && index.ChangedPersons >= options.ChangesForANewFile
        && (index.HasFile || index.ChangedPersons >= options.FacesForAFile);

    /// <summary>Whether the index file holds templates that were removed from the store.</summary>
    public bool HoldsRemoved => _current is { HasFile: true } index && Interlocked.Read(ref _removal) > index.FileVersion;

    /// <summary>Whether somebody changed since the index file was written.</summary>
    public bool IsBehind => _current is { HasFile: true, ChangedPersons: > 0 };

    /// <summary>Writes the index file anew from the store, so that nothing removed is left in it.</summary>
    public async Task CompactAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var (info, file) = await store.ReadAsync(async session =>
            {
                var info = await session.GetGalleryAsync(gallery, cancellation).ConfigureAwait(false);
                // Of the model before: whoever works with the gallery's model now has the file.
                if (_current is { } now && now.Generation != info.Generation) return (null, null);
                var templates = await session.NumberAsync(
                    $"SELECT COUNT(*) FROM template WHERE gallery_id = {gallery} AND generation = {info.Generation}", cancellation)
                    .ConfigureAwait(false);
                if (templates >= options.FacesForAFile) return ((GalleryInfo?)info,
                    await _cache.WriteAsync(info, AnchorsAsync(session, info, cancellation), cancellation).ConfigureAwait(false));
                _cache.Remove();
                return (info, null);
            }, cancellation).ConfigureAwait(false);
            if (info is null)
            {
                _current = null;
                return;
            }
            // Without a file all live in the tail; what was read is forgotten and read anew, which a small gallery takes milliseconds for.
            var found = file is null ? null : PersonIndex.Over(file, info.Generation, info.Version);
            Show(await FollowAsync(found, cancellation).ConfigureAwait(false));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Writes the index file anew from itself and what changed since, without the store; from the store where there is none.
    /// </summary>
    public async Task FoldAsync(CancellationToken cancellation)
    {
        if (await BeginFoldAsync(cancellation).ConfigureAwait(false) is not { } index)
        {
            await CompactAsync(cancellation).ConfigureAwait(false);
            return;
        }
        // The changes are followed meanwhile: searches that want a newer version would otherwise wait for the disk.
        var name = _cache.NameOf(index.Generation, index.Version);
        var file = await Task.Run(() => index.Fold(_cache.PathOf(name), cancellation), cancellation).ConfigureAwait(false);
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_current?.Over(file, index, _since) is not { } shorter) return;
            Show(shorter);
            _cache.Advance(name, index.Version);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The index as it is now, behind which changed persons are noted from here on; null where it has no file.</summary>
    private async Task<PersonIndex?> BeginFoldAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _since.Clear();
            return _current is { HasFile: true } index ? index : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether the file in use shows an earlier version than that. One that nobody has read yet is deleted if so.</summary>
    public async Task<bool> IsFileBeforeAsync(long version, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_current is null) _cache.RemoveBefore(version);
            return _current is { HasFile: true } index && index.FileVersion < version;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The index file in use and what it was made of, to be sent elsewhere; null where there is none.</summary>
    public (string Path, IndexManifest Manifest)? Finished => _current is { HasFile: true } ? _cache.Finished : null;

    /// <summary>Forgets what is in memory and on the disk; the next search reads the store.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _current = null;
            _cache.Remove();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    // A file that was replaced is closed at once: its bytes stay on the disk and in memory as long as it is mapped. Searches that run on
    // it finish. With nothing in its place it goes with the last search that uses it.
    private PersonIndex Show(PersonIndex next)
    {
        var before = _current;
        _current = next;
        before?.CloseUnlessSharedBy(next);
        return next;
    }

    private Task<PersonIndex> FollowAsync(PersonIndex? index, CancellationToken cancellation) => store.ReadAsync(async session =>
    {
        var info = await session.GetGalleryAsync(gallery, cancellation).ConfigureAwait(false);
        var floor = await session.ChangeFloorAsync(gallery, cancellation).ConfigureAwait(false);
        if (index is null || index.Generation != info.Generation || index.Version < floor) index =
            await OpenAsync(session, info, floor, cancellation).ConfigureAwait(false);
        while (index.Version < info.Version)
        {
            var (changes, version) = await NextChangesAsync(session, index.Version, info.Version, cancellation).ConfigureAwait(false);
            var mine = changes.Where(change => _part.Holds(change.PersonId)).ToArray();
            if (mine.LastOrDefault(change => change.IsRemoval) is { } removal) _removal = removal.Version;
            _since.UnionWith(mine.Select(change => change.PersonId));
            var changed = new List<PersonAnchors>();
            foreach (var person in mine.Select(change => change.PersonId).Distinct())
            {
                var templates = await session.ListTemplatesAsync(gallery, info.Generation, person, cancellation).ConfigureAwait(false);
                changed.Add(Plan(person, templates, info));
            }
            index = index.With(changed, version);
        }
        return index;
    }, cancellation);

    /// <summary>The next changes, and the version that is reached with them. A version is whole or not applied.</summary>
    private async Task<(IReadOnlyList<Change> Changes, long Version)> NextChangesAsync(
        StoreSession session, long after, long newest, CancellationToken cancellation)
    {
        var changes = await session.ListChangesAsync(gallery, after, ChangesAtOnce, cancellation).ConfigureAwait(false);
        if (changes.Count < ChangesAtOnce) return (changes, newest);
        // A full page: its last version may go on behind it.
        var last = changes[^1].Version;
        if (changes[0].Version == last)
            return (await session.ListChangesAsync(gallery, after, int.MaxValue, cancellation).ConfigureAwait(false), newest);
        var whole = changes.TakeWhile(change => change.Version < last).ToArray();
        return (whole, whole[^1].Version);
    }

    private async Task<PersonIndex> OpenAsync(StoreSession session, GalleryInfo info, long floor, CancellationToken cancellation)
    {
        if ((_cache.Open(info, floor, cancellation) ?? await FetchAsync(info, floor, cancellation).ConfigureAwait(false)) is { } cached)
        {
            _cache.Sweep(_cache.Current());
            return PersonIndex.Over(cached.File, info.Generation, cached.Version);
        }
        var templates = await session.NumberAsync(
            $"SELECT COUNT(*) FROM template WHERE gallery_id = {gallery} AND generation = {info.Generation}", cancellation)
            .ConfigureAwait(false);
        if (templates >= options.FacesForAFile)
        {
            var file = await _cache.WriteAsync(info, AnchorsAsync(session, info, cancellation), cancellation).ConfigureAwait(false);
            return PersonIndex.Over(file, info.Generation, info.Version);
        }
        _cache.Remove();
        var persons = new List<PersonAnchors>();
        await foreach (var person in AnchorsAsync(session, info, cancellation).ConfigureAwait(false)) persons.Add(person);
        return PersonIndex.Over(null, info.Generation, info.Version).With(persons, info.Version);
    }

    /// <summary>A finished file of somebody else, where there is one that fits: it is read many times faster than the store.</summary>
    private async Task<(IndexFileLease File, long Version)?> FetchAsync(GalleryInfo info, long floor, CancellationToken cancellation) =>
        others is not null && await others(_cache, cancellation).ConfigureAwait(false) ? _cache.Open(info, floor, cancellation) : null;

    private async IAsyncEnumerable<PersonAnchors> AnchorsAsync(StoreSession session, GalleryInfo info,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var person = new List<Template>();
        await foreach (var template in store.StreamTemplatesAsync(session, gallery, info.Generation, _part, cancellation)
            .ConfigureAwait(false))
        {
            if (person.Count > 0 && person[0].PersonId != template.PersonId)
            {
                yield return Plan(person[0].PersonId, person, info);
                person.Clear();
            }
            person.Add(template);
        }
        if (person.Count > 0) yield return Plan(person[0].PersonId, person, info);
    }

    private PersonAnchors Plan(Guid person, List<Template> templates, GalleryInfo info) => new(person, templates.Count == 0
        ? []
        : [.. AnchorPlan.Of([.. templates.Select(template => new FacePoint(template.Mu, template.LogVariance))], calibration(info),
            info.Policy.MaximumAnchors).Select(anchor => anchor.Face)]);
}
