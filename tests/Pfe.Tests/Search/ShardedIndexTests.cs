using Pfe.Search;
using Pfe.Tests.Scoring;
using Pfe.TestSupport;

namespace Pfe.Tests.Search;

public sealed class ShardedIndexTests
{
    private const int Dimension = 24;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Shards_find_what_one_index_finds_to_the_last_bit(int shards)
    {
        var options = new IndexOptions { ScaleExponent = 5 };
        using var one = new MemoryIndex(Dimension, options);
        using var sharded = new ShardedIndex([.. Enumerable.Range(0, shards).Select(_ => new MemoryIndex(Dimension, options))]);
        using var probes = RandomFaces.Create(6, Dimension, 2);
        var faces = MemoryIndexTests.People(500, Dimension, 1);
        foreach (var index in new IMutableFaceIndex[] { one, sharded }) index.Add(faces);
        foreach (var search in new[] { new SearchOptions(), new SearchOptions { K = 700 }, new SearchOptions { K = 3, Threshold = -30 } })
        {
            sharded.SearchFaces(probes, search).Matches.ShouldBe(one.SearchFaces(probes, search).Matches);
            sharded.SearchPersons(probes, search).Matches.ShouldBe(one.SearchPersons(probes, search).Matches);
        }
    }

    [Fact]
    public void It_stays_right_through_many_changes_and_never_splits_a_person()
    {
        MemoryIndex[] shards = [.. Enumerable.Range(0, 3).Select(_ => new MemoryIndex(Dimension))];
        using var index = new ShardedIndex(shards);
        using var probes = RandomFaces.Create(2, Dimension, 6);
        var (naive, random, faces) = (new NaiveIndex(), new Random(7), MemoryIndexTests.People(200, Dimension, 8));
        for (var change = 0; change < 300; change++)
        {
            var some = Enumerable.Range(0, random.Next(1, 9)).Select(_ => faces[random.Next(faces.Length)]).DistinctBy(face => face.Id)
                // Now and then a face moves to another person, and so to another shard.
                .Select(face => random.Next(4) == 0 ? face with { Person = random.Next(30) } : face).ToArray();
            if (change % 4 == 3)
            {
                index.Remove([.. some.Select(face => face.Id)]).ShouldBe(some.Count(face => naive.Faces.Any(old => old.Id == face.Id)));
                naive.Remove(face => some.Any(other => other.Id == face.Id));
            }
            else if (change % 10 == 9)
            {
                index.RemovePersons([some[0].Person]).ShouldBe(naive.Faces.Count(face => face.Person == some[0].Person));
                naive.Remove(face => face.Person == some[0].Person);
            }
            else
            {
                index.Upsert(some);
                naive.Upsert(some);
            }
            if (change % 20 == 0) naive.ShouldAgree(index, probes, new SearchOptions { K = 7 });
            foreach (var person in some.Select(face => face.Person).Distinct())
                shards.Count(shard => shard.FacesOf(person).Count > 0).ShouldBeLessThanOrEqualTo(1);
        }
        Should.Throw<DuplicateFaceException>(() => index.Add([naive.Faces[0] with { Person = "someone in another shard" }])).Id
            .ShouldBe(naive.Faces[0].Id);
        index.WhichAreIn([naive.Faces[0].Id, "nobody"]).ShouldBe([naive.Faces[0].Id]);
    }

    [Fact]
    public async Task A_shard_that_fails_is_a_failure_or_by_choice_is_missing_from_the_coverage()
    {
        using var good = new MemoryIndex(Dimension);
        good.Add(MemoryIndexTests.People(40, Dimension, 1));
        using var probes = RandomFaces.Create(2, Dimension, 2);
        IFaceSearcher[] shards = [good, new Broken(), good, good];
        (await Should.ThrowAsync<IOException>(async () => await new ShardedSearcher(shards).SearchPersonsAsync(probes))).Message.ShouldBe(
            "gone");
        var partial = new ShardedSearcher(shards, allowMissing: true);
        var persons = await partial.SearchPersonsAsync(probes);
        (persons.Coverage, persons.IsComplete).ShouldBe((0.75, false));
        persons.Matches.ShouldBe(good.SearchPersons(probes).Matches);
        (await partial.SearchFacesAsync(probes)).Coverage.ShouldBe(0.75);
        var whole = await new ShardedSearcher([good, good]).SearchPersonsAsync(probes);
        (whole.Coverage, whole.IsComplete).ShouldBe((1, true));
        // Not one shard left, or a probe that none can take.
        await Should.ThrowAsync<IOException>(async () => await new ShardedSearcher([new Broken()], allowMissing: true).SearchFacesAsync(
            probes));
        await Should.ThrowAsync<ModelMismatchException>(async () => await partial.SearchFacesAsync([new FaceEmbedding([1], [0])]));
        await Should.ThrowAsync<OperationCanceledException>(
            async () => await partial.SearchFacesAsync(probes, null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void After_dispose_every_call_says_so()
    {
        var index = new ShardedIndex([new MemoryIndex(2), new MemoryIndex(2)]);
        index.Dispose();
        index.Dispose();
        foreach (var call in new Action[] { () => _ = index.Count, () => index.SearchFaces(new FaceEmbedding([1, 0], [0, 0])), () =>
            index.Remove(["a"]) })
            Should.Throw<ObjectDisposedException>(call);
    }

    private sealed class Broken : IFaceSearcher
    {
        public ValueTask<SearchResult<FaceMatch>> SearchFacesAsync(
            IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default) =>
                throw new IOException("gone");

        public async ValueTask<SearchResult<PersonMatch>> SearchPersonsAsync(
            IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default)
        {
            await Task.Yield();
            throw new IOException("gone");
        }
    }
}
