using System.Security.Cryptography;
using Pfe.Storage;

namespace Pfe.Vision.Models;

/// <summary>A file at an address, pinned by its checksum: <c>https://host/file.onnx#sha256=hex</c>.</summary>
internal static class RemoteFile
{
    private const string Mark = "#sha256=";

    public static string Get(string reference, string folder, IProgress<string>? progress, CancellationToken cancellation)
    {
        var at = reference.IndexOf(Mark, StringComparison.Ordinal);
        var sha256 = at < 0 ? "" : reference[(at + Mark.Length)..].ToLowerInvariant();
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
            throw new InvalidConfigurationException(
                $"'{reference}' needs its checksum: append {Mark} and the file's SHA-256 (64 hexadecimal digits)");
        var address = new Uri(reference[..at]);
        var path = Path.Combine(folder, "fetched", $"{sha256[..16]}-{Path.GetFileName(address.LocalPath)}");
        if (ModelStore.Check(path, sha256) == ModelState.Present) return path;
        using var only = FolderLock.Take(path, cancellation);
        if (ModelStore.Check(path, sha256) == ModelState.Present) return path;
        progress?.Report($"fetching {address}");
        AtomicFile.Write(path, stream => Download(address, sha256, stream, cancellation));
        return path;
    }

    private static void Download(Uri address, string sha256, Stream destination, CancellationToken cancellation)
    {
        try
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation).EnsureSuccessStatusCode();
            using var source = response.Content.ReadAsStream(cancellation);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 16];
            for (int read; (read = source.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                destination.Write(buffer, 0, read);
            }
            var found = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (found != sha256) throw new PfeException($"{address} has SHA-256 {found}, {sha256} was asked for");
        }
        catch (HttpRequestException e)
        {
            throw new PfeException($"cannot fetch {address}: {e.Message}", e);
        }
    }
}
