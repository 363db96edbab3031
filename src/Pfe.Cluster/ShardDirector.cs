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
        var nodes = context.GetCompatibleSilos(target);
        return Task.FromResult(Choose(ShardKey.Parse(target.GrainIdentity.Key.ToString()!), nodes, options.Replicas));
    }

    /// <summary>Where the placement would put a replica now; null where no node is known.</summary>
    public SiloAddress? Choose(ShardKey key)
    {
        var nodes = members.GetApproximateSiloStatuses(onlyActive: true).Keys.ToArray();
        return nodes.Length == 0 ? null : Choose(key, nodes, options.Replicas);
    }

    /// <summary>
    /// The whole gallery is placed in one fixed order, so that every node comes to the same result without asking another.
    /// </summary>
    internal static SiloAddress Choose(ShardKey key, IReadOnlyCollection<SiloAddress> nodes, int replicas)
    {
        var most = (key.Shards * replicas + nodes.Count - 1) / nodes.Count;
        var loads = nodes.ToDictionary(node => node, _ => 0);
        for (var shard = 0; ; shard++)
        {
            var ranked = nodes.OrderByDescending(node => Weight(node, key.Gallery, shard)).ToArray();
            var taken = new HashSet<SiloAddress>();
            for (var replica = 0; replica < replicas; replica++)
            {
                var node = Array.Find(ranked, node => loads[node] < most && !taken.Contains(node))
                    ?? Array.Find(ranked, node => !taken.Contains(node)) ?? ranked[replica % ranked.Length];
                taken.Add(node);
                loads[node]++;
                if (shard == key.Shard && replica == key.Replica) return node;
            }
            if (shard > key.Shard) return ranked[key.Replica % ranked.Length];
        }
    }

    private static ulong Weight(SiloAddress node, Guid gallery, int shard) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{node.Endpoint} {gallery:N} {shard}")));
}
