using System.Text.Json;
using Pfe.Gallery.Decisions;
using Pfe.Search;
using Pfe.Storage;

namespace Pfe.Gallery.Search;

/// <summary>What an index file was made of.</summary>
/// <param name="Gallery">The gallery.</param>
/// <param name="ModelId">Whose embeddings.</param>
/// <param name="Generation">The gallery's generation.</param>
/// <param name="Version">The watermark: the gallery's version that the file shows.</param>
/// <param name="File">The file's name, beside this one.</param>
/// <param name="Anchors">How anchors were planned; another plan is another index.</param>
internal sealed record IndexManifest(Guid Gallery, string ModelId, int Generation, long Version, string File, string Anchors);

/// <summary>Puts a finished file that was made elsewhere into a cache.</summary>
/// <returns>Whether there was one. Whether it fits and is whole is looked at when it is opened.</returns>
internal delegate Task<bool> IndexFileSource(IndexCache cache, CancellationToken cancellation);

/// <summary>
/// A gallery's index file: a cache that may be lost at any moment. It counts only through its manifest, which is replaced after the file is
/// whole; what the manifest does not name is what a killed process left, and is deleted.
/// </summary>
internal sealed class IndexCache(string folder, Guid gallery)
{
    private const int RowsAtOnce = 4096;

    private string ManifestPath => Path.Combine(folder, $"{gallery:N}.index.json");

    /// <summary>
    /// The file, or null where there is none that fits: missing, damaged, of another model or generation, or behind the changes that are
    /// still known.
    /// </summary>
    public (IndexFileLease File, long Version)? Open(GalleryInfo info, long changeFloor, CancellationToken cancellation)
    {
        try
        {
            var manifest = Read();
            if (manifest is null || manifest.Gallery != gallery || manifest.ModelId != info.ModelId
                || manifest.Generation != info.Generation || manifest.Anchors != Plan(info)
                || manifest.Version < changeFloor || manifest.Version > info.Version
                    || Path.GetFileName(manifest.File) != manifest.File) return null;
            var index = FileIndex.Open(Path.Combine(folder, manifest.File), cancellation: cancellation);
            index.Verify(cancellation);
            return (new IndexFileLease(index), manifest.Version);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PfeException)
        {
            return null;
        }
    }

    /// <summary>Writes the anchors of a state of the store, and forgets every older file.</summary>
    /// <param name="info">The gallery as it is in that state.</param>
    /// <param name="persons">Every person of it with anchors.</param>
    /// <param name="cancellation">Stops the work; the older file stays.</param>
    /// <returns>The open file, or null where there is nobody.</returns>
    /// <exception cref="GalleryException">The disk is full or read-only.</exception>
    public async Task<IndexFileLease?> WriteAsync(GalleryInfo info, IAsyncEnumerable<PersonAnchors> persons, CancellationToken cancellation)
    {
        try
        {
            return await BuildAsync(info, persons, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (IndexFileErrors.Is(e))
        {
            throw IndexFileErrors.Translate(e, folder);
        }
    }

    private async Task<IndexFileLease?> BuildAsync(
        GalleryInfo info, IAsyncEnumerable<PersonAnchors> persons, CancellationToken cancellation)
    {
        var name = NameOf(info.Generation, info.Version);
        var path = PathOf(name);
        Directory.CreateDirectory(folder);
        var rows = new RowSets(info.Dimension, persons, cancellation);
        await using (rows.ConfigureAwait(false))
        {
            if (!await rows.MoveToFirstAsync().ConfigureAwait(false))
            {
                Remove();
                return null;
            }
            await Task.Run(() => FileIndex.Build(path, rows.Sets(), IndexFileLease.Person, cancellation: cancellation), cancellation)
                .ConfigureAwait(false);
        }
        var manifest = new IndexManifest(gallery, info.ModelId, info.Generation, info.Version, name, Plan(info));
        Vouch(manifest);
        Sweep(name);
        return new IndexFileLease(FileIndex.Open(path, cancellation: cancellation));
    }

    /// <summary>The file that the manifest vouches for, and the manifest; null where there is none.</summary>
    public (string Path, IndexManifest Manifest)? Finished =>
        Read() is { } manifest && Path.GetFileName(manifest.File) == manifest.File ? (PathOf(manifest.File), manifest) : null;

    /// <summary>Writes a file that was made elsewhere, and then its manifest.</summary>
    /// <param name="manifest">What the file was made of.</param>
    /// <param name="blocks">Its bytes, in order.</param>
    /// <param name="cancellation">Stops the work; what was written of the file is deleted.</param>
    /// <exception cref="InvalidDataException">The manifest is another gallery's.</exception>
    public async Task ReceiveAsync(IndexManifest manifest, IAsyncEnumerable<byte[]> blocks, CancellationToken cancellation)
    {
        if (manifest.Gallery != gallery || manifest.File != NameOf(manifest.Generation, manifest.Version))
            throw new InvalidDataException($"'{manifest.File}' is no index file of the gallery {gallery}");
        Directory.CreateDirectory(folder);
        try
        {
            var file = new FileStream(PathOf(manifest.File), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            await using (file.ConfigureAwait(false))
            {
                await foreach (var block in blocks.WithCancellation(cancellation).ConfigureAwait(false))
                    await file.WriteAsync(block, cancellation).ConfigureAwait(false);
            }
        }
        catch
        {
            File.Delete(PathOf(manifest.File));
            throw;
        }
        Vouch(manifest);
    }

    /// <summary>A file's name by what it shows.</summary>
    public string NameOf(int generation, long version) => $"{gallery:N}-{generation}-{version}.pfi";

    /// <summary>Where a file lies.</summary>
    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Puts a file that shows a later version in the place of the one there is.</summary>
    public void Advance(string name, long version)
    {
        var manifest = JsonSerializer.Deserialize(File.ReadAllText(ManifestPath), GalleryJson.Default.IndexManifest)!;
        manifest = manifest with { Version = version, File = name };
        Vouch(manifest);
        Sweep(name);
    }

    /// <summary>Deletes a file that shows an earlier version than that, or one that no manifest vouches for.</summary>
    public void RemoveBefore(long version)
    {
        // Without a manifest nobody can say what the file shows.
        if (Directory.Exists(folder) && !(Read()?.Version >= version)) Remove();
    }

    /// <summary>Deletes the file and its manifest.</summary>
    public void Remove()
    {
        if (Directory.Exists(folder)) File.Delete(ManifestPath);
        Sweep(null);
    }

    /// <summary>Deletes what the manifest does not name: older files, and what a killed process left.</summary>
    public void Sweep(string? keep)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder, $"{gallery:N}*"))
            if (Path.GetFileName(file) != keep && file != ManifestPath) File.Delete(file);
    }

    /// <summary>The file's name in the manifest; null where there is none.</summary>
    public string? Current() => Read()?.File;

    private void Vouch(IndexManifest manifest) =>
        AtomicFile.WriteText(ManifestPath, JsonSerializer.Serialize(manifest, GalleryJson.Default.IndexManifest));

    private IndexManifest? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(ManifestPath), GalleryJson.Default.IndexManifest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static string Plan(GalleryInfo info) => $"evidence above 0, at most {info.Policy.MaximumAnchors}";

    /// <summary>
    /// Persons as sets of rows, so that a gallery of any size is never in memory at once. The index is built by synchronous code; it waits
    /// here for the store.
    /// </summary>
    private sealed class RowSets(int dimension, IAsyncEnumerable<PersonAnchors> persons, CancellationToken cancellation) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<PersonAnchors> _persons = persons.GetAsyncEnumerator(cancellation);

        public ValueTask<bool> MoveToFirstAsync() => _persons.MoveNextAsync();

        public IEnumerable<EmbeddingSet> Sets()
        {
            for (var more = true; more;)
            {
                var (names, mu, logVariance) = (new List<string>(), new List<float>(), new List<float>());
                while (more && names.Count < RowsAtOnce)
                {
                    foreach (var (number, anchor) in _persons.Current.Anchors.Index())
                    {
                        names.Add(IndexFileLease.Name(_persons.Current.PersonId, number, anchor.Uncertainty));
                        mu.AddRange(anchor.Mu);
                        logVariance.AddRange(anchor.LogVariance);
                    }
                    more = _persons.MoveNextAsync().AsTask().GetAwaiter().GetResult();
                }
                if (names.Count > 0) yield return new EmbeddingSet(dimension, [.. mu], [.. logVariance], names);
            }
        }

        public ValueTask DisposeAsync() => _persons.DisposeAsync();
    }
}
