using System.Buffers.Binary;
using Pfe.Storage;

namespace Pfe.Training.Features;

/// <summary>
/// CRC-32C of each chunk of a feature cache, 4 bytes for its embeddings and 4 for its features. A chunk is verified when it is first read:
/// opening stays free, and training reads everything in its first epochs anyway.
/// </summary>
internal sealed class CacheChecksums
{
    /// <summary>Images of a chunk; the last one may have fewer.</summary>
    public const int ChunkImages = 64;

    /// <summary>The file's name.</summary>
    public const string FileName = "checksums.crc";

    /// <summary>Bytes a chunk.</summary>
    public const int EntryBytes = 2 * sizeof(uint);

    private readonly string _folder;
    private readonly CacheIndex _index;
    private readonly FileBytes _embeddings;
    private readonly FileBytes? _features;
    private readonly byte[]? _sums;
    private readonly bool[] _verified;

    /// <exception cref="PfeException">The files are shorter than the index says, or the checksums are missing.</exception>
    public CacheChecksums(string folder, CacheIndex index, FileBytes embeddings, FileBytes? features)
    {
        (_folder, _index, _embeddings, _features) = (folder, index, embeddings, features);
        var chunks = (index.Images + ChunkImages - 1) / ChunkImages;
        _verified = new bool[chunks];
        if (embeddings.Length < index.Images * EmbeddingBytes || features?.Length < index.Images * FeatureBytes)
            throw Damaged("its files are shorter than its index says");
        // Caches of earlier versions have none.
        if (!index.HasChecksums) return;
        _sums = InputFile.Bytes(Path.Combine(folder, FileName));
        if (_sums.Length < chunks * EntryBytes) throw Damaged($"{FileName} is shorter than its index says");
    }

    private long EmbeddingBytes => (long)_index.Variants * _index.Dimension * sizeof(float);

    private long FeatureBytes => (long)_index.Variants * _index.FeatureSize * sizeof(ushort);

    /// <summary>The checksums of a chunk, as they are stored.</summary>
    public static byte[] Entry(ReadOnlySpan<byte> embeddings, ReadOnlySpan<byte> features)
    {
        var entry = new byte[EntryBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, Crc32C.Of(embeddings));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(sizeof(uint)), Crc32C.Of(features));
        return entry;
    }

    /// <summary>Verifies the chunk of an image, once. Two threads may both do it; neither is wrong.</summary>
    /// <exception cref="PfeException">It is damaged; the message names the images.</exception>
    public void Verify(int image)
    {
        var chunk = image / ChunkImages;
        if (_sums is null || Volatile.Read(ref _verified[chunk])) return;
        var (first, count) = (chunk * ChunkImages, Math.Min(ChunkImages, _index.Images - chunk * ChunkImages));
        var found = Entry(Part(_embeddings, first, count, EmbeddingBytes), _features is null ? []
            : Part(_features, first, count, FeatureBytes));
        if (!found.AsSpan().SequenceEqual(_sums.AsSpan(chunk * EntryBytes, EntryBytes)))
            throw Damaged($"the checksum of images {first} to {first + count - 1} is wrong");
        Volatile.Write(ref _verified[chunk], true);
    }

    private ReadOnlySpan<byte> Part(FileBytes file, int first, int count, long imageBytes) => count * imageBytes <= int.MaxValue
        ? file.Span<byte>(first * imageBytes, (int)(count * imageBytes))
        : throw Damaged($"{imageBytes} bytes an image are more than any network gives");

    private DamagedFileException Damaged(string how) =>
        new(_folder, $"the feature cache '{_folder}' is damaged: {how}; remove the folder to compute it again");
}
