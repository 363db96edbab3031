using Pfe.Gallery.Search;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

/// <summary>What must not stay for ever: changes that everybody has seen, index files that hold somebody who was removed.</summary>
internal sealed class Upkeep(GalleryCatalog catalog)
{
    private DateTimeOffset _tidied;
    private bool _purge;

    /// <summary>
    /// Looks for index files that show somebody who was removed since: by another process, or by this one before it was stopped. Those in
    /// use are written anew, the others deleted; they are made again when somebody searches.
    /// </summary>
    public async Task TidyFilesAsync(CancellationToken cancellation)
    {
        var (now, isFirst) = (catalog.Options.Now, _tidied == default);
        if (!isFirst && now < _tidied + catalog.Options.RemoveWithin / 2) return;
        foreach (var (gallery, version) in await catalog.Store.ReadAsync(
            session => session.ListOldestFilesAsync(cancellation), cancellation).ConfigureAwait(false))
        {
            var opened = catalog.Opened(gallery).ToList();
            foreach (var open in opened) await open.NeedsFileOfAsync(version, cancellation).ConfigureAwait(false);
            if (opened.Count == 0) new IndexCache(catalog.Store.CacheFolder, gallery).RemoveBefore(version);
        }
        _tidied = now;
        // Whoever was removed shortly before the last stop may still stand in the database's own log.
        _purge |= isFirst;
    }

    /// <summary>
    /// Forgets changes that are older than the options say. A reader that has not seen them finds its version below the floor and reads the
    /// gallery anew.
    /// </summary>
    public async Task ForgetChangesAsync(CancellationToken cancellation)
    {
        var until = catalog.Options.Now - catalog.Options.KeepChanges;
        foreach (var (gallery, version) in await catalog.Store.ReadAsync(
            session => session.ListOldChangesAsync(until, cancellation), cancellation).ConfigureAwait(false))
        {
            // A file that is behind the floor would be useless at the next start.
            foreach (var open in catalog.Opened(gallery).Where(open => open.Index.Current is { HasFile: true } index
                && index.FileVersion < version)) await open.Index.CompactAsync(cancellation).ConfigureAwait(false);
            await catalog.Store.WriteAsync(async session =>
            {
                await session.PruneChangesAsync(gallery, version, cancellation).ConfigureAwait(false);
                return true;
            }, cancellation).ConfigureAwait(false);
            _purge = true;
        }
        if (_purge) _purge = !await catalog.Store.PurgeAsync(cancellation).ConfigureAwait(false);
    }
}
