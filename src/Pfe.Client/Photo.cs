namespace Pfe.Client;

/// <summary>A photograph to send.</summary>
/// <param name="Bytes">The file's bytes: JPEG, PNG, WebP, BMP or GIF.</param>
/// <param name="Reference">The caller's own name for it, stored with an enrolled image; null for none.</param>
public sealed record Photo(ReadOnlyMemory<byte> Bytes, string? Reference = null)
{
    /// <summary>Reads a file; its name is not sent.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<Photo> LoadAsync(string path, CancellationToken cancellationToken = default) =>
        new(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));

    /// <summary>Bytes without a reference.</summary>
    /// <param name="bytes">The file's bytes.</param>
    public static implicit operator Photo(byte[] bytes) => new(bytes.AsMemory());
}
