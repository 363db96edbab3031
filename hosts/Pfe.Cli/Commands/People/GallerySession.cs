using System.CommandLine;
using Pfe.Gallery;
using Pfe.Gallery.PostgreSql;
using Pfe.Gallery.Storage;
using Pfe.Onnx;
using Pfe.Vision;
using Pfe.Vision.Faces;

namespace Pfe.Cli.Commands.People;

/// <summary>The store, the model and the gallery that one command works with.</summary>
internal sealed class GallerySession : IAsyncDisposable
{
    /// <summary>The environment variable that names the store where --store does not.</summary>
    public const string StoreVariable = "PFE_GALLERY";

    public static readonly Option<string?> Store = new("--store")
    {
        Description = $"The store: a folder, or a connection string of PostgreSQL ('Host=...'); the default is {StoreVariable} or a " +
            "folder of the user's.",
    };

    public static readonly Option<string> Name = new("--gallery")
    {
        Description = "The gallery's name.",
        DefaultValueFactory = _ => "people"
    };

    private readonly GalleryStore _store;
    private readonly FaceEmbedder _embedder;
    private readonly ParseResult _parsed;
    private readonly Terminal _terminal;
    private FaceDetector? _detector;

    private GallerySession(ParseResult parsed, Terminal terminal, GalleryStore store, FaceEmbedder embedder) =>
        (_parsed, _terminal, _store, _embedder, Catalog) = (parsed, terminal, store, embedder, new GalleryCatalog(store));

    public GalleryCatalog Catalog { get; }

    public GalleryModel Model => GalleryModel.Of(_embedder);

    public string Place => _store.Place;

    /// <summary>Finds and embeds faces; the detector is loaded when it is first wanted.</summary>
    public FacePhotoReader Reader =>
        new(_detector ??= _parsed.Detector(_parsed.Store(), _terminal.Progress(), CancellationToken.None), _embedder);

    public static async Task<GallerySession> OpenAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var embedder = parsed.Embedder(parsed.Store(), terminal.Progress(), cancellation);
        try
        {
            return new GallerySession(parsed, terminal, await OpenStoreAsync(parsed, cancellation), embedder);
        }
        catch
        {
            embedder.Dispose();
            throw;
        }
    }

    /// <summary>The gallery named on the command line.</summary>
    public async Task<FaceGallery> GalleryAsync(CancellationToken cancellation)
    {
        var name = _parsed.GetRequiredValue(Name);
        var info = await Catalog.FindAsync(name, cancellation)
            ?? throw new GalleryException(GalleryError.NotFound,
                $"there is no gallery '{name}' in '{Place}'; 'pfe gallery create' makes one");
        return await Catalog.OpenAsync(info.Id, Model, cancellation);
    }

    /// <summary>A person by the caller's own id, or by the id that 'pfe gallery list' shows.</summary>
    public static async Task<Person> PersonAsync(FaceGallery gallery, string name, CancellationToken cancellation) =>
        await gallery.FindPersonAsync(name, cancellation)
        ?? (Guid.TryParse(name, out var id) ? await gallery.GetPersonAsync(id, cancellation)
            : throw new GalleryException(GalleryError.NotFound,
                $"there is no person '{name}' in this gallery; 'pfe gallery list' shows them"));

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        await _store.DisposeAsync();
        _detector?.Dispose();
        _embedder.Dispose();
    }

    private static async Task<GalleryStore> OpenStoreAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var local = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify), "pfe");
        var place = parsed.GetValue(Store) ?? Environment.GetEnvironmentVariable(StoreVariable);
        if (string.IsNullOrEmpty(place)) place = Path.Combine(local, "gallery");
        return place.Contains("Host=", StringComparison.OrdinalIgnoreCase)
            ? await PostgreSqlGalleryStore.OpenAsync(place, Path.Combine(local, "gallery-cache"), cancellation)
            : await SqliteGalleryStore.OpenAsync(place, cancellation);
    }
}
