using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Pfe.Gallery;
using Pfe.Gallery.Search;

namespace Pfe.Cluster;

/// <summary>
/// Finished index files from node to node: a part that another node holds is copied from there, many times faster than PostgreSQL picks
/// its templates, and then follows the change log behind its watermark. Checksums say whether it arrived whole.
/// </summary>
internal sealed partial class ShardFiles(IGrainFactory grains, ClusterNodeOptions options, ILogger<ShardFiles> logger)
{
    private const int Block = 1 << 20;

    // Blocks a message: the answer to each has to come within the response timeout.
    private const int BlocksAtOnce = 4;

    private int _fetched;

    /// <summary>How many files came from other nodes.</summary>
    public int Fetched => _fetched;

    /// <summary>Asks the replicas of a part for its file, one after the other.</summary>
    /// <returns>Whether one sent it.</returns>
    public async Task<bool> FetchAsync(ShardPart part, IndexCache cache, CancellationToken cancellation)
    {
        for (var replica = 0; replica < options.Replicas; replica++)
        {
            try
            {
                var grain = grains.GetGrain<IShardGrain>(new ShardKey(part, replica).ToString());
                await using var blocks = grain.SendFileAsync().WithBatchSize(BlocksAtOnce).GetAsyncEnumerator(cancellation);
                if (!await blocks.MoveNextAsync()) continue;
                var manifest = JsonSerializer.Deserialize(blocks.Current, GalleryJson.Default.IndexManifest)!;
                await cache.ReceiveAsync(manifest, RestAsync(blocks), cancellation);
                Interlocked.Increment(ref _fetched);
                Came(part.Shard, part.Gallery);
                return true;
            }
            // A node that died or is slow, a file that was replaced meanwhile: the next replica, or the database.
            catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
            {
                CameNot(part.Shard, part.Gallery, e);
            }
        }
        return false;
    }

    /// <summary>Sends a file, if there is one. It stays open, so that it can be replaced meanwhile.</summary>
    public static async IAsyncEnumerable<byte[]> SendAsync((string Path, IndexManifest Manifest)? finished)
    {
        if (finished is not { } shard) yield break;
        await using var file = new FileStream(shard.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        yield return JsonSerializer.SerializeToUtf8Bytes(shard.Manifest, GalleryJson.Default.IndexManifest);
        while (true)
        {
            var block = new byte[Math.Min(Block, file.Length - file.Position)];
            if (block.Length == 0) yield break;
            await file.ReadExactlyAsync(block);
            yield return block;
        }
    }

    private static async IAsyncEnumerable<byte[]> RestAsync(IAsyncEnumerator<byte[]> blocks)
    {
        while (await blocks.MoveNextAsync()) yield return blocks.Current;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "part {Part} of the gallery {Gallery} came from another node")]
    private partial void Came(int part, Guid gallery);

    [LoggerMessage(Level = LogLevel.Information, Message = "part {Part} of the gallery {Gallery} did not come from another node")]
    private partial void CameNot(int part, Guid gallery, Exception why);
}
