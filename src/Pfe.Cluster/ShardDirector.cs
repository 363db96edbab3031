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
        var most = (shards * replicas + nodes.Count - 1) / nodes.Count;
        var loads = nodes.ToDictionary(node => node, _ => 0);
        var places = new SiloAddress[shards, replicas];
        for (var shard = 0; shard < shards; shard++)
        {
            var ranked = nodes.OrderByDescending(node => Weight(node, gallery, shard)).ToArray();
            var taken = new HashSet<SiloAddress>();
            for (var replica = 0; replica < replicas; replica++)
            {
                var node = Array.Find(ranked, node => loads[node] < most && !taken.Contains(node))
                    ?? Array.Find(ranked, node => !taken.Contains(node)) ?? ranked[replica % ranked.Length];
                taken.Add(node);
                loads[node]++;
                places[shard, replica] = node;
            }
        }
        return places;
    }

    private SiloAddress[] Nodes() => [.. members.GetApproximateSiloStatuses(onlyActive: true).Keys];

    private static ulong Weight(SiloAddress node, Guid gallery, int shard) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{node.Endpoint} {gallery:N} {shard}")));
}
