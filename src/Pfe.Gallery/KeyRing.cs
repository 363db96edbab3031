using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

/// <summary>
/// API keys: <c>pfe_id_secret</c>, of which only the id and a SHA-256 are stored. The secret has 256 random bits, so that nobody can guess
/// it from the hash and a slow hash would only slow the service.
/// </summary>
internal sealed class KeyRing
{
    private const int SecretBytes = 32;

    // Every use would otherwise be a write.
    private static readonly TimeSpan UseAccuracy = TimeSpan.FromMinutes(1);

    private readonly GalleryStore _store;
    private readonly StoreWriter _writer;
    private readonly GalleryOptions _options;

    internal KeyRing(GalleryStore store, StoreWriter writer, GalleryOptions options) =>
        (_store, _writer, _options) = (store, writer, options);

    /// <summary>Makes a key.</summary>
    /// <param name="name">What it is for.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="galleries">The galleries it may touch; null for all.</param>
    /// <param name="expires">When it ends; null for never.</param>
    /// <param name="context">Who asks; a key's making is never repeated from an idempotency key, as its secret is not stored.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <returns>The key and, this once, its secret.</returns>
    public Task<NewApiKey> CreateAsync(
        string name, KeyScopes scopes, IReadOnlyList<Guid>? galleries = null, DateTimeOffset? expires = null, WriteContext? context = null,
            CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (scopes == KeyScopes.None || (scopes & ~KeyScopes.All) != KeyScopes.None) throw new GalleryException(GalleryError.Invalid,
            "a key needs at least one of the scopes read, enrol, review, admin");
        return _writer.RunAsync(Guid.Empty, "key.create", context, null, async scope =>
        {
            if (expires <= scope.Now) throw new GalleryException(GalleryError.Invalid,
                $"the key would have expired at {expires:u} already");
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
            var secret = $"pfe_{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";
            var key = new ApiKey(id, name, scopes, galleries ?? [], scope.Now, expires, null);
            await scope.Session.AddKeyAsync(key, Hash(secret), cancellation).ConfigureAwait(false);
            scope.Outcome = $"key {id}, scopes {scopes}";
            return new NewApiKey(key, secret);
        }, cancellation);
    }

    /// <summary>The key behind what a client sent, or null where it is unknown, wrong or expired. Takes the same time whichever.</summary>
    /// <param name="secret">What the client sent.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<ApiKey?> FindAsync(string? secret, CancellationToken cancellation = default)
    {
        // pfe_, 8 digits, an underscore, the secret.
        var id = secret is { Length: > 13 and < 100 } && secret.StartsWith("pfe_", StringComparison.Ordinal) && secret[12] == '_'
            ? secret[4..12] : "";
        var (key, hash) = await _store.ReadAsync(session => session.FindKeyAsync(id, cancellation), cancellation).ConfigureAwait(false);
        var isRight = CryptographicOperations.FixedTimeEquals(hash ?? new byte[SHA256.HashSizeInBytes], Hash(secret ?? ""));
        var now = _options.Now;
        if (key is null || !isRight || key.Expires <= now) return null;
        if (key.LastUsed is null || now - key.LastUsed >= UseAccuracy)
        {
            await _store.WriteAsync(async session =>
            {
                await session.TouchKeyAsync(key.Id, now, cancellation).ConfigureAwait(false);
                return true;
            }, cancellation).ConfigureAwait(false);
        }
        return key;
    }

    /// <summary>All keys, oldest first, without their secrets.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellation = default) =>
        await _store.ReadAsync(session => session.ListKeysAsync(cancellation), cancellation).ConfigureAwait(false);

    /// <summary>Ends a key at once.</summary>
    /// <param name="id">The key's public part.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">There is no such key.</exception>
    public Task RemoveAsync(string id, WriteContext? context = null, CancellationToken cancellation = default) =>
        _writer.RunAsync(Guid.Empty, "key.remove", context, null, async scope =>
    {
        if (await scope.Session.RemoveKeyAsync(id, cancellation).ConfigureAwait(false) == 0) throw GalleryException.NotFound($"key '{id}'");
        scope.Outcome = $"key {id}";
        return true;
    }, cancellation);

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
