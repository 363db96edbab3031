using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Pfe.TestSupport;
using Pfe.Vision.Models;

namespace Pfe.Vision.Tests.Models;

public sealed class ModelStoreTests : IDisposable
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("weights");
    private readonly TemporaryFolder _folder = new();
    private int _fetches;

    [Fact]
    public void A_file_is_fetched_once_and_then_served_from_the_folder()
    {
        var store = Store();
        var path = store.Get("net");
        File.ReadAllBytes(path).ShouldBe(Content);
        Store().Get("net").ShouldBe(path);
        _fetches.ShouldBe(1);
    }

    [Fact]
    public void A_damaged_file_is_listed_as_such_and_fetched_again()
    {
        var store = Store();
        File.WriteAllText(store.Get("net"), "something else");
        store.List().ShouldHaveSingleItem().State.ShouldBe(ModelState.Damaged);
        File.ReadAllBytes(store.Get("net")).ShouldBe(Content);
        store.List().ShouldHaveSingleItem().State.ShouldBe(ModelState.Present);
        _fetches.ShouldBe(2);
    }

    [Fact]
    public void Many_at_the_same_time_fetch_once()
    {
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, _ =>
            File.ReadAllBytes(Store().Get("net")).ShouldBe(Content));
        _fetches.ShouldBe(1);
    }

    [Fact]
    public void A_tarball_with_another_checksum_is_refused_and_nothing_is_left()
    {
        var manifest = Manifest() with { Packages = [Manifest().Packages[0] with { Integrity = "sha512-AAAA" }] };
        var store = new ModelStore(StoreFolder, manifest, Fetch);
        Should.Throw<PfeException>(() => store.Get("net")).Message.ShouldContain("the manifest says sha512-AAAA");
        store.List()[0].State.ShouldBe(ModelState.Missing);
    }

    [Fact]
    public void A_file_with_another_checksum_inside_the_tarball_is_refused()
    {
        var package = Manifest().Packages[0];
        var manifest = new ModelManifest([package with { Files = [package.Files[0] with { Sha256 = new string('0', 64) }] }]);
        Should.Throw<PfeException>(() => new ModelStore(_folder.Path, manifest, Fetch).Get("net"))
            .Message.ShouldContain("package/net.onnx has SHA-256");
    }

    [Fact]
    public void Without_npm_the_message_says_what_to_do()
    {
        var store = new ModelStore(
            _folder.Path, Manifest(), (_, _, _) => throw new NpmException("npm is not installed (Node.js brings it)"));
        var message = Should.Throw<PfeException>(() => store.Get("net")).Message;
        message.ShouldContain("npm is not installed");
        message.ShouldContain("run 'npm pack some-nets@1.0.0' where there is a network and put some-nets-1.0.0.tgz into");
        message.ShouldContain("PFE_MODELS");
    }

    [Fact]
    public void A_tarball_laid_into_the_folder_replaces_the_network()
    {
        File.Copy(Tarball(), _folder.File("store", "some-nets-1.0.0.tgz"));
        File.ReadAllBytes(Store().Get("net")).ShouldBe(Content);
        _fetches.ShouldBe(0);
    }

    [Fact]
    public void A_local_path_and_a_name_go_through_the_same_door_and_anything_else_is_refused()
    {
        File.WriteAllText(_folder.File("own.onnx"), "x");
        Store().Resolve(_folder.File("own.onnx")).ShouldBe(_folder.File("own.onnx"));
        Store().Resolve("net").ShouldEndWith("net.onnx");
        Should.Throw<PfeException>(() => Store().Resolve("nett")).Message.ShouldStartWith("'nett' is neither a file, nor a model name");
        Should.Throw<InvalidConfigurationException>(() => Store().Resolve("https://host/net.onnx")).Message.ShouldContain("#sha256=");
    }

    [Fact]
    public async Task An_address_is_fetched_once_and_its_checksum_verified()
    {
        using var server = new OneFileServer(Content);
        var right = $"{server.Address}net.onnx#sha256={Convert.ToHexString(SHA256.HashData(Content))}";
        var path = await Task.Run(() => Store().Resolve(right));
        File.ReadAllBytes(path).ShouldBe(Content);
        Store().Resolve(right).ShouldBe(path);
        server.Requests.ShouldBe(1);
        Should.Throw<PfeException>(() => Store().Resolve($"{server.Address}net.onnx#sha256={new string('0', 64)}"))
            .Message.ShouldContain("was asked for");
        Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void The_manifest_names_every_file_once_with_whole_checksums()
    {
        var files = ModelManifest.Default.Packages.SelectMany(package => package.Files).ToList();
        files.Select(file => file.Name).ShouldBeUnique();
        files.ShouldAllBe(file => file.Sha256.Length == 64);
        ModelManifest.Default.Packages.ShouldAllBe(
            package => Convert.FromBase64String(package.Integrity.Substring("sha512-".Length)).Length == 64);
    }

    [Fact]
    public void A_misspelt_key_in_a_manifest_is_named() =>
        Should.Throw<PfeException>(() => ModelManifest.Parse("{\"packages\":[],\"pakages\":[]}", "m.json"))
            .Message.ShouldContain("pakages");

    public void Dispose() => _folder.Dispose();

    private string StoreFolder => Path.Combine(_folder.Path, "store");

    private ModelStore Store() => new(StoreFolder, Manifest(), Fetch);

    private Task<string> Fetch(string package, string folder, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _fetches);
        var path = Path.Combine(folder, "fetched.tgz");
        File.Copy(Tarball(), path);
        return Task.FromResult(path);
    }

    private ModelManifest Manifest()
    {
        var integrity = "sha512-" + Convert.ToBase64String(SHA512.HashData(File.ReadAllBytes(Tarball())));
        return new ModelManifest([new ModelPackage("some-nets@1.0.0", integrity, "MIT",
            [new ModelFile("net", "package/net.onnx", Convert.ToHexStringLower(SHA256.HashData(Content)), "a net")])]);
    }

    private string Tarball()
    {
        var path = _folder.File("supply", "some-nets.tgz");
        lock (_folder)
        {
            if (File.Exists(path)) return path;
            using var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
            using var tar = new TarWriter(zip);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/other.txt") { DataStream = new MemoryStream([1, 2, 3]) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/net.onnx") { DataStream = new MemoryStream(Content) });
        }
        return path;
    }
}
