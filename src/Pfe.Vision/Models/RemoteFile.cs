using System.Net.Http.Headers;
using System.Security.Cryptography;
using Pfe.Storage;

namespace Pfe.Vision.Models;

/// <summary>
/// A file at an address, pinned by its checksum: <c>https://host/file.onnx#sha256=hex</c>. A server that falls silent is given up after a
/// while, and what came before that is asked for no second time.
/// </summary>
internal static class RemoteFile
{
    private const string Mark = "#sha256=";
    private const int Attempts = 4;

    private static readonly Lazy<HttpClient> Client = new(() => new HttpClient(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(20), PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    { Timeout = Timeout.InfiniteTimeSpan });

    public static async Task<string> GetAsync(
        string reference, string folder, TimeSpan silence, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var at = reference.IndexOf(Mark, StringComparison.Ordinal);
        var sha256 = at < 0 ? "" : reference[(at + Mark.Length)..].ToLowerInvariant();
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
        {
            throw new InvalidConfigurationException(
                $"'{reference}' needs its checksum: append {Mark} and the file's SHA-256 (64 hexadecimal digits)")
            { Value = reference, Expected = $"address{Mark}64 hexadecimal digits" };
        }
        if (!Uri.TryCreate(reference[..at], UriKind.Absolute, out var address))
            throw new InvalidConfigurationException(
                $"'{reference[..at]}' is no address; https://host/file.onnx is wanted")
            { Value = reference };
        var path = Path.Combine(folder, "fetched", $"{sha256[..16]}-{FileName(address)}");
        if (ModelStore.Check(path, sha256) == ModelState.Present) return path;
        using var only = await FolderLock.TakeAsync(path, cancellationToken).ConfigureAwait(false);
        if (ModelStore.Check(path, sha256) == ModelState.Present) return path;
        progress?.Report($"fetching {address}");
        var content = await DownloadAsync(address, silence, cancellationToken).ConfigureAwait(false);
        var found = Convert.ToHexStringLower(SHA256.HashData(content));
        if (found != sha256) throw new ModelUnavailableException(reference, $"{address} has SHA-256 {found}, {sha256} was asked for");
        AtomicFile.Write(path, stream => stream.Write(content));
        return path;
    }

    // An address may end in anything; what becomes a file's name is letters, digits, dots and dashes.
    private static string FileName(Uri address)
    {
        var last = Path.GetFileName(address.LocalPath);
        var plain = string.Concat(last.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-'));
        return plain.Length is > 0 and <= 100 ? plain : "file";
    }

    private static async Task<byte[]> DownloadAsync(Uri address, TimeSpan silence, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await AppendAsync(address, content, silence, cancellationToken).ConfigureAwait(false);
                return content.ToArray();
            }
            catch (Exception e) when (e is HttpRequestException { StatusCode: null } or IOException or TimeoutException
                && attempt < Attempts)
            {
                // A connection that broke: go on from where it did.
                await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
            {
                throw new ModelUnavailableException(address.ToString(), $"cannot fetch {address}: {e.Message}", e);
            }
        }
    }

    private static async Task AppendAsync(Uri address, MemoryStream content, TimeSpan silence, CancellationToken cancellationToken)
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            quiet.CancelAfter(silence);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (content.Length > 0) request.Headers.Range = new RangeHeaderValue(content.Length, null);
            using var response = await Client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, quiet.Token)
                .ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            // A server that knows no ranges begins again.
            if (response.Content.Headers.ContentRange?.From != content.Length) content.SetLength(0);
            var source = await response.Content.ReadAsStreamAsync(quiet.Token).ConfigureAwait(false);
            await using var closed = source.ConfigureAwait(false);
            var buffer = new byte[1 << 16];
            for (int read; (read = await source.ReadAsync(buffer, quiet.Token).ConfigureAwait(false)) > 0;)
            {
                content.Write(buffer, 0, read);
                quiet.CancelAfter(silence);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {silence.TotalSeconds:0.#} s", e);
        }
    }
}
