using Pfe.Scoring;
using Pfe.Search;
using Pfe.Storage;
using Pfe.TestSupport;

namespace Pfe.Tests.Scoring;

/// <summary>After Dispose every call says so; Dispose while others are at work lets them finish.</summary>
public sealed class DisposeTests
{
    [Fact]
    public void A_scorer_that_was_disposed_of_says_so()
    {
        using var faces = RandomFaces.Create(20, 32, 1);
        foreach (var kind in Enum.GetValues<ScoreKind>())
        {
            var scorer = new PairScorer(faces, kind);
            scorer.Dispose();
            scorer.Dispose();
            Should.Throw<ObjectDisposedException>(() => scorer.Score(0, 1));
            Should.Throw<ObjectDisposedException>(() => scorer.Score(new[] { 0 }, new[] { 1 }, new float[1]));
        }
    }

    [Fact]
    public void A_gallery_that_was_disposed_of_says_so()
    {
        using var faces = RandomFaces.Create(20, 32, 1);
        foreach (var kind in Enum.GetValues<ScoreKind>())
        {
            var gallery = ScoreGallery.Create(faces, kind);
            gallery.Dispose();
            gallery.Dispose();
            Should.Throw<ObjectDisposedException>(() => gallery.Top(faces, 0, 1, 1));
            Should.Throw<ObjectDisposedException>(() => gallery.Score(faces, 0, 1, new float[20]));
        }
    }

    [Fact]
    public void A_set_that_was_disposed_of_says_so_in_memory_as_from_a_file()
    {
        using var folder = new TemporaryFolder();
        using var faces = RandomFaces.Create(20, 32, 1);
        faces.Save(folder.File("faces.safetensors"));
        foreach (var set in new[] { RandomFaces.Create(20, 32, 1), EmbeddingSet.Load(folder.File("faces.safetensors")) })
        {
            set.Dispose();
            set.Dispose();
            foreach (var call in new Action[]
            {
                () => set.Mu(0), () => set.LogVariance(0), () => set.CopyVariance(0, new float[32]), () => _ = set[0], () =>
                    { foreach (var face in set) face.Dimension.ShouldBe(32); },
                () => new PairScorer(set, ScoreKind.Cosine).Dispose(), () => ScoreGallery.Create(set), () =>
                    ScoreGallery.Create(set, ScoreKind.Cosine),
                () => FileIndex.Build(folder.File("faces.pfi"), [set]), () => set.Save(folder.File("again.safetensors")),
            })
                Should.Throw<ObjectDisposedException>(call);
        }
        Directory.GetFiles(folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void A_file_in_memory_that_was_disposed_of_says_so()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("x"), new byte[100]);
        foreach (var bytes in new[] { FileBytes.Map(folder.File("x")), FileBytes.Load(folder.File("x")) })
        {
            using (bytes.Enter()) bytes.Dispose();
            bytes.Dispose();
            Should.Throw<ObjectDisposedException>(() => bytes.Span<byte>(0, 1).Length);
            Should.Throw<ObjectDisposedException>(() => bytes.Enter().Dispose());
        }
    }

    [Fact]
    public void Dispose_may_come_while_eight_threads_score()
    {
        using var folder = new TemporaryFolder();
        using var faces = RandomFaces.Create(600, 64, 1);
        faces.Save(folder.File("faces.safetensors"));
        int[] rows = [.. Enumerable.Range(0, 600)];
        for (var round = 0; round < 20; round++)
        {
            var set = EmbeddingSet.Load(folder.File("faces.safetensors"));
            var (scorer, gallery, calls) = (new PairScorer(set, (ScoreKind)(round % 3)), ScoreGallery.Create(set, (ScoreKind)(round % 3)),
                0);
            float[] expected = [.. rows.Select(row => scorer.Score(row, 599 - row))];
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
            {
                var scores = new float[600];
                for (var call = 0; call < 500; call++)
                {
                    if (Interlocked.Increment(ref calls) == 100)
                    {
                        scorer.Dispose();
                        gallery.Dispose();
                        set.Dispose();
                    }
                    try
                    {
                        if (thread % 4 == 0) scorer.Score(rows, rows.Reverse().ToArray(), scores, threads: 1);
                        else if (thread % 4 == 1) scores = [.. rows.Select(row => scorer.Score(row, 599 - row))];
                        else if (thread % 4 == 2) gallery.Top(set, call % 500, 3, 5, threads: 1)[0].Length.ShouldBe(5);
                        else using (var another = ScoreGallery.Create(set, ScoreKind.Cosine, threads: 1)) another.Count.ShouldBe(600);
                        if (thread % 4 < 2) scores.ShouldBe(expected);
                    }
                    catch (ObjectDisposedException) { return; }
                }
            });
        }
    }

    [Fact]
    public void Memory_goes_when_the_last_user_is_out_and_once()
    {
        var freed = 0;
        var uses = new UseCount(() => freed++);
        var use = uses.Enter(this);
        uses.Close();
        uses.Close();
        freed.ShouldBe(0);
        uses.TryEnter().ShouldBeFalse();
        use.Dispose();
        freed.ShouldBe(1);
    }
}
