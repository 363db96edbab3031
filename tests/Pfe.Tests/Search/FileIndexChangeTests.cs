using Pfe.Search;
using Pfe.Tests.Scoring;
using Pfe.TestSupport;

namespace Pfe.Tests.Search;

public sealed class FileIndexChangeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string IndexPath => _folder.File("faces.pfi");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_stays_right_through_many_changes_which_every_open_reader_sees_at_once()
    {
        const int Dimension = 24;
        FileIndex.Create(IndexPath, Dimension);
        FileIndex[] readers = [.. Enum.GetValues<IndexAccess>().Select(access => FileIndex.Open(IndexPath, access))];
        using var index = FileIndex.Open(IndexPath);
        using var probes = RandomFaces.Create(2, Dimension, 6);
        var (naive, random, faces) = (new NaiveIndex(), new Random(7), MemoryIndexTests.People(120, Dimension, 8));
        for (var change = 0; change < 150; change++)
        {
            var some = Enumerable.Range(0, random.Next(1, 20)).Select(_ => faces[random.Next(faces.Length)])
                .DistinctBy(face => face.Id).ToArray();
            switch (random.Next(6))
            {
                case 0:
                    index.Remove([.. some.Select(face => face.Id)])
                        .ShouldBe(some.Count(face => naive.Faces.Any(old => old.Id == face.Id)));
                    naive.Remove(face => some.Any(other => other.Id == face.Id));
                    break;
                case 1:
                    index.RemovePersons([some[0].Person]).ShouldBe(naive.Faces.Count(face => face.Person == some[0].Person));
                    naive.Remove(face => face.Person == some[0].Person);
                    break;
                case 2:
                    index.Compact();
                    (index.RemovedCount, index.SegmentCount).ShouldBe((0, Math.Min(1, naive.Faces.Count)));
                    break;
                default:
                    var version = index.Version;
                    index.Upsert(some);
                    naive.Upsert(some);
                    index.Version.ShouldBe(version + 1);
                    break;
            }
            if (change % 10 == 0)
                foreach (var reader in readers) naive.ShouldAgree(reader, probes, new SearchOptions { K = 7 });
            foreach (var face in some) readers[change % 3].Contains(face.Id).ShouldBe(naive.Faces.Any(old => old.Id == face.Id));
        }
        index.Verify();
        foreach (var reader in readers) reader.Dispose();
    }

    [Fact]
    public void Added_faces_leave_what_was_there_as_it_was()
    {
        using var first = RandomFaces.Create(100, 48, 7);
        using var second = FileIndexTests.Renamed(RandomFaces.Create(50, 48, 8), "new");
        FileIndex.Build(IndexPath, [first]);
        var before = File.ReadAllBytes(IndexPath);
        using var index = FileIndex.Open(IndexPath);
        index.Add(second, path => path.Split(' ')[0]);
        File.ReadAllBytes(IndexPath).AsSpan(4096, before.Length - 4096).SequenceEqual(before.AsSpan(4096)).ShouldBeTrue();
        index.Verify();
        index.Count.ShouldBe(150);
        var found = index.SearchFaces(second, new SearchOptions { K = 1 });
        for (var row = 0; row < 50; row++) found[row][0].ShouldBe(new FaceMatch($"new {row}", "new", found[row][0].Score));
    }

    [Fact]
    public void The_same_faces_are_refused_or_replaced_by_choice()
    {
        using var faces = RandomFaces.Create(20, 16, 7);
        FileIndex.Build(IndexPath, [faces]);
        var before = File.ReadAllBytes(IndexPath);
        using var index = FileIndex.Open(IndexPath);
        Should.Throw<DuplicateFaceException>(() => index.Add(faces)).Id.ShouldBe("face 0");
        Should.Throw<DuplicateFaceException>(() => FileIndex.Build(_folder.File("twice.pfi"), [faces, faces]));
        File.ReadAllBytes(IndexPath).ShouldBe(before);
        Directory.GetFiles(_folder.Path).Length.ShouldBe(1);
        index.Add(faces, replace: true);
        (index.Count, index.RemovedCount).ShouldBe((20, 20));
        FileIndex.Build(_folder.File("twice.pfi"), [faces, faces], options: new IndexOptions { ReplaceDuplicates = true });
        using var twice = FileIndex.Open(_folder.File("twice.pfi"));
        foreach (var one in new[] { index, twice })
            one.SearchFaces(faces[3], new SearchOptions { K = 20 }).Select(match => match.Id).ShouldBeUnique();
    }

    [Fact]
    public void What_was_removed_is_never_found_in_any_mode_and_its_bytes_go_when_the_file_is_compacted()
    {
        using var faces = RandomFaces.Create(100, 48, 9);
        FileIndex.Build(IndexPath, [faces], path => $"person of {path}", new IndexOptions { Shortlist = true });
        using var index = FileIndex.Open(IndexPath);
        index.Remove(["face 3", "face 99", "nobody"]).ShouldBe(2);
        Check();
        HasBytes("face 99").ShouldBeTrue();
        index.Compact();
        index.RemovedCount.ShouldBe(0);
        Check();
        foreach (var gone in new[] { "face 3 ", "face 99", "person of face 3p", "person of face 99" }) HasBytes(gone.Trim()).ShouldBe(
            gone is "face 3 ");
        var (mu, shorts) = (System.Runtime.InteropServices.MemoryMarshal.AsBytes(faces.Mu(99)).ToArray(), index.HasShortlist);
        shorts.ShouldBeTrue();
        File.ReadAllBytes(IndexPath).AsSpan().IndexOf(mu.AsSpan(0, 4)).ShouldBe(-1);

        void Check()
        {
            index.Count.ShouldBe(98);
            foreach (var mode in Enum.GetValues<SearchMode>())
                foreach (var matches in index.SearchFaces(faces, new SearchOptions { K = 100, ShortlistSize = 100, Mode = mode }).Matches)
                    matches.Select(match => match.Id.Text!).Order(StringComparer.Ordinal).ShouldBe(
                        Enumerable.Range(0, 99).Where(i => i != 3).Select(i => $"face {i}").Order(StringComparer.Ordinal));
        }

        // "face 3" is the beginning of "face 30".
        bool HasBytes(string text) => File.ReadAllBytes(IndexPath).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0;
    }

    [Fact]
    public void Compaction_changes_no_score()
    {
        foreach (var store in Enum.GetValues<IndexStore>())
        {
            using var faces = RandomFaces.Create(100, 48, 9);
            FileIndex.Build(IndexPath, [faces], options: new IndexOptions { Store = store, Shortlist = true });
            using var index = FileIndex.Open(IndexPath);
            index.Remove(["face 3", "face 17"]);
            foreach (var options in new[] { new SearchOptions { K = 98 }, new SearchOptions { K = 5, Mode = SearchMode.Shortlist,
                ShortlistSize = 9 } })
            {
                var before = index.SearchFaces(faces, options);
                index.Compact();
                index.SearchFaces(faces, options).Matches.ShouldBe(before.Matches);
            }
        }
    }

    [Fact]
    public void A_change_cut_off_at_any_point_leaves_the_index_as_it_was_or_as_it_is_after()
    {
        using var faces = RandomFaces.Create(20, 16, 11);
        using var more = FileIndexTests.Renamed(RandomFaces.Create(20, 16, 12), "more");
        FileIndex.Build(IndexPath, [faces]);
        var before = File.ReadAllBytes(IndexPath);
        using (var index = FileIndex.Open(IndexPath)) index.Add(more);
        var after = File.ReadAllBytes(IndexPath);
        foreach (var reached in new[] { before.Length, before.Length + 100, after.Length - 1 })
        {
            // Everything up to the moment of the commit: the head is still the old one.
            File.WriteAllBytes(IndexPath, [.. before[..4096], .. after[4096..reached]]);
            Counts(20);
            using (var index = FileIndex.Open(IndexPath)) index.Add(more);
            Counts(40);
        }
        // The first slot written in part, or whole, and the second not yet.
        for (var written = 0; written <= 40; written++)
        {
            var page = (byte[])before[..4096].Clone();
            after.AsSpan(512, written).CopyTo(page.AsSpan(512));
            File.WriteAllBytes(IndexPath, [.. page, .. after[4096..]]);
            using var index = FileIndex.Open(IndexPath);
            index.Count.ShouldBe(page.AsSpan(512, 40).SequenceEqual(after.AsSpan(512, 40)) ? 40 : 20);
        }

        void Counts(int faces)
        {
            using var index = FileIndex.Open(IndexPath);
            index.Count.ShouldBe(faces);
            index.Verify();
        }
    }

    [Fact]
    public void A_change_that_fails_leaves_the_file_byte_by_byte_as_it_was()
    {
        using var faces = RandomFaces.Create(2000, 16, 11);
        FileIndex.Build(IndexPath, [faces]);
        var before = File.ReadAllBytes(IndexPath);
        using var index = FileIndex.Open(IndexPath);
        using var more = FileIndexTests.Renamed(faces, "more");
        using var source = new CancellationTokenSource();
        // In the middle: the first blocks have been written.
        Should.Throw<OperationCanceledException>(() => index.Add(more, progress: new CancelAt(source), cancellation: source.Token));
        File.ReadAllBytes(IndexPath).ShouldBe(before);
        Directory.GetFiles(_folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void Faces_that_cannot_be_held_leave_no_file_and_an_index_unchanged()
    {
        using var wide = RandomFaces.Create(20, 16, 13, 1e-12, 1e4);
        using var wild = new EmbeddingSet(16, [1, .. new float[15]], [.. Enumerable.Repeat(-80f, 16)], ["wild.jpg"]);
        using var zero = new EmbeddingSet(16, new float[16], new float[16], ["zero.jpg"]);
        using var far = new EmbeddingSet(16, [30, .. new float[15]], new float[16], ["far.jpg"]);
        Should.Throw<PfeException>(() => FileIndex.Build(IndexPath, [wide], options: new IndexOptions { Store = IndexStore.Bits16 }))
            .Message.ShouldContain("float32 index holds more");
        foreach (var (set, named) in new[] { (wild, "wild.jpg"), (zero, "zero.jpg"), (far, "'far.jpg') has a mean of length 30") })
            Should.Throw<PfeException>(() => FileIndex.Build(IndexPath, [set])).Message.ShouldContain(named);
        Should.Throw<PfeException>(() => FileIndex.Build(IndexPath, []));
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
        FileIndex.Build(IndexPath, [wide]);
        var before = File.ReadAllBytes(IndexPath);
        using var index = FileIndex.Open(IndexPath);
        foreach (var set in new[] { wild, zero, far }) Should.Throw<PfeException>(() => index.Add(set));
        Should.Throw<ModelMismatchException>(() => index.Add(RandomFaces.Create(1, 8, 1))).Message.ShouldContain("8 dimensions");
        File.ReadAllBytes(IndexPath).ShouldBe(before);
        Directory.GetFiles(_folder.Path).Length.ShouldBe(1);
        index.Add(far, normalise: true);
        index.SearchFaces(new FaceEmbedding([1, .. new float[15]], new float[16]), new SearchOptions { K = 21 })
            .Select(match => match.Id).ShouldContain("far.jpg");
    }

    [Fact]
    public void Faces_and_probes_of_another_model_are_refused()
    {
        static EmbeddingSet Of(string? model, string name) => EmbeddingSet.Of([new FaceEmbedding([0.6f, 0.8f], [-7, -7], model)], [name]);
        FileIndex.Build(IndexPath, [Of("one", "a")]);
        using var index = FileIndex.Open(IndexPath);
        index.ModelId.ShouldBe("one");
        Should.Throw<ModelMismatchException>(() => index.Add(Of("two", "b")));
        Should.Throw<ModelMismatchException>(() => index.Upsert([new IndexedFace("b", Of("two", "b")[0])]));
        Should.Throw<ModelMismatchException>(() => index.SearchFaces(Of("two", "b"))).Expected.ShouldBe("one");
        Should.Throw<ModelMismatchException>(() => FileIndex.Build(_folder.File("two.pfi"), [Of("one", "a"), Of("two", "b")]));
        index.Add(Of(null, "b"));
        index.SearchPersons(Of(null, "probe")[0]).Count.ShouldBe(2);
        index.Compact();
        index.ModelId.ShouldBe("one");
    }

    [Fact]
    public void A_second_writer_is_refused_and_readers_go_on()
    {
        using var faces = RandomFaces.Create(10, 16, 16);
        FileIndex.Build(IndexPath, [faces]);
        using var other = new FileStream(IndexPath + ".lock", FileMode.Create, FileAccess.Write, FileShare.None);
        using var index = FileIndex.Open(IndexPath);
        Should.Throw<PfeException>(() => index.Add(FileIndexTests.Renamed(faces, "more"))).Message.ShouldContain("cannot change");
        index.SearchFaces(faces).Matches.Count.ShouldBe(10);
    }

    [Fact]
    public void A_file_that_is_built_anew_is_seen_and_one_that_is_deleted_stays_as_it_was()
    {
        using var faces = RandomFaces.Create(10, 16, 16);
        using var fewer = RandomFaces.Create(4, 16, 16);
        FileIndex.Build(IndexPath, [faces]);
        using var index = FileIndex.Open(IndexPath);
        index.Count.ShouldBe(10);
        FileIndex.Build(IndexPath, [fewer]);
        (index.Count, index.Version).ShouldBe((4, 2));
        File.Delete(IndexPath);
        index.SearchFaces(faces[0]).Count.ShouldBe(4);
        Should.Throw<PfeException>(() => index.Remove(["face 0"])).Message.ShouldContain("there is no index");
    }

    private sealed class CancelAt(CancellationTokenSource source) : IProgress<int>
    {
        public void Report(int value) => source.Cancel();
    }
}
