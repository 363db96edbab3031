using Pfe.Scoring;
using Pfe.Search;
using Pfe.Tests.Scoring;

namespace Pfe.Tests.Search;

public sealed class MemoryIndexTests
{
    [Theory]
    [InlineData(1, 1, IndexStore.Bits32)]
    [InlineData(33, 40, IndexStore.Bits32)]
    [InlineData(1200, 64, IndexStore.Bits32)]
    [InlineData(1200, 64, IndexStore.Bits16)]
    public void It_finds_the_best_faces_and_the_best_persons(int count, int dimension, IndexStore store)
    {
        using var probes = RandomFaces.Create(5, dimension, 2);
        using var index = new MemoryIndex(dimension, new IndexOptions { Store = store });
        var naive = new NaiveIndex();
        var faces = People(count, dimension, 1);
        index.Add(faces);
        naive.Upsert(faces);
        naive.ShouldAgree(index, probes, new SearchOptions(), store == IndexStore.Bits16 ? 0.1 : 0.02);
        naive.ShouldAgree(index, probes, new SearchOptions { K = 3 * count, Threads = 1 }, store == IndexStore.Bits16 ? 0.1 : 0.02);
    }

    [Fact]
    public void Its_scores_are_those_of_a_gallery_in_memory_to_the_last_bit()
    {
        using var set = RandomFaces.Create(700, 64, 3);
        using var probes = RandomFaces.Create(5, 64, 4);
        using var gallery = ScoreGallery.Create(set);
        using var index = new MemoryIndex(64);
        index.Add([.. set.ToIndexedFaces()]);
        var (found, expected) = (index.SearchFaces(probes), gallery.Top(probes, 0, 5, 10));
        for (var probe = 0; probe < 5; probe++)
        {
            found[probe].Select(match => (match.Id.ToString(), match.Score))
                .ShouldBe(expected[probe].Select(match => ($"face {match.Index}", match.Score)));
            // Alone it finds the same as among others.
            index.SearchFaces(probes[probe]).ShouldBe(found[probe]);
        }
    }

    [Fact]
    public void The_runner_up_is_another_person_though_the_best_one_has_more_faces_than_are_asked_for()
    {
        using var index = new MemoryIndex(64);
        using var set = RandomFaces.Create(40, 64, 5);
        index.Add([.. Enumerable.Range(0, 40).Select(i => new IndexedFace(i, i < 30 ? "ann" : $"other {i}", i < 30 ? set[0] : set[i]))]);
        index.SearchFaces(set[0], new SearchOptions { K = 5 }).ShouldAllBe(match => match.Person == "ann");
        var persons = index.SearchPersons(set[0], new SearchOptions { K = 2 });
        persons[0].ShouldBe(new PersonMatch("ann", 0, index.SearchFaces(set[0])[0].Score));
        persons[1].Person.ToString().ShouldStartWith("other");
    }

    [Fact]
    public void It_stays_right_through_a_thousand_changes()
    {
        const int Dimension = 24;
        using var index = new MemoryIndex(Dimension);
        using var probes = RandomFaces.Create(2, Dimension, 6);
        var (naive, random, faces) = (new NaiveIndex(), new Random(7), People(400, Dimension, 8));
        for (var change = 0; change < 1000; change++)
        {
            var some = Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
                faces[random.Next(faces.Length)]).DistinctBy(face => face.Id).ToArray();
            var version = index.Version;
            switch (random.Next(4))
            {
                case 0:
                    var known = some.Count(face => naive.Faces.Any(old => old.Id == face.Id));
                    index.Remove([.. some.Select(face => face.Id)]).ShouldBe(known);
                    naive.Remove(face => some.Any(other => other.Id == face.Id));
                    index.Version.ShouldBe(known > 0 ? version + 1 : version);
                    break;
                case 1 when change % 10 == 0:
                    index.RemovePersons([some[0].Person]).ShouldBe(naive.Faces.Count(face => face.Person == some[0].Person));
                    naive.Remove(face => face.Person == some[0].Person);
                    break;
                default:
                    index.Upsert(some);
                    naive.Upsert(some);
                    index.Version.ShouldBe(version + 1);
                    break;
            }
            foreach (var face in some) index.Contains(face.Id).ShouldBe(naive.Faces.Any(old => old.Id == face.Id));
            if (change % 50 == 0) naive.ShouldAgree(index, probes, new SearchOptions { K = 7 });
        }
    }

    [Fact]
    public void The_values_of_a_removed_face_are_overwritten()
    {
        using var set = RandomFaces.Create(2, 32, 1);
        using var table = new FaceTable(32, Pfe.Scoring.Kernels.BlockStore.Float32, default);
        foreach (var row in new[] { 0, 1 }) table.Put(row, row, set.Mu(row), set.Variance(row), new(1e-4f, 1e-2f));
        Values(1).Mu.ShouldBe(set.Mu(1).ToArray());
        table.Remove(1).ShouldBeTrue();
        Values(1).Mu.ShouldAllBe(value => value == 0);
        Values(1).Variance.ShouldAllBe(value => value == 0.5f);
        Values(0).Mu.ShouldBe(set.Mu(0).ToArray());

        (float[] Mu, float[] Variance) Values(int slot)
        {
            using var buffer = new RunBuffer();
            var (mu, variance) = (new float[32], new float[32]);
            table.Runs[0].Source.Read(0, 1, buffer).Read(slot, mu, variance);
            return (mu, variance);
        }
    }

    [Fact]
    public void A_face_that_is_there_is_refused_by_add_and_replaced_by_upsert_and_a_change_is_whole_or_not_at_all()
    {
        using var index = new MemoryIndex(32);
        var faces = People(4, 32, 9);
        index.Add([faces[0]]);
        Should.Throw<DuplicateFaceException>(() => index.Add([faces[1], faces[0]])).Id.ShouldBe(faces[0].Id);
        Should.Throw<DuplicateFaceException>(() => index.Upsert([faces[1], faces[1]])).Message.ShouldContain("given twice");
        (index.Count, index.Version).ShouldBe((1, 1));
        index.Upsert([faces[0] with { Person = "moved" }, faces[2]]);
        index.Count.ShouldBe(2);
        index.SearchPersons(faces[0].Embedding, new SearchOptions { K = 1 })[0].Person.ShouldBe("moved");
        index.FacesOf(faces[0].Person).ShouldBe(faces[2].Person == faces[0].Person ? [faces[2].Id] : []);
    }

    [Fact]
    public void Faces_of_another_model_or_another_dimension_are_refused_as_faces_and_as_probes()
    {
        var (one, two) = (Face("one"), Face("two"));
        using var index = new MemoryIndex(2);
        index.Add(new IndexedFace("unknown", Face(null)));
        index.ModelId.ShouldBeNull();
        index.Add(new IndexedFace("a", one));
        index.ModelId.ShouldBe("one");
        Should.Throw<ModelMismatchException>(() => index.Add(new IndexedFace("b", two))).Message.ShouldContain("'b'");
        Should.Throw<ModelMismatchException>(() => index.SearchFaces(two)).Actual.ShouldBe("two");
        Should.Throw<ModelMismatchException>(() => index.SearchPersons(new FaceEmbedding([1], [0])));
        index.SearchFaces(Face(null)).Count.ShouldBe(2);
        using var bound = new MemoryIndex(2, new IndexOptions { ModelId = "two" });
        Should.Throw<ModelMismatchException>(() => bound.Add(new IndexedFace("a", one)));

        static FaceEmbedding Face(string? model) => new([0.6f, 0.8f], [-7, -7], model);
    }

    [Fact]
    public void A_mean_that_is_not_of_unit_length_is_refused_or_normalised_by_choice_and_one_of_zeros_always_refused()
    {
        FaceEmbedding far = new([30, 40], [-7, -7]), zero = new([0, 0], [-7, -7]), unit = new([0.6f, 0.8f], [-7, -7]);
        using var strict = new MemoryIndex(2);
        Should.Throw<PfeException>(() => strict.Add(new IndexedFace("far", far))).Message.ShouldContain("'far' has a mean of length 50");
        using var kind = new MemoryIndex(2, new IndexOptions { Normalise = true });
        kind.Add(new IndexedFace("far", far));
        kind.SearchFaces(unit)[0].Score.ShouldBe(MutualLikelihood.Score(unit, unit), 1e-5f);
        foreach (var index in new[] { strict, kind })
            Should.Throw<PfeException>(() => index.Add(new IndexedFace("zero", zero))).Message.ShouldContain("'zero'");
    }

    [Fact]
    public async Task The_asynchronous_side_finds_the_same()
    {
        using var index = new MemoryIndex(32);
        var faces = People(50, 32, 10);
        index.Add(faces);
        (await Faces(index)).ShouldBe(index.SearchFaces(faces[3].Embedding));
        (await Persons(index)).ShouldBe(index.SearchPersons(faces[3].Embedding));

        async Task<IReadOnlyList<FaceMatch>> Faces(IFaceSearcher searcher) => (await searcher.SearchFacesAsync([faces[3].Embedding]))[0];
        async Task<IReadOnlyList<PersonMatch>> Persons(IFaceSearcher searcher) =>
            (await searcher.SearchPersonsAsync([faces[3].Embedding]))[0];
    }

    [Fact]
    public void Nothing_is_found_in_an_empty_index_and_bad_requests_are_refused()
    {
        using var index = new MemoryIndex(2);
        var probe = new FaceEmbedding([1, 0], [0, 0]);
        index.SearchFaces(probe).ShouldBeEmpty();
        index.SearchPersons([]).Matches.ShouldBeEmpty();
        foreach (var options in new[] { new SearchOptions { K = 0 }, new SearchOptions { Threads = -1 },
            new SearchOptions { Threshold = float.NaN } })
            Should.Throw<ArgumentOutOfRangeException>(() => index.SearchFaces(probe, options));
        Should.Throw<OperationCanceledException>(() => index.Add([new IndexedFace(1, probe)], new CancellationToken(canceled: true)));
        index.Count.ShouldBe(0);
    }

    [Fact]
    public void After_dispose_every_call_says_so()
    {
        var index = new MemoryIndex(2);
        var face = new IndexedFace("a", new FaceEmbedding([1, 0], [0, 0]));
        index.Add(face);
        index.Dispose();
        index.Dispose();
        foreach (var call in new Action[]
        {
            () => index.SearchFaces(face.Embedding), () => index.SearchPersons(face.Embedding), () => index.Add(face), () =>
                index.Upsert([face]),
            () => index.Remove(["a"]), () => index.RemovePersons(["a"]), () =>
                index.Contains("a"), () => _ = index.Count, () => _ = index.Version,
        })
            Should.Throw<ObjectDisposedException>(call);
    }

    [Fact]
    public void Searches_changes_and_dispose_may_come_from_eight_threads_at_once()
    {
        const int Calls = 10_000;
        using var probes = RandomFaces.Create(8, 16, 11);
        var faces = People(600, 16, 12);
        var index = new MemoryIndex(16);
        index.Add(faces[..300]);
        var (calls, disposed) = (0, 0);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            var random = new Random(thread);
            for (var call = 0; call < Calls / 8 && Volatile.Read(ref disposed) == 0; call++)
            {
                if (Interlocked.Increment(ref calls) == Calls * 3 / 4) index.Dispose();
                try
                {
                    if (thread == 0) index.Upsert([faces[random.Next(600)]]);
                    else if (thread == 1) index.Remove([faces[random.Next(600)].Id]);
                    else
                    {
                        var options = new SearchOptions { K = 3, Threads = 1 + thread % 2 };
                        foreach (var match in index.SearchPersons(probes[thread], options)) float.IsFinite(match.Score).ShouldBeTrue();
                    }
                }
                catch (ObjectDisposedException) { Volatile.Write(ref disposed, 1); }
            }
        });
        Should.Throw<ObjectDisposedException>(() => index.Count);
    }

    [Fact]
    public void The_best_persons_do_not_depend_on_the_order_of_the_faces_nor_on_hashes_that_collide()
    {
        var random = new Random(13);
        var persons = new Collisions([.. Enumerable.Range(0, 300).Select(_ => random.Next(40))]);
        Match[] matches = [.. Enumerable.Range(0, 300).Select(face => new Match(face, random.Next(60)))];
        var expected = matches.GroupBy(match => persons.PersonOf(match.Index)).Select(own =>
            own.MinBy(match => (-match.Score, match.Index)))
            .OrderBy(match => (-match.Score, match.Index)).ToArray();
        foreach (var k in new[] { 1, 5, 39, 100 })
            for (var round = 0; round < 20; round++)
            {
                random.Shuffle(matches);
                var top = new TopPersons(k, 20, persons);
                foreach (var match in matches) top.Add(match);
                top.ToArray().ShouldBe(expected.Where(match => match.Score >= 20).Take(k));
            }
    }

    // Two faces a person; ids are texts and numbers by turns.
    internal static IndexedFace[] People(int count, int dimension, int seed)
    {
        using var set = RandomFaces.Create(count, dimension, seed);
        return [.. Enumerable.Range(0, count).Select(i => new IndexedFace(i % 2 == 0 ? i : $"face {i}",
            i % 4 < 2 ? $"person {i / 2}" : i / 2, set[i]))];
    }

    // Persons of whom every three share a hash.
    private sealed class Collisions(int[] persons) : IFaceDirectory
    {
        public int PersonOf(int face) => persons[face];

        public bool IsLive(int face) => true;

        public ulong PersonHash(int face) => (ulong)persons[face] / 3;

        public bool IsSamePerson(int face, int other) => persons[face] == persons[other];

        public FaceId Id(int face) => face;

        public PersonId Person(int face) => persons[face];
    }
}
