using System.Net;
using Orleans.Runtime;
using Pfe.Cluster;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>The placement alone, for hundreds of clusters whose addresses are drawn.</summary>
public sealed class ShardDirectorTests
{
    [Theory]
    [InlineData(3, 6, 2)]
    [InlineData(3, 12, 2)]
    [InlineData(5, 12, 3)]
    [InlineData(7, 50, 2)]
    [InlineData(4, 2, 2)]
    [InlineData(1, 12, 2)]
    [InlineData(2, 7, 3)]
    public void No_node_has_more_than_its_share_and_no_part_twice_while_there_are_nodes_enough(int nodes, int shards, int replicas)
    {
        var random = new Random(nodes * 1000 + shards);
        for (var draw = 0; draw < 200; draw++)
        {
            var silos = Enumerable.Range(0, nodes)
                .Select(n => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1024 + n * 8000 + random.Next(8000)), 1)).ToArray();
            var gallery = new Guid([.. Enumerable.Range(0, 16).Select(_ => (byte)random.Next(256))]);
            var places = ShardDirector.Place(gallery, shards, replicas, silos);

            var distinct = Math.Min(replicas, nodes);
            var share = (shards * distinct + nodes - 1) / nodes;
            var loads = silos.ToDictionary(silo => silo, _ => 0);
            for (var shard = 0; shard < shards; shard++)
            {
                var there = Enumerable.Range(0, replicas).Select(replica => places[shard, replica]).ToHashSet();
                there.Count.ShouldBe(distinct);
                foreach (var silo in there) loads[silo]++;
            }
            loads.Values.Max().ShouldBeLessThanOrEqualTo(share);

            // Whoever asks, in whatever order it knows the nodes, comes to the same result.
            ShardDirector.Place(gallery, shards, replicas, [.. silos.Reverse()]).ShouldBe(places);
        }
    }

    [Fact]
    public void A_node_that_leaves_moves_little_but_its_own_parts()
    {
        var silos = Enumerable.Range(0, 10).Select(n => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 20_000 + n), 1)).ToArray();
        var (before, after) = (ShardDirector.Place(Guid.Empty, 240, 2, silos), ShardDirector.Place(Guid.Empty, 240, 2, silos[..9]));
        var moved = 0;
        for (var shard = 0; shard < 240; shard++)
        {
            var there = new[] { before[shard, 0], before[shard, 1] };
            moved += new[] { after[shard, 0], after[shard, 1] }.Count(silo => !there.Contains(silo));
        }
        // 48 lived on it; the bound pushes some others about.
        moved.ShouldBeInRange(48, 120);
    }
}
