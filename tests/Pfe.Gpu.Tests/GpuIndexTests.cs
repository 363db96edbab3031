using Pfe.Gpu.Cards;
using Pfe.Gpu.Search;
using Pfe.GpuCheck;
using Pfe.Search;
using Pfe.Tests.Scoring;
using Pfe.Tests.Search;
using Pfe.TestSupport;

namespace Pfe.Gpu.Tests;

/// <summary>The index on cards, which here are emulated: the same answers as the processor's, bit by bit.</summary>
public sealed class GpuIndexTests : IDisposable
{
    private const int D = 24;

    private static readonly ComputeDevice[] One = [ComputeDevice.Cuda()];
    private static readonly ComputeDevice[] Two = [ComputeDevice.Cuda(0), ComputeDevice.Cuda(1)];

    private readonly TemporaryFolder _folder = new();
    private readonly EmulatedCards _cards = new(2);

    private string IndexPath => _folder.File("people.pfi");

    public void Dispose()
    {
        _cards.Rented.ShouldBe(0);
        _cards.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(IndexStore.Bits16, 1)]
    [InlineData(IndexStore.Bits16, 2)]
    [InlineData(IndexStore.Bits32, 1)]
    [InlineData(IndexStore.Bits32, 2)]
    public void Faces_and_persons_are_those_of_the_processor_to_the_last_bit(IndexStore store, int cards)
    {
        Build(store, People(70), People(20, "late"));
        using var probes = RandomFaces.Create(18, D, 2);
        using var index = Open(cards == 1 ? One : Two);
        // Alone, some, and enough to share a pass.
        ShouldAgree(index, [probes[0]], new SearchOptions { K = 1 });
        ShouldAgree(index, [.. probes.Take(2)], new SearchOptions { K = 500 });
        ShouldAgree(index, [.. probes], new SearchOptions());
    }

    [Fact]
    public void Each_kernel_finds_what_the_definition_finds()
    {
        var naive = new NaiveIndex();
        naive.Upsert(People(90));
        Build(IndexStore.Bits32, People(90));
        using var probes = RandomFaces.Create(17, D, 2);
        using var index = Open(One);
        naive.ShouldAgree(index, [.. probes], new SearchOptions());
        naive.ShouldAgree(index, [probes[0]], new SearchOptions { K = 3 });
    }

    [Fact]
    public void The_best_persons_are_found_when_one_of_them_has_all_the_best_faces()
    {
        using var probes = RandomFaces.Create(3, D, 2);
        // 200 faces of one person, all nearer to the first probe than anybody else.
        var near = Enumerable.Range(0, 200).Select(i => new IndexedFace($"near {i}", "near", Between(probes[0], i)));
        Build(IndexStore.Bits16, [.. near, .. People(60)]);
        using var index = Open(One);
        ShouldAgree(index, [.. probes], new SearchOptions { K = 5 });
        index.SearchPersons(probes[0], new SearchOptions { K = 5 }).Select(match => match.Person).ShouldBeUnique();
    }

    [Fact]
    public void A_threshold_keeps_what_reaches_it_and_nothing_else()
    {
        Build(IndexStore.Bits16, People(120));
        using var probes = RandomFaces.Create(2, D, 2);
        using var index = Open(One);
        using var processor = FileIndex.Open(IndexPath);
        // Exactly a score, so that the face that has it is in and the next is out.
        var threshold = processor.SearchFaces(probes[0], new SearchOptions { K = 30 })[20].Score;
        index.SearchFaces(probes[0], new SearchOptions { K = 100, Threshold = threshold }).Count.ShouldBe(21);
        ShouldAgree(index, [.. probes], new SearchOptions { K = 100, Threshold = threshold });
        ShouldAgree(index, [.. probes], new SearchOptions { Threshold = 1e6f });
    }

    [Fact]
    public void Faces_that_are_removed_are_not_found_and_faces_that_are_added_are()
    {
        Build(IndexStore.Bits16, People(100));
        using var probes = RandomFaces.Create(2, D, 2);
        using var index = Open(Two);
        var best = index.SearchFaces(probes[0]);
        index.Remove([best[0].Id, best[3].Id]).ShouldBe(2);
        index.SearchFaces(probes[0]).Select(match => match.Id).ShouldNotContain(best[0].Id);
        ShouldAgree(index, [.. probes], new SearchOptions());
        index.Add([new IndexedFace("new", "new", probes[0])]);
        index.SearchFaces(probes[0])[0].Id.ShouldBe("new");
        // Another process would do the same to the file.
        using (var other = FileIndex.Open(IndexPath)) other.RemovePersons([new PersonId("new")]).ShouldBe(1);
        index.SearchFaces(probes[0]).Select(match => match.Id.ToString()).ShouldNotContain("new");
        index.Compact();
        ShouldAgree(index, [.. probes], new SearchOptions());
    }

    [Fact]
    public void With_a_tail_what_it_replaces_and_removes_is_hidden_on_the_card()
    {
        Build(IndexStore.Bits32, People(80));
        using var probes = RandomFaces.Create(2, D, 2);
        using var index = new TailedIndex(Open(One));
        using var processor = new TailedIndex(FileIndex.Open(IndexPath));
        var best = processor.SearchFaces(probes[0]);
        foreach (var tailed in (TailedIndex[])[index, processor])
        {
            tailed.Remove([best[0].Id]);
            tailed.Upsert([new IndexedFace(best[1].Id, "another", probes[1]), new IndexedFace("recent", "recent", probes[0])]);
        }
        foreach (var probe in probes)
        {
            index.SearchFaces(probe).ShouldBe(processor.SearchFaces(probe));
            index.SearchPersons(probe).ShouldBe(processor.SearchPersons(probe));
        }
        index.SearchFaces(probes[0])[0].Id.ShouldBe("recent");
        index.Flush();
        index.SearchFaces(probes[0])[0].Id.ShouldBe("recent");
        index.SearchFaces(probes[0]).Select(match => match.Id).ShouldNotContain(best[0].Id);
    }

    [Fact]
    public void Probes_whose_variances_are_far_from_the_faces_are_found_too()
    {
        Build(IndexStore.Bits32, People(60));
        using var ordinary = RandomFaces.Create(1, D, 2);
        // Sums that leave single precision after 16 factors, after 4, and after one.
        var mu = ordinary.Mu(0).ToArray();
        FaceEmbedding[] probes = [.. new[] { 1e4f, 1e9f, 1e30f, 1e-30f }.Select(variance =>
            new FaceEmbedding(mu, Enumerable.Repeat(MathF.Log(variance), D).ToArray())), ordinary[0]];
        using var index = Open(One, together: 2);
        ShouldAgree(index, probes, new SearchOptions());
    }

    [Fact]
    public void Searches_side_by_side_agree_and_end_when_the_index_is_disposed_of()
    {
        Build(IndexStore.Bits16, People(60));
        using var probes = RandomFaces.Create(4, D, 2);
        using var processor = FileIndex.Open(IndexPath);
        var index = Open(One);
        Parallel.For(0, 4, probe => index.SearchFaces(probes[probe]).ShouldBe(processor.SearchFaces(probes[probe])));
        index.Dispose();
        _cards.Rented.ShouldBe(0);
        Should.Throw<ObjectDisposedException>(() => index.SearchFaces(probes[0]));
    }

    [Fact]
    public void A_search_can_be_cancelled_and_an_empty_index_finds_nothing()
    {
        FileIndex.Create(IndexPath, D);
        using var probes = RandomFaces.Create(1, D, 2);
        using var index = Open(Two);
        index.SearchFaces(probes[0]).ShouldBeEmpty();
        index.Add([.. People(20)]);
        Should.Throw<OperationCanceledException>(() => index.SearchFaces(probes, cancellation: new CancellationToken(canceled: true)));
        index.SearchFaces(probes[0]).Count.ShouldBe(10);
    }

    [Fact]
    public void A_flipped_bit_is_an_error_that_names_the_file_and_no_card_is_kept()
    {
        Build(IndexStore.Bits16, People(60));
        var bytes = File.ReadAllBytes(IndexPath);
        using (var index = FileIndex.Open(IndexPath)) bytes[index.Read(state => state.Segments[0].Entry.Offset) + 100] ^= 4;
        File.WriteAllBytes(IndexPath, bytes);
        Should.Throw<DamagedFileException>(() => Open(One)).Message.ShouldContain(IndexPath);
        _cards.Rented.ShouldBe(0);
    }

    [Fact]
    public void On_a_card_of_this_machine_the_answers_are_the_processors()
    {
        if (CudaCards.Shared.Names.Count == 0) Assert.Skip($"no card: {CudaCards.Shared.Missing}");
        Build(IndexStore.Bits16, People(3000));
        using var probes = RandomFaces.Create(70, D, 2);
        using var index = GpuIndex.Open(IndexPath, new GpuOptions { Devices = One });
        ShouldAgree(index, [probes[0]], new SearchOptions());
        ShouldAgree(index, [.. probes], new SearchOptions { K = 20 });
    }

    private static List<IndexedFace> People(int count, string name = "face")
    {
        using var faces = RandomFaces.Create(count, D, count);
        return [.. faces.Select((face, i) => new IndexedFace($"{name} {i}", $"{name} of {i / 3}", face))];
    }

    private static FaceEmbedding Between(FaceEmbedding face, int seed)
    {
        var random = new Random(seed);
        var mu = face.Mu.ToArray();
        for (var l = 0; l < D; l++) mu[l] += 0.01f * (float)random.NextDouble();
        var length = MathF.Sqrt(mu.Sum(value => value * value));
        return new FaceEmbedding(Array.ConvertAll(mu, value => value / length), face.LogVariance);
    }

    private void Build(IndexStore store, params IReadOnlyCollection<IndexedFace>[] parts)
    {
        FileIndex.Create(IndexPath, D, new IndexOptions { Store = store });
        using var index = FileIndex.Open(IndexPath);
        foreach (var part in parts) index.Add(part);
    }

    private FileIndex Open(ComputeDevice[] devices, int? together = null)
    {
        if (together is null) return GpuIndex.Open(IndexPath, new GpuOptions { Devices = devices }, _cards, CancellationToken.None);
        var card = _cards.Rent(0);
        return FileIndex.Open(IndexPath, IndexAccess.Mapped, verify: true,
            new CardSearch([card], () => _cards.Return(card), together.Value), CancellationToken.None);
    }

    private void ShouldAgree(FileIndex index, FaceEmbedding[] probes, SearchOptions options)
    {
        using var processor = FileIndex.Open(IndexPath);
        var (faces, persons) = (index.SearchFaces(probes, options), index.SearchPersons(probes, options));
        var (expectedFaces, expectedPersons) = (processor.SearchFaces(probes, options), processor.SearchPersons(probes, options));
        faces.Version.ShouldBe(expectedFaces.Version);
        for (var probe = 0; probe < probes.Length; probe++)
        {
            faces[probe].ShouldBe(expectedFaces[probe]);
            persons[probe].ShouldBe(expectedPersons[probe]);
        }
    }
}
