using Pfe.Search;
using Pfe.Tests.Scoring;
using Pfe.TestSupport;

namespace Pfe.Tests.Search;

public sealed class TailedIndexTests : IDisposable
{
    private const int Dimension = 24;
    private readonly TemporaryFolder _folder = new();

    private string IndexPath => _folder.File("faces.pfi");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(IndexStore.Bits32)]
    [InlineData(IndexStore.Bits16)]
    public void It_stays_right_through_many_changes_and_flushes(IndexStore store)
    {
        FileIndex.Create(IndexPath, Dimension, new IndexOptions { Store = store });
        using var index = new TailedIndex(FileIndex.Open(IndexPath));
        using var probes = RandomFaces.Create(2, Dimension, 6);
        var (naive, random, faces) = (new NaiveIndex(), new Random(7), MemoryIndexTests.People(150, Dimension, 8));
        var tolerance = store == IndexStore.Bits16 ? 0.1 : 0.02;
        for (var change = 0; change < 200; change++)
        {
            var some = Enumerable.Range(0, random.Next(1, 9)).Select(_ => faces[random.Next(faces.Length)]).DistinctBy(face => face.Id)
                .Select(face => random.Next(4) == 0 ? face with { Person = random.Next(30) } : face).ToArray();
            var version = index.Version;
            switch (random.Next(6))
            {
                case 0:
                    index.Remove([.. some.Select(face => face.Id)])
                        .ShouldBe(some.Count(face => naive.Faces.Any(old => old.Id == face.Id)), $"change {change}");
                    naive.Remove(face => some.Any(other => other.Id == face.Id));
                    break;
                case 1:
                    index.RemovePersons([some[0].Person]).ShouldBe(naive.Faces.Count(face => face.Person == some[0].Person),
                        $"change {change}");
                    naive.Remove(face => face.Person == some[0].Person);
                    break;
                case 2 when change % 3 == 0:
                    index.Flush(compact: change % 2 == 0);
                    index.TailCount.ShouldBe(0);
                    using (var file = FileIndex.Open(IndexPath)) naive.ShouldAgree(file, probes, new SearchOptions { K = 7 }, tolerance);
                    break;
                default:
                    index.Upsert(some);
                    naive.Upsert(some);
                    index.Version.ShouldBeGreaterThan(version);
                    break;
            }
            index.Version.ShouldBeGreaterThanOrEqualTo(version);
            if (change % 10 == 0) naive.ShouldAgree(index, probes, new SearchOptions { K = 7 }, tolerance);
            foreach (var face in some) index.Contains(face.Id).ShouldBe(naive.Faces.Any(old => old.Id == face.Id));
        }
    }

    [Fact]
    public void A_face_scores_to_the_last_bit_alike_before_and_after_it_is_flushed()
    {
        foreach (var store in Enum.GetValues<IndexStore>())
        {
            using var set = FileIndexTests.Renamed(RandomFaces.Create(40, Dimension, 1), "file");
            FileIndex.Build(IndexPath, [set], options: new IndexOptions { Store = store });
            using var index = new TailedIndex(FileIndex.Open(IndexPath));
            using var probes = RandomFaces.Create(3, Dimension, 2);
            index.Add(MemoryIndexTests.People(40, Dimension, 3)[1..]);
            var options = new SearchOptions { K = 79 };
            var before = index.SearchFaces(probes, options);
            index.Flush();
            index.SearchFaces(probes, options).Matches.Select(matches => matches.Select(match => (match.Id, match.Score)).OrderBy(match =>
                match.Id.ToString()))
                .ShouldBe(before.Matches.Select(matches => matches.Select(match => (match.Id, match.Score)).OrderBy(match =>
                    match.Id.ToString())));
        }
    }

    [Fact]
    public void Add_refuses_what_is_in_the_file_or_in_the_tail_and_takes_what_was_removed()
    {
        var faces = MemoryIndexTests.People(4, Dimension, 3);
        FileIndex.Create(IndexPath, Dimension);
        using var index = new TailedIndex(FileIndex.Open(IndexPath));
        index.Add([faces[0]]);
        index.Flush();
        index.Add([faces[1]]);
        foreach (var face in faces[..2]) Should.Throw<DuplicateFaceException>(() => index.Add([faces[2], face])).Id.ShouldBe(face.Id);
        index.Count.ShouldBe(2);
        index.Remove([faces[0].Id]).ShouldBe(1);
        index.Add([faces[0]]);
        index.Count.ShouldBe(2);
        index.Flush(compact: true);
        (index.Count, index.TailCount).ShouldBe((2, 0));
    }

    [Fact]
    public void A_flush_that_fails_keeps_the_tail()
    {
        FileIndex.Create(IndexPath, Dimension);
        using var index = new TailedIndex(FileIndex.Open(IndexPath));
        index.Add(MemoryIndexTests.People(4, Dimension, 3));
        using (new FileStream(IndexPath + ".lock", FileMode.Create, FileAccess.Write, FileShare.None))
            Should.Throw<PfeException>(() => index.Flush()).Message.ShouldContain("cannot change");
        (index.Count, index.TailCount).ShouldBe((4, 4));
        index.Flush();
        (index.Count, index.TailCount).ShouldBe((4, 0));
    }

    [Fact]
    public void Eight_threads_may_search_change_and_flush_until_it_is_disposed_of()
    {
        FileIndex.Create(IndexPath, Dimension);
        var index = new TailedIndex(FileIndex.Open(IndexPath));
        using var probes = RandomFaces.Create(8, Dimension, 2);
        var (faces, calls) = (MemoryIndexTests.People(300, Dimension, 3), 0);
        index.Add(faces[..100]);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            for (var call = 0; call < 200; call++)
            {
                if (Interlocked.Increment(ref calls) == 1200) index.Dispose();
                try
                {
                    if (thread == 0) index.Upsert([faces[call]]);
                    else if (thread == 1 && call % 10 == 0) index.Flush(compact: call % 20 == 0);
                    else index.SearchPersons(probes[thread], new SearchOptions { K = 5, Threads = 1 }).Count.ShouldBe(5);
                }
                catch (ObjectDisposedException) { return; }
            }
        });
        Should.Throw<ObjectDisposedException>(() => index.Count);
        Should.Throw<ObjectDisposedException>(() => index.SearchFaces(probes[0]));
        Should.Throw<ObjectDisposedException>(() => index.Flush());
    }
}
