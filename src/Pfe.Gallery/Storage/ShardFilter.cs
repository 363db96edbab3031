using System.Buffers.Binary;

namespace Pfe.Gallery.Storage;

/// <summary>Which persons fall to a part. The last bytes of an id are random, so all parts are about equally large.</summary>
/// <param name="Shard">0 to <see cref="Shards"/> - 1.</param>
/// <param name="Shards">How many parts there are.</param>
internal sealed record ShardFilter(int Shard, int Shards)
{
    public static ShardFilter All { get; } = new(0, 1);

    public bool Holds(Guid person)
    {
        Span<byte> bytes = stackalloc byte[16];
        person.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]) % Shards == Shard;
    }
}
