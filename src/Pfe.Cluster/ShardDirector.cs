using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Pfe.Cluster;

/// <summary>Marks grains that <see cref="ShardDirector"/> places.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ShardPlacementAttribute() : PlacementAttribute(new ShardPlacement());

/// <summary>The placement of shards.</summary>
[Serializable, GenerateSerializer, Immutable, Alias("Pfe.ShardPlacement")]
internal sealed class ShardPlacement : PlacementStrategy;

/// <summary>
/// Where a shard's replica lives: by rendezvous hashing of the nodes' <em>endpoints</em>, so that a node that comes back finds its own
/// files, with bounded loads, as plain hashing gives one node three times what another has; replicas of one shard on different nodes.
/// </summary>
internal sealed class ShardDirector(ISiloStatusOracle members, ClusterNodeOptions options) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = ShardKey.Parse(target.GrainIdentity.Key.ToString()!);
        return Task.FromResult(Place(key.Part.Gallery, key.Part.Shards, options.Replicas, context.GetCompatibleSilos(target))
            [key.Part.Shard, key.Replica]);
    }

    /// <summary>Where the placement would put a replica now; null where no node is known.</summary>
    public SiloAddress? Choose(ShardKey key) =>
        Nodes() is { Length: > 0 } nodes ? Place(key.Part.Gallery, key.Part.Shards, options.Replicas, nodes)[key.Part.Shard, key.Replica]
            : null;

    /// <summary>All replicas of a gallery's parts.</summary>
    public IEnumerable<ShardKey> All(Guid gallery) => Enumerable.Range(0, options.Shards).SelectMany(shard =>
        Enumerable.Range(0, options.Replicas).Select(replica => new ShardKey(new(gallery, shard, options.Shards), replica)));

    /// <summary>Those of them that belong to a node now.</summary>
    public IEnumerable<ShardKey> Share(Guid gallery, SiloAddress node)
    {
        if (Nodes() is not { Length: > 0 } nodes) return [];
        var places = Place(gallery, options.Shards, options.Replicas, nodes);
        return All(gallery).Where(key => places[key.Part.Shard, key.Replica].Equals(node));
    }

    /// <summary>
    /// The nodes of every replica of every part. All parts are placed in one fixed order, so that every node comes to the same result
    /// without asking another.
    /// </summary>
    internal static SiloAddress[,] Place(Guid gallery, int shards, int replicas, IReadOnlyCollection<SiloAddress> nodes)
    {
        var distinct = Math.Min(replicas, nodes.Count);
        var most = (shards * distinct + nodes.Count - 1) / nodes.Count;
        var room = nodes.ToDictionary(node => node, _ => most);
        var places = new SiloAddress[shards, replicas];
        for (var shard = 0; shard < shards; shard++)
        {
            var left = shards - shard;
            var ranked = nodes.Where(node => room[node] > 0).OrderByDescending(node => Weight(node, gallery, shard)).ToArray();
            // A node takes a part once: one with room for all that are left loses a place with each that it does not take, and no more
            // places may be lost than are spare. Otherwise the last parts would find room on one node only, and go beyond the bound.
            var spare = room.Values.Sum(free => Math.Min(free, left)) - left * distinct;
            var urgent = ranked.Where(node => room[node] >= left).ToArray();
            var forced = urgent.Take(Math.Max(0, urgent.Length - spare)).ToHashSet();
            var chosen = ranked.OrderByDescending(forced.Contains).Take(distinct).ToHashSet();
            var there = ranked.Where(chosen.Contains).ToArray();
            foreach (var node in there) room[node]--;
            for (var replica = 0; replica < replicas; replica++) places[shard, replica] = there[replica % there.Length];
        }
        return places;
    }

    private SiloAddress[] Nodes() => [.. members.GetApproximateSiloStatuses(onlyActive: true).Keys];

    private static ulong Weight(SiloAddress node, Guid gallery, int shard) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{node.Endpoint} {gallery:N} {shard}")));
}
