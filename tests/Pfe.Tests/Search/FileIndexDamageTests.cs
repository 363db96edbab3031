using System.Buffers.Binary;
using Pfe.Search;
using Pfe.Storage;
using Pfe.Tests.Scoring;
using Pfe.TestSupport;

namespace Pfe.Tests.Search;

/// <summary>What is wrong in a file is said in one line, and never becomes a score, a name or a crash.</summary>
public sealed class FileIndexDamageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string IndexPath => _folder.File("faces.pfi");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void One_flipped_bit_anywhere_is_noticed_or_changes_nothing(int version)
    {
        if (version == 1) File.Copy(Version1("v1-32.pfi"), IndexPath);
        else
        {
            using var faces = RandomFaces.Create(20, 16, 1);
            FileIndex.Build(IndexPath, [faces], path => $"person of {path}", new IndexOptions { Shortlist = true });
            using var index = FileIndex.Open(IndexPath);
            index.Remove(["face 7"]);
        }
        var good = File.ReadAllBytes(IndexPath);
        var dimension = version == 1 ? 24 : 16;
        using var probes = RandomFaces.Create(2, dimension, 2);
        var (expected, noticed, random) = (Answers(IndexAccess.Mapped), 0, new Random(3));
        for (var trial = 0; trial < 600; trial++)
        {
            var bad = (byte[])good.Clone();
            // Half of them in what is not faces.
            var at = trial % 2 == 0 ? random.Next(good.Length) : random.Next(2) == 0 ? random.Next(1100)
                : good.Length - 1 - random.Next(300);
            bad[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(IndexPath, bad);
            foreach (var access in Enum.GetValues<IndexAccess>())
            {
                try
                {
                    var answers = Answers(access);
                    // Version 1 falls back on the state before when a bit of its newest slot flips.
                    if (version == 2 || at is < 512 or >= 552 and < 1024 or >= 1064) answers.ShouldBe(expected, $"byte {at}, {access}");
                }
                catch (PfeException e)
                {
                    e.Message.ShouldContain(IndexPath);
                    noticed++;
                }
            }
        }
        noticed.ShouldBeGreaterThan(900);

        string Answers(IndexAccess access)
        {
            using var index = FileIndex.Open(IndexPath, access);
            var found = index.SearchPersons(probes, new SearchOptions { K = 30 });
            index.Verify();
            return string.Join('|', found.Matches.SelectMany(matches => matches));
        }
    }

    [Fact]
    public void Without_verification_a_flipped_bit_of_a_face_moves_a_score_and_ends_nothing()
    {
        using var faces = RandomFaces.Create(20, 16, 1);
        FileIndex.Build(IndexPath, [faces]);
        var bad = File.ReadAllBytes(IndexPath);
        bad[4096 + 3] ^= 2;
        File.WriteAllBytes(IndexPath, bad);
        foreach (var access in Enum.GetValues<IndexAccess>())
        {
            using var index = FileIndex.Open(IndexPath, access, verify: false);
            index.SearchFaces(faces[0]).Count.ShouldBe(10);
            Should.Throw<DamagedFileException>(() => index.Verify()).Message.ShouldContain("faces 0 to 19");
        }
        using var checking = FileIndex.Open(IndexPath);
        Should.Throw<DamagedFileException>(() => checking.SearchFaces(faces[0])).Message.ShouldContain("faces 0 to 19");
    }

    [Fact]
    public void A_flipped_bit_of_a_face_is_noticed_by_the_search_itself_far_from_every_id()
    {
        using var faces = RandomFaces.Create(3000, 64, 1);
        FileIndex.Build(IndexPath, [faces]);
        var bad = File.ReadAllBytes(IndexPath);
        // In the third of two dozen chunks; the ids lie in the last.
        bad[4096 + 150_000] ^= 2;
        File.WriteAllBytes(IndexPath, bad);
        foreach (var access in new[] { IndexAccess.Mapped, IndexAccess.Streamed })
        {
            using var index = FileIndex.Open(IndexPath, access);
            Should.Throw<DamagedFileException>(() => index.SearchFaces(faces[0])).Message.ShouldContain("faces 256 to 383");
        }
        Should.Throw<DamagedFileException>(() => FileIndex.Open(IndexPath, IndexAccess.Loaded).Dispose());
    }

    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    public void Either_slot_alone_gives_the_newest_state(int spoilt)
    {
        using var faces = RandomFaces.Create(20, 16, 1);
        FileIndex.Build(IndexPath, [faces]);
        using (var index = FileIndex.Open(IndexPath)) index.Remove(["face 7"]);
        var bad = File.ReadAllBytes(IndexPath);
        bad.AsSpan(spoilt, 40).Clear();
        File.WriteAllBytes(IndexPath, bad);
        using var reader = FileIndex.Open(IndexPath);
        (reader.Count, reader.Version).ShouldBe((19, 2));
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        using var faces = RandomFaces.Create(20, 16, 12);
        FileIndex.Build(IndexPath, [faces]);
        var good = File.ReadAllBytes(IndexPath);
        for (var length = 1; length < good.Length; length += 211)
        {
            File.WriteAllBytes(IndexPath, good[..length]);
            Should.Throw<PfeException>(() => FileIndex.Open(IndexPath).Dispose()).Message.ShouldContain(IndexPath);
        }
    }

    [Fact]
    public void A_file_that_is_truncated_while_it_is_searched_is_an_error_and_not_the_end_of_the_process()
    {
        using var faces = RandomFaces.Create(3000, 64, 12);
        FileIndex.Build(IndexPath, [faces]);
        using var streamed = FileIndex.Open(IndexPath, IndexAccess.Streamed);
        using var loaded = FileIndex.Open(IndexPath, IndexAccess.Loaded);
        // Searches of the state that is open now; a new search would read the head first.
        Should.Throw<PfeException>(() => streamed.Read(state =>
        {
            using (var file = new FileStream(IndexPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(100_000);
            return IndexScan.Faces(state, [faces[0]], null, CancellationToken.None);
        })).Message.ShouldContain("became shorter");
        Should.Throw<PfeException>(() => streamed.SearchFaces(faces[0])).Message.ShouldContain(IndexPath);
        loaded.SearchFaces(faces[0])[0].Id.ShouldBe("face 0");
        Should.Throw<PfeException>(() => FileIndex.Open(IndexPath).Dispose()).Message.ShouldContain(IndexPath);
    }

    public static TheoryData<string, int, long> Fields => new()
    {
        // Of the head: dimension, store, scale, flags, length of the model.
        { "head 4", 12, -1 }, { "head 4", 12, 0 }, { "head 4", 12, int.MaxValue }, { "head 4", 16, 9 }, { "head 4", 16, -1 },
        { "head 4", 20, int.MinValue }, { "head 4", 20, 1000 }, { "head 4", 24, 7 }, { "head 4", 28, -1 }, { "head 4", 28, int.MaxValue },
        // Of the slots: start and length of the directory.
        { "slot 8", 8, -1 }, { "slot 8", 8, long.MaxValue }, { "slot 8", 16, -1 }, { "slot 8", 16, long.MaxValue }, { "slot 8", 16,
            1L << 40 },
        // Of the directory: number of segments; offset, length, count and length of the ids of the first; number of the removed, one of
        // them.
        { "directory 4", 0, -1 }, { "directory 4", 0, int.MaxValue }, { "directory 4", 0, 1 << 20 },
        { "directory 8", 4, -4096 }, { "directory 8", 4, long.MaxValue - 4095 }, { "directory 8", 4, 0 }, { "directory 8", 4, 4097 },
        { "directory 8", 12, -1 }, { "directory 8", 12, long.MaxValue }, { "directory 8", 12, 8 },
        { "directory 4", 20, -1 }, { "directory 4", 20, int.MaxValue }, { "directory 4", 20, 0 },
        { "directory 4", 28, BitConverter.SingleToInt32Bits(float.NaN) }, { "directory 4", 32, BitConverter.SingleToInt32Bits(-1) },
        { "directory 4", 36, -1 }, { "directory 4", 40, -1 }, { "directory 4", 40, int.MaxValue },
        { "directory 4", 44, -1 }, { "directory 4", 44, 20 }, { "directory 4", 44, int.MaxValue },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_crafted_field_whose_checksums_fit_is_refused_in_one_line_before_anything_is_allocated(string where, int at, long value)
    {
        using var faces = RandomFaces.Create(20, 16, 1);
        FileIndex.Build(IndexPath, [faces]);
        using (var index = FileIndex.Open(IndexPath)) index.Remove(["face 7"]);
        var bytes = File.ReadAllBytes(IndexPath);
        var slot = bytes.AsSpan(512, 40);
        var (start, length) = ((int)BinaryPrimitives.ReadInt64LittleEndian(slot[8..]), (int)BinaryPrimitives.ReadInt64LittleEndian(
            slot[16..]));
        var part = where.StartsWith("head", StringComparison.Ordinal) ? bytes.AsSpan() : where.StartsWith("slot", StringComparison.Ordinal)
            ? slot
            : bytes.AsSpan(start);
        if (where.EndsWith('8')) BinaryPrimitives.WriteInt64LittleEndian(part[at..], value);
        else BinaryPrimitives.WriteInt32LittleEndian(part[at..], (int)value);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(252), Crc32C.Of(bytes.AsSpan(0, 252)));
        BinaryPrimitives.WriteUInt32LittleEndian(slot[24..], Crc32C.Of(bytes.AsSpan(start, length)));
        BinaryPrimitives.WriteUInt32LittleEndian(slot[32..], Crc32C.Of(slot[..32]));
        slot.CopyTo(bytes.AsSpan(1024));
        File.WriteAllBytes(IndexPath, bytes);
        foreach (var access in Enum.GetValues<IndexAccess>())
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Should.Throw<PfeException>(() => FileIndex.Open(IndexPath, access).Dispose()).Message.ShouldContain(IndexPath);
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
        }
        using var unchanged = new FileStream(IndexPath, FileMode.Open);
        unchanged.Length.ShouldBe(bytes.Length);
    }

    [Fact]
    public void Two_thousand_mutations_with_fitting_checksums_give_an_answer_or_one_line()
    {
        using var faces = RandomFaces.Create(20, 16, 1);
        FileIndex.Build(IndexPath, [faces], path => $"person of {path}", new IndexOptions { Shortlist = true });
        var good = File.ReadAllBytes(IndexPath);
        var (start, length) = ((int)BinaryPrimitives.ReadInt64LittleEndian(good.AsSpan(520)), (int)BinaryPrimitives.ReadInt64LittleEndian(
            good.AsSpan(528)));
        var random = new Random(5);
        for (var trial = 0; trial < 2000; trial++)
        {
            var bad = (byte[])good.Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(3) switch { 0 => random.Next(8, 60), 1 => start + random.Next(length), _ => random.Next(4096, start) };
                bad[at] = random.Next(4) switch { 0 => 0xFF, 1 => 0, 2 => 0x7F, _ => (byte)random.Next(256) };
            }
            Reseal(bad, start, length);
            File.WriteAllBytes(IndexPath, bad);
            foreach (var access in new[] { IndexAccess.Mapped, IndexAccess.Streamed })
            {
                try
                {
                    using var index = FileIndex.Open(IndexPath, access);
                    if (index.Dimension != 16) continue;
                    foreach (var mode in Enum.GetValues<SearchMode>())
                        index.SearchPersons(faces, new SearchOptions { K = 5, Mode = mode, Threads = 1 });
                    index.Contains("face 3");
                }
                catch (PfeException e) { e.Message.ShouldContain(IndexPath); }
            }
        }
    }

    [Theory]
    [InlineData("v1-32.pfi", IndexStore.Bits32)]
    [InlineData("v1-16.pfi", IndexStore.Bits16)]
    public void A_file_of_version_1_is_searched_as_it_is_and_becomes_version_2_by_its_first_change(string name, IndexStore store)
    {
        File.Copy(Version1(name), IndexPath);
        using var first = EmbeddingSet.Load(Version1("a.safetensors"));
        using var second = EmbeddingSet.Load(Version1("b.safetensors"));
        var naive = new NaiveIndex();
        naive.Upsert([.. first.ToIndexedFaces(), .. second.ToIndexedFaces()]);
        naive.Remove(face => face.Id == "ann0/1.jpg");
        var tolerance = store == IndexStore.Bits16 ? 0.1 : 0.02;
        var before = File.ReadAllBytes(IndexPath);
        foreach (var access in Enum.GetValues<IndexAccess>())
        {
            using var old = FileIndex.Open(IndexPath, access);
            (old.Store, old.HasShortlist, old.ModelId, old.SegmentCount).ShouldBe((store, true, null, 2));
            old.Verify();
            naive.ShouldAgree(old, first, new SearchOptions { K = 30 }, tolerance);
            old.SearchFaces(first, new SearchOptions { Mode = SearchMode.Shortlist, ShortlistSize = 22 }).Matches
                .ShouldBe(old.SearchFaces(first).Matches);
            old.Contains("ben0/1.jpg").ShouldBeTrue();
            old.Contains("ann0/1.jpg").ShouldBeFalse();
        }
        File.ReadAllBytes(IndexPath).ShouldBe(before);
        using var index = FileIndex.Open(IndexPath);
        var exact = index.SearchFaces(first, new SearchOptions { K = 30 });
        index.Upsert([new IndexedFace("ben0/0.jpg", "ben", second[0])]);
        naive.Upsert([new IndexedFace("ben0/0.jpg", "ben", second[0])]);
        BinaryPrimitives.ReadInt32LittleEndian(File.ReadAllBytes(IndexPath).AsSpan(8)).ShouldBe(2);
        naive.ShouldAgree(index, first, new SearchOptions { K = 30 }, tolerance);
        index.Verify();
        // Every score is what it was, to the last bit.
        index.SearchFaces(first, new SearchOptions { K = 30 }).Matches
            .Select(matches => matches.Select(match => (match.Id, match.Score)))
            .ShouldBe(exact.Matches.Select(matches => matches.Select(match => (match.Id, match.Score))));
    }

    private static string Version1(string name) => Path.Combine(TestData.RepoRoot, "tests", "Pfe.Tests", "Search", "Version1", name);

    // Makes every checksum of a file of one segment fit.
    private static void Reseal(Span<byte> file, int start, int length)
    {
        var (offset, size) = ((int)BinaryPrimitives.ReadInt64LittleEndian(file[(start + 4)..]),
            (int)BinaryPrimitives.ReadInt64LittleEndian(file[(start + 12)..]));
        if (offset == 4096 && size is > 4 and < 60_000 && offset + size <= start)
        {
            // One chunk holds it all: its checksum is the last 4 bytes.
            BinaryPrimitives.WriteUInt32LittleEndian(file[(offset + size - 4)..], Crc32C.Of(file.Slice(offset, size - 4)));
            BinaryPrimitives.WriteUInt32LittleEndian(file[(start + 24)..], Crc32C.Of(file.Slice(offset + size - 4, 4)));
        }
        BinaryPrimitives.WriteUInt32LittleEndian(file[252..], Crc32C.Of(file[..252]));
        var slot = file.Slice(512, 40);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[24..], Crc32C.Of(file.Slice(start, length)));
        BinaryPrimitives.WriteUInt32LittleEndian(slot[32..], Crc32C.Of(slot[..32]));
        slot.CopyTo(file[1024..]);
    }
}
