using System.Globalization;

namespace Pfe.Cluster;

/// <summary>A part of a gallery, whoever holds it.</summary>
/// <param name="Gallery">The gallery.</param>
/// <param name="Shard">0 to <paramref name="Shards"/> - 1.</param>
/// <param name="Shards">How many parts the gallery has.</param>
internal readonly record struct ShardPart(Guid Gallery, int Shard, int Shards);

/// <summary>A shard grain's key.</summary>
/// <param name="Part">The part.</param>
/// <param name="Replica">0, 1, ...</param>
internal readonly record struct ShardKey(ShardPart Part, int Replica)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Part.Gallery:N}/{Part.Shard}/{Part.Shards}/{Replica}");

    public static ShardKey Parse(string key) => key.Split('/') is [var gallery, var shard, var shards, var replica]
        ? new(new(Guid.ParseExact(gallery, "N"), Number(shard), Number(shards)), Number(replica))
        : throw new FormatException($"'{key}' is no key of a shard");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
