using Pfe.Scoring;
using Pfe.Search;
using Pfe.TestSupport;
using Pfe.Tests.Scoring;

namespace Pfe.Tests.Search;

public sealed class EmbeddingIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string IndexPath => _folder.File("faces.pfi");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 33)]
    [InlineData(700, 64)]
    [InlineData(1111, 100)]
    public void Exact_search_finds_what_a_gallery_in_memory_finds(int count, int dimension)
    {
        using var faces = RandomFaces.Create(count, dimension, 1);
        using var probes = RandomFaces.Create(7, dimension, 2);
        using var gallery = ScoreGallery.Create(faces);
        var expected = gallery.Top(probes, 0, 7, k: 10);
        EmbeddingIndex.Build(IndexPath, [faces]);
        using var index = EmbeddingIndex.Open(IndexPath);
        index.Verify();
        var found = index.Search(probes);
        for (var probe = 0; probe < 7; probe++)
        {
            found[probe].Select(match => new Match(match.Id, match.Score)).ShouldBe(expected[probe]);
            found[probe].ShouldAllBe(match => match.Name == $"face {match.Id}");
        }
        using var loaded = EmbeddingIndex.Load(IndexPath);
        loaded.Search(probes).ShouldBe(found);
    }

    [Theory]
    [InlineData(IndexStore.Bits32)]
    [InlineData(IndexStore.Bits16)]
    public void Early_out_gives_the_exact_result_to_the_last_bit_whatever_the_threads(IndexStore store)
    {
        using var faces = Clusters(600, 400, 3);
        using var probes = Clusters(8, 400, 3);
        EmbeddingIndex.Build(IndexPath, [faces], new IndexOptions { Store = store });
        using var index = EmbeddingIndex.Open(IndexPath);
        var exact = index.Search(probes, new SearchOptions { Threads = 1 });
        index.Search(probes, new SearchOptions { Threads = 3 }).ShouldBe(exact);
        foreach (var threads in new[] { 1, 3 })
            index.Search(probes, new SearchOptions { Mode = SearchMode.EarlyOut, Threads = threads }).ShouldBe(exact);
    }

    [Theory]
    [InlineData(IndexStore.Bits32, 40)]
    [InlineData(IndexStore.Bits32, 16 * 23 + 5)]
    [InlineData(IndexStore.Bits16, 16 * 4)]
    [InlineData(IndexStore.Bits16, 16 * 150 + 1)]
    public void A_probe_alone_finds_to_the_last_bit_what_it_finds_among_others(IndexStore store, int count)
    {
        using var faces = RandomFaces.Create(count, 300, 20);
        using var probes = RandomFaces.Create(5, 300, 21);
        EmbeddingIndex.Build(IndexPath, [faces, faces], new IndexOptions { Store = store });
        using var index = EmbeddingIndex.Open(IndexPath);
        var options = new SearchOptions { K = 2 * count };
        var together = index.Search(probes, options);
        for (var row = 0; row < probes.Count; row++)
        {
            using var alone = new EmbeddingSet(300, probes.Mu(row).ToArray(), probes.LogVariance(row).ToArray(), ["alone"]);
            index.Search(alone, options)[0].ShouldBe(together[row]);
        }
    }

    [Fact]
    public void A_shortlist_of_everything_gives_the_exact_result_and_a_short_one_the_true_mates()
    {
        using var faces = Clusters(600, 128, 4);
        using var probes = Clusters(8, 128, 4);
        EmbeddingIndex.Build(IndexPath, [faces]);
        using var index = EmbeddingIndex.Open(IndexPath);
        var exact = index.Search(probes);
        index.Search(probes, new SearchOptions { Mode = SearchMode.Shortlist, ShortlistSize = 600 }).ShouldBe(exact);
        var few = index.Search(probes, new SearchOptions { Mode = SearchMode.Shortlist, ShortlistSize = 50, K = 1 });
        for (var probe = 0; probe < 8; probe++) few[probe][0].ShouldBe(exact[probe][0]);
    }

    [Fact]
    public void Sixteen_bit_scores_stay_within_the_stated_error()
    {
        using var faces = RandomFaces.Create(300, 512, 5);
        using var probes = RandomFaces.Create(3, 512, 6);
        EmbeddingIndex.Build(IndexPath, [faces], new IndexOptions { Store = IndexStore.Bits16 });
        using var index = EmbeddingIndex.Open(IndexPath);
        foreach (var (probe, matches) in index.Search(probes, new SearchOptions { K = 300 }).Index())
        {
            matches.Length.ShouldBe(300);
            foreach (var match in matches)
                ((double)match.Score).ShouldBe(ScoreBounds.Of(ScoreKind.MutualLikelihood, probes, probe, faces, match.Id).Exact, 0.1);
        }
    }

    [Fact]
    public void Appended_faces_are_found_under_new_numbers_and_what_was_there_is_not_rewritten()
    {
        using var first = RandomFaces.Create(100, 48, 7);
        using var second = Renamed(RandomFaces.Create(50, 48, 8), "new");
        EmbeddingIndex.Build(IndexPath, [first]);
        var before = File.ReadAllBytes(IndexPath);
        using var open = EmbeddingIndex.Open(IndexPath);
        EmbeddingIndex.Append(IndexPath, second);
        open.Count.ShouldBe(100);
        File.ReadAllBytes(IndexPath).AsSpan(4096, before.Length - 4096).SequenceEqual(before.AsSpan(4096)).ShouldBeTrue();
        using var index = EmbeddingIndex.Open(IndexPath);
        index.Verify();
        index.Count.ShouldBe(150);
        index.Name(120).ShouldBe("new 20");
        index.Search(second, new SearchOptions { K = 1 }).Select(matches => matches[0].Id).ShouldBe(Enumerable.Range(100, 50));
    }

    [Fact]
    public void Removed_faces_are_never_found_in_any_mode_and_an_unknown_name_removes_nothing()
    {
        using var faces = RandomFaces.Create(100, 48, 9);
        EmbeddingIndex.Build(IndexPath, [faces]);
        Should.Throw<PfeException>(() => EmbeddingIndex.Remove(IndexPath, ["face 3", "nobody"])).Message.ShouldContain("'nobody'");
        EmbeddingIndex.Remove(IndexPath, ["face 3", "face 99"]).ShouldBe(2);
        using var index = EmbeddingIndex.Open(IndexPath);
        index.Count.ShouldBe(98);
        foreach (var mode in Enum.GetValues<SearchMode>())
            foreach (var matches in index.Search(faces, new SearchOptions { K = 100, Mode = mode }))
                matches.Select(match => match.Id).Order().ShouldBe(Enumerable.Range(0, 99).Except([3]));
    }

    [Fact]
    public void A_threshold_keeps_only_what_reaches_it_in_every_mode()
    {
        using var faces = Clusters(400, 64, 10);
        using var probes = Clusters(5, 64, 10);
        EmbeddingIndex.Build(IndexPath, [faces]);
        using var index = EmbeddingIndex.Open(IndexPath);
        var all = index.Search(probes, new SearchOptions { K = 400 });
        var threshold = all[0][5].Score;
        foreach (var mode in Enum.GetValues<SearchMode>())
            index.Search(probes, new SearchOptions { K = 400, ShortlistSize = 400, Threshold = threshold, Mode = mode })
                .ShouldBe(all.Select(matches => matches.Where(match => match.Score >= threshold).ToArray()).ToArray());
    }

    [Fact]
    public void A_change_cut_off_at_any_point_leaves_the_index_as_it_was()
    {
        using var faces = RandomFaces.Create(20, 16, 11);
        EmbeddingIndex.Build(IndexPath, [faces]);
        var before = File.ReadAllBytes(IndexPath);
        EmbeddingIndex.Append(IndexPath, faces);
        var after = File.ReadAllBytes(IndexPath);
        foreach (var reached in new[] { before.Length, before.Length + 100, after.Length - 1 })
        {
            // Everything up to the moment of the commit: the head is still the old one.
            File.WriteAllBytes(IndexPath, [.. before[..4096], .. after[4096..reached]]);
            using (var index = EmbeddingIndex.Open(IndexPath)) index.Count.ShouldBe(20);
            EmbeddingIndex.Append(IndexPath, faces);
            using (var index = EmbeddingIndex.Open(IndexPath))
            {
                index.Count.ShouldBe(40);
                index.Verify();
            }
        }
        // A commit slot that was half written.
        var torn = (byte[])after.Clone();
        torn[512 + 3] ^= 0xFF;
        File.WriteAllBytes(IndexPath, torn);
        using (var index = EmbeddingIndex.Open(IndexPath)) index.Count.ShouldBe(20 + (after[1024] == 2 ? 20 : 0));
    }

    [Fact]
    public void Loading_stops_when_asked_and_names_a_file_that_is_not_there()
    {
        using var faces = RandomFaces.Create(20, 16, 12);
        EmbeddingIndex.Build(IndexPath, [faces]);
        Should.Throw<OperationCanceledException>(() => EmbeddingIndex.Load(IndexPath, new CancellationToken(canceled: true)).Dispose());
        Should.Throw<PfeException>(() => EmbeddingIndex.Load(_folder.File("none.pfi")).Dispose()).Message.ShouldContain("none.pfi");
    }

    [Fact]
    public void Damage_is_found_and_named()
    {
        using var faces = RandomFaces.Create(20, 16, 12);
        EmbeddingIndex.Build(IndexPath, [faces]);
        var good = File.ReadAllBytes(IndexPath);
        foreach (var (at, opens) in new[] { (0, false), (13, false), (20, false), (good.Length - 3, false), (5000, true) })
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 1;
            File.WriteAllBytes(IndexPath, bad);
            Should.Throw<PfeException>(() =>
            {
                using var index = EmbeddingIndex.Open(IndexPath);
                opens.ShouldBeTrue($"byte {at}");
                index.Verify();
            }).Message.ShouldContain(IndexPath);
            Should.Throw<PfeException>(() => EmbeddingIndex.Load(IndexPath).Dispose()).Message.ShouldContain(IndexPath);
        }
        for (var length = 1; length < good.Length; length += 499)
        {
            File.WriteAllBytes(IndexPath, good[..length]);
            Should.Throw<PfeException>(() => EmbeddingIndex.Open(IndexPath).Dispose());
        }
    }

    [Fact]
    public void Faces_that_cannot_be_held_leave_no_file_and_an_index_unchanged()
    {
        using var wide = RandomFaces.Create(20, 16, 13, 1e-12, 1e4);
        using var wild = new EmbeddingSet(16, new float[16], [.. Enumerable.Repeat(-80f, 16)], ["wild.jpg"]);
        Should.Throw<PfeException>(() => EmbeddingIndex.Build(IndexPath, [wide], new IndexOptions { Store = IndexStore.Bits16 }))
            .Message.ShouldContain("float32 index holds more");
        Should.Throw<PfeException>(() => EmbeddingIndex.Build(IndexPath, [wild])).Message.ShouldContain("wild.jpg");
        Should.Throw<PfeException>(() => EmbeddingIndex.Build(IndexPath, []));
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
        EmbeddingIndex.Build(IndexPath, [wide]);
        var before = File.ReadAllBytes(IndexPath);
        Should.Throw<PfeException>(() => EmbeddingIndex.Append(IndexPath, wild));
        Should.Throw<PfeException>(() => EmbeddingIndex.Append(IndexPath, RandomFaces.Create(1, 8, 1)))
            .Message.ShouldContain("8 dimensions");
        File.ReadAllBytes(IndexPath).ShouldBe(before);
        Directory.GetFiles(_folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void Wide_variances_and_stray_probes_score_within_the_bound()
    {
        using var faces = RandomFaces.Create(40, 37, 14, 1e-12, 1e4);
        using var probe = new EmbeddingSet(37, faces.Mu(0).ToArray(), [.. Enumerable.Range(0, 37).Select(l => -85f + 4 * l)], ["stray"]);
        EmbeddingIndex.Build(IndexPath, [faces]);
        using var index = EmbeddingIndex.Open(IndexPath);
        foreach (var (set, row) in new[] { (faces, 5), (probe, 0) })
            foreach (var match in index.Search(set, new SearchOptions { K = 40 })[row])
            {
                var (exact, bound) = ScoreBounds.Of(ScoreKind.MutualLikelihood, set, row, faces, match.Id);
                ScoreBounds.ShouldHold(match.Score, (exact, bound + 1e-6 * Math.Abs(exact)), match.Name);
            }
    }

    [Fact]
    public void Cancelled_work_stops_and_a_cancelled_build_leaves_no_file()
    {
        using var faces = RandomFaces.Create(100, 16, 15);
        var cancelled = new CancellationToken(canceled: true);
        Should.Throw<OperationCanceledException>(() => EmbeddingIndex.Build(IndexPath, [faces], cancellation: cancelled));
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
        EmbeddingIndex.Build(IndexPath, [faces]);
        using var index = EmbeddingIndex.Open(IndexPath);
        foreach (var mode in Enum.GetValues<SearchMode>())
            Should.Throw<OperationCanceledException>(
                () => index.Search(faces, new SearchOptions { Mode = mode, ShortlistSize = 100 }, cancelled));
    }

    [Fact]
    public void A_second_writer_is_refused()
    {
        using var faces = RandomFaces.Create(10, 16, 16);
        EmbeddingIndex.Build(IndexPath, [faces]);
        using var other = new FileStream(IndexPath + ".lock", FileMode.Create, FileAccess.Write, FileShare.None);
        Should.Throw<PfeException>(() => EmbeddingIndex.Append(IndexPath, faces)).Message.ShouldContain("cannot change");
    }

    private static EmbeddingSet Renamed(EmbeddingSet set, string prefix) => new(set.Dimension,
        [.. Enumerable.Range(0, set.Count).SelectMany(i => set.Mu(i).ToArray())],
        [.. Enumerable.Range(0, set.Count).SelectMany(i => set.LogVariance(i).ToArray())],
        [.. Enumerable.Range(0, set.Count).Select(i => $"{prefix} {i}")]);

    // Five faces a person: row i of one seed belongs to person i / 5.
    private static EmbeddingSet Clusters(int count, int dimension, int seed)
    {
        using var people = RandomFaces.Create((count + 4) / 5, dimension, seed);
        using var noise = RandomFaces.Create(count, dimension, seed * 1000 + count, 1e-3, 4e-3);
        var mu = new float[count * dimension];
        for (var i = 0; i < mu.Length; i++)
            mu[i] = 0.8f * people.Mu(i / dimension / 5)[i % dimension] + 0.6f * noise.Mu(i / dimension)[i % dimension];
        return new EmbeddingSet(dimension, mu, [.. Enumerable.Range(0, count).SelectMany(i => noise.LogVariance(i).ToArray())],
            noise.Paths);
    }
}
