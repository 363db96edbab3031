using Pfe.Gallery.PostgreSql;
using Pfe.Gallery.Storage;
using Pfe.TestSupport;

namespace Pfe.Gallery.Tests.Support;

/// <summary>What every test of the suite works with: a store of the kind under test in a folder of its own, and a gallery in it.</summary>
public abstract class StoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private GalleryStore? _store;

    protected string Folder => _folder.Path;

    internal GalleryStore Store => _store!;

    internal GalleryCatalog Catalog { get; private set; } = null!;

    internal FaceGallery Gallery { get; private set; } = null!;

    /// <summary>How galleries are held: a small file limit brings the index file into play with a few faces.</summary>
    protected virtual GalleryOptions Options => new() { Threads = 1, FollowWithin = TimeSpan.Zero };

    protected abstract Task<GalleryStore> OpenStoreAsync();

    public virtual async ValueTask InitializeAsync()
    {
        _store = await OpenStoreAsync();
        Catalog = new GalleryCatalog(_store, Options);
        var info = await Catalog.CreateAsync("people", TestFaces.Model);
        Gallery = await Catalog.OpenAsync(info.Id, TestFaces.Model);
    }

    /// <summary>Closes everything and opens it again, as a restart does.</summary>
    internal async Task ReopenAsync()
    {
        await Catalog.DisposeAsync();
        await _store!.DisposeAsync();
        _store = await OpenStoreAsync();
        Catalog = new GalleryCatalog(_store, Options);
        Gallery = await Catalog.OpenAsync(Gallery.Id, TestFaces.Model);
    }

    public async ValueTask DisposeAsync()
    {
        if (Catalog is not null) await Catalog.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>One server for all classes that need one.</summary>
[CollectionDefinition(nameof(PostgreSqlServer))]
public sealed class PostgreSqlServers : ICollectionFixture<PostgreSqlServer>;

/// <summary>Opens stores on the shared server.</summary>
internal sealed class PostgreSqlStores(PostgreSqlServer server)
{
    private string? _connection;

    public async Task<GalleryStore> OpenAsync(string cacheFolder)
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        return await PostgreSqlGalleryStore.OpenAsync(_connection ??= await server.NewDatabaseAsync(), cacheFolder);
    }
}
