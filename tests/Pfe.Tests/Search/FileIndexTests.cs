using Pfe.Scoring;
using Pfe.Search;
using Pfe.Tests.Scoring;
using Pfe.TestSupport;

namespace Pfe.Tests.Search;

public sealed class FileIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string IndexPath => _folder.File("faces.pfi");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 33)]
    [InlineData(700, 64)]
    [InlineData(1111, 100)]
    public void Exact_search_finds_what_a_gallery_in_memory_finds_however_the_file_is_read(int count, int dimension)
    {
        using var faces = RandomFaces.Create(count, dimension, 1);
        using var probes = RandomFaces.Create(7, dimension, 2);
        using var gallery = ScoreGallery.Create(faces);
        var expected = gallery.Top(probes, 0, 7, k: 10);
        FileIndex.Build(IndexPath, [faces]);
        foreach (var access in Enum.GetValues<IndexAccess>())
        {
            using var index = FileIndex.Open(IndexPath, access);
            index.Verify();
            var found = index.SearchFaces(probes);
            for (var probe = 0; probe < 7; probe++)
                found[probe].Select(match => (match.Id.ToString(), match.Score))
                    .ShouldBe(expected[probe].Select(match => ($"face {match.Index}", match.Score)));
        }
    }

    [Theory]
    [InlineData(IndexStore.Bits32, false)]
    [InlineData(IndexStore.Bits16, false)]
    [InlineData(IndexStore.Bits32, true)]
    public void It_finds_the_best_faces_and_the_best_persons_whatever_the_threads_and_the_access(IndexStore store, bool normalise)
    {
        using var probes = RandomFaces.Create(5, 64, 2);
        var (naive, faces, tolerance) = (new NaiveIndex(), MemoryIndexTests.People(900, 64, 1), store == IndexStore.Bits16 ? 0.1 : 0.02);
        naive.Upsert(faces);
        FileIndex.Create(IndexPath, 64, new IndexOptions { Store = store, Normalise = normalise });
        using (var index = FileIndex.Open(IndexPath))
        {
            index.Add(faces[..500]);
            index.Add(faces[500..]);
            index.SegmentCount.ShouldBe(2);
        }
        foreach (var access in Enum.GetValues<IndexAccess>())
            foreach (var threads in new[] { 1, 3 })
            {
                using var index = FileIndex.Open(IndexPath, access);
                naive.ShouldAgree(index, probes, new SearchOptions { Threads = threads }, tolerance);
                naive.ShouldAgree(index, probes, new SearchOptions { Threads = threads, K = 1000 }, tolerance);
            }
    }

    [Theory]
    [InlineData(IndexStore.Bits32, 40)]
    [InlineData(IndexStore.Bits32, 16 * 23 + 5)]
    [InlineData(IndexStore.Bits16, 16 * 4)]
    [InlineData(IndexStore.Bits16, 16 * 150 + 1)]
    public void A_probe_alone_finds_to_the_last_bit_what_it_finds_among_others(IndexStore store, int count)
    {
        using var faces = RandomFaces.Create(count, 300, 20);
        using var more = Renamed(faces, "more");
        using var probes = RandomFaces.Create(5, 300, 21);
        FileIndex.Build(IndexPath, [faces, more], options: new IndexOptions { Store = store });
        using var index = FileIndex.Open(IndexPath);
        var options = new SearchOptions { K = 2 * count };
        var together = index.SearchFaces(probes, options);
        for (var row = 0; row < probes.Count; row++) index.SearchFaces(probes[row], options).ShouldBe(together[row]);
    }

    [Fact]
    public void A_shortlist_of_everything_gives_the_exact_result_and_a_short_one_the_true_mates()
    {
        using var faces = Clusters(600, 128, 4);
        using var probes = Clusters(8, 128, 4);
        FileIndex.Build(IndexPath, [faces], options: new IndexOptions { Shortlist = true });
        foreach (var access in Enum.GetValues<IndexAccess>())
        {
            using var index = FileIndex.Open(IndexPath, access);
            index.HasShortlist.ShouldBeTrue();
            var exact = index.SearchFaces(probes);
            var all = new SearchOptions { Mode = SearchMode.Shortlist, ShortlistSize = 600 };
            index.SearchFaces(probes, all).Matches.ShouldBe(exact.Matches);
            index.SearchPersons(probes, all).Matches.ShouldBe(index.SearchPersons(probes).Matches);
            var few = index.SearchFaces(probes, new SearchOptions { Mode = SearchMode.Shortlist, ShortlistSize = 50, K = 1 });
            for (var probe = 0; probe < 8; probe++) few[probe][0].ShouldBe(exact[probe][0]);
        }
    }

    [Fact]
    public void The_shortlists_blocks_are_there_only_when_they_are_asked_for_and_without_them_the_search_is_exact()
    {
        using var faces = RandomFaces.Create(160, 512, 4);
        FileIndex.Build(_folder.File("with.pfi"), [faces], options: new IndexOptions { Shortlist = true, Store = IndexStore.Bits16 });
        FileIndex.Build(IndexPath, [faces], options: new IndexOptions { Store = IndexStore.Bits16 });
        using var with = FileIndex.Open(_folder.File("with.pfi"));
        using var without = FileIndex.Open(IndexPath);
        (with.BytesPerFace - without.BytesPerFace, without.BytesPerFace).ShouldBe((512 + 12, 4 * 512 + 24));
        var options = new SearchOptions { Mode = SearchMode.Shortlist, ShortlistSize = 10 };
        without.SearchFaces(faces, options).Matches.ShouldBe(without.SearchFaces(faces).Matches);
    }

    [Fact]
    public void Sixteen_bit_scores_stay_within_the_stated_error()
    {
        using var faces = RandomFaces.Create(300, 512, 5);
        using var probes = RandomFaces.Create(3, 512, 6);
        FileIndex.Build(IndexPath, [faces], options: new IndexOptions { Store = IndexStore.Bits16 });
        using var index = FileIndex.Open(IndexPath);
        foreach (var (probe, matches) in index.SearchFaces(probes, new SearchOptions { K = 300 }).Matches.Index())
        {
            matches.Count.ShouldBe(300);
            foreach (var match in matches)
                ((double)match.Score).ShouldBe(ScoreBounds.Of(ScoreKind.MutualLikelihood, probes, probe, faces, Row(match)).Exact, 0.1);
        }
    }

    [Fact]
    public void A_threshold_keeps_only_what_reaches_it_in_every_mode()
    {
        using var faces = Clusters(400, 64, 10);
        using var probes = Clusters(5, 64, 10);
        FileIndex.Build(IndexPath, [faces], options: new IndexOptions { Shortlist = true });
        using var index = FileIndex.Open(IndexPath);
        var all = index.SearchFaces(probes, new SearchOptions { K = 400 });
        var threshold = all[0][5].Score;
        foreach (var mode in Enum.GetValues<SearchMode>())
            index.SearchFaces(probes, new SearchOptions { K = 400, ShortlistSize = 400, Threshold = threshold, Mode = mode }).Matches
                .ShouldBe(all.Matches.Select(matches => matches.Where(match => match.Score >= threshold)));
    }

    [Fact]
    public void Wide_variances_and_stray_probes_score_within_the_bound()
    {
        using var faces = RandomFaces.Create(40, 37, 14, 1e-12, 1e4);
        using var probe = new EmbeddingSet(37, faces.Mu(0).ToArray(), [.. Enumerable.Range(0, 37).Select(l => -85f + 4 * l)], ["stray"]);
        FileIndex.Build(IndexPath, [faces]);
        using var index = FileIndex.Open(IndexPath);
        foreach (var (set, row) in new[] { (faces, 5), (probe, 0) })
            foreach (var match in index.SearchFaces(set, new SearchOptions { K = 40 })[row])
            {
                var (exact, bound) = ScoreBounds.Of(ScoreKind.MutualLikelihood, set, row, faces, Row(match));
                ScoreBounds.ShouldHold(match.Score, (exact, bound + 1e-6 * Math.Abs(exact)), match.Id.ToString());
            }
    }

    [Fact]
    public void Indexes_of_one_scale_give_one_face_the_same_score_to_the_last_bit_whatever_else_they_hold()
    {
        using var face = RandomFaces.Create(1, 64, 1);
        using var small = Renamed(RandomFaces.Create(30, 64, 2, 1e-6, 1e-5), "small");
        using var large = Renamed(RandomFaces.Create(30, 64, 3, 1e-3, 1e-1), "large");
        var options = new IndexOptions { Store = IndexStore.Bits16, ScaleExponent = 5 };
        FileIndex.Build(IndexPath, [small, face], options: options);
        FileIndex.Build(_folder.File("other.pfi"), [large, face], options: options);
        using var one = FileIndex.Open(IndexPath);
        using var other = FileIndex.Open(_folder.File("other.pfi"));
        float Score(FileIndex index) => index.SearchFaces(face[0], new SearchOptions { K = 31 }).Single(match =>
            match.Id == "face 0").Score;
        Score(one).ShouldBe(Score(other));
    }

    [Fact]
    public void Opening_stops_when_asked_and_names_a_file_that_is_not_there()
    {
        using var faces = RandomFaces.Create(20, 16, 12);
        FileIndex.Build(IndexPath, [faces]);
        Should.Throw<OperationCanceledException>(
            () => FileIndex.Open(IndexPath, IndexAccess.Loaded, cancellation: new CancellationToken(canceled: true)).Dispose());
        Should.Throw<PfeException>(() => FileIndex.Open(_folder.File("none.pfi")).Dispose()).Message.ShouldContain("none.pfi");
    }

    [Fact]
    public void Cancelled_work_stops_and_a_cancelled_build_leaves_no_file()
    {
        using var faces = RandomFaces.Create(100, 16, 15);
        var cancelled = new CancellationToken(canceled: true);
        Should.Throw<OperationCanceledException>(() => FileIndex.Build(IndexPath, [faces], cancellation: cancelled));
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
        FileIndex.Build(IndexPath, [faces], options: new IndexOptions { Shortlist = true });
        using var index = FileIndex.Open(IndexPath);
        foreach (var mode in Enum.GetValues<SearchMode>())
            Should.Throw<OperationCanceledException>(
                () => index.SearchFaces(faces, new SearchOptions { Mode = mode, ShortlistSize = 100 }, cancelled));
    }

    [Fact]
    public void After_dispose_every_call_says_so()
    {
        var face = new IndexedFace("a", new FaceEmbedding([1, 0], [0, 0]));
        FileIndex.Create(IndexPath, 2);
        foreach (var access in Enum.GetValues<IndexAccess>())
        {
            var index = FileIndex.Open(IndexPath, access);
            index.Dispose();
            index.Dispose();
            foreach (var call in new Action[]
            {
                () => index.SearchFaces(face.Embedding), () => index.SearchPersons(face.Embedding), () => index.Add(face),
                () => index.Upsert([face]), () => index.Remove(["a"]), () => index.RemovePersons(["a"]), () => index.Contains("a"),
                () => index.Compact(), () => index.Verify(), () => _ = index.Count, () => _ = index.Version, () => _ = index.Dimension,
            })
                Should.Throw<ObjectDisposedException>(call);
        }
    }

    [Theory]
    [InlineData(IndexAccess.Mapped)]
    [InlineData(IndexAccess.Loaded)]
    [InlineData(IndexAccess.Streamed)]
    public void Dispose_may_come_while_eight_threads_search_and_one_changes_the_file(IndexAccess access)
    {
        using var probes = RandomFaces.Create(8, 16, 11);
        var faces = MemoryIndexTests.People(600, 16, 12);
        FileIndex.Create(IndexPath, 16);
        for (var round = 0; round < 5; round++)
        {
            var index = FileIndex.Open(IndexPath, access);
            index.Upsert(faces);
            var (searches, disposed) = (0, 0);
            Parallel.For(0, 9, new ParallelOptions { MaxDegreeOfParallelism = 9 }, thread =>
            {
                for (var call = 0; call < 1000 && Volatile.Read(ref disposed) == 0; call++)
                {
                    if (Interlocked.Increment(ref searches) == 300) index.Dispose();
                    try
                    {
                        if (thread < 8) index.SearchPersons(probes[thread], new SearchOptions
                        {
                            K = 3, Threads = 1
                            + thread % 2
                        }).Count.ShouldBe(3);
                        else if (call % 3 == 2) index.Compact();
                        else index.Upsert(faces[(call % 5 * 100)..(call % 5 * 100 + 100)]);
                    }
                    catch (ObjectDisposedException) { Volatile.Write(ref disposed, 1); }
                }
            });
            Should.Throw<ObjectDisposedException>(() => index.Count);
        }
    }

    internal static EmbeddingSet Renamed(EmbeddingSet set, string prefix) => new(set.Dimension,
        [.. Enumerable.Range(0, set.Count).SelectMany(i => set.Mu(i).ToArray())],
        [.. Enumerable.Range(0, set.Count).SelectMany(i => set.LogVariance(i).ToArray())],
        [.. Enumerable.Range(0, set.Count).Select(i => $"{prefix} {i}")]);

    private static int Row(FaceMatch match) => int.Parse(match.Id.Text!.Split(' ')[1]);

    // Five faces a person: row i of one seed belongs to person i / 5.
    private static EmbeddingSet Clusters(int count, int dimension, int seed)
    {
        using var people = RandomFaces.Create((count + 4) / 5, dimension, seed);
        using var noise = RandomFaces.Create(count, dimension, seed * 1000 + count, 1e-3, 4e-3);
        var mu = new float[dimension];
        return EmbeddingSet.Of([.. Enumerable.Range(0, count).Select(i =>
        {
            for (var l = 0; l < dimension; l++) mu[l] = 0.8f * people.Mu(i / 5)[l] + 0.6f * noise.Mu(i)[l];
            return new FaceEmbedding(mu, noise.LogVariance(i)).Normalised();
        })], noise.Paths);
    }
}
