using Pfe.Scoring;

namespace Pfe.Tests.Scoring;

public sealed class ScoreGalleryTests
{
    private static readonly ScoreKind[] Kinds = Enum.GetValues<ScoreKind>();

    [Theory]
    [InlineData(1, 70)]
    [InlineData(15, 70)]
    [InlineData(1700, 70)]
    [InlineData(90, 601)]
    public void A_matrix_is_bitwise_the_same_whatever_the_threads_and_the_grouping_of_probes_and_within_the_bound(int count, int dimension)
    {
        using var faces = RandomFaces.Create(count, dimension, 5);
        using var probes = RandomFaces.Create(67, dimension, 6);
        foreach (var kind in Kinds)
        {
            using var gallery = ScoreGallery.Create(faces, kind);
            var (one, two, rows) = (new float[67 * count], new float[67 * count], new float[67 * count]);
            gallery.Score(probes, 0, 67, one, threads: 1);
            gallery.Score(probes, 0, 67, two, threads: 3);
            for (var probe = 0; probe < 67; probe++) gallery.Score(probes, probe, 1, rows.AsMemory(probe * count, count), threads: 2);
            two.ShouldBe(one);
            rows.ShouldBe(one);
            for (var pair = 0; pair < one.Length; pair += 41)
                ScoreBounds.ShouldHold(one[pair], ScoreBounds.Of(kind, probes, pair / count, faces, pair % count),
                    $"{kind}, probe {pair / count}, face {pair % count}");
        }
    }

    [Fact]
    public void The_best_matches_are_the_head_of_the_sorted_row()
    {
        using var faces = RandomFaces.Create(1700, 24, 7);
        using var probes = RandomFaces.Create(9, 24, 8);
        foreach (var kind in Kinds)
        {
            using var gallery = ScoreGallery.Create(faces, kind);
            var matrix = new float[9 * 1700];
            gallery.Score(probes, 0, 9, matrix);
            var top = gallery.Top(probes, 0, 9, k: 10, threads: 3);
            for (var probe = 0; probe < 9; probe++)
                top[probe].ShouldBe(Enumerable.Range(0, 1700).Select(i => new Match(i, matrix[probe * 1700 + i]))
                    .OrderByDescending(m => m.Score).ThenBy(m => m.Index).Take(10));
        }
    }

    [Fact]
    public void Equal_scores_are_ordered_by_index_and_a_threshold_cuts()
    {
        using var one = RandomFaces.Create(1, 16, 9);
        using var faces = new EmbeddingSet(16, [.. Enumerable.Repeat(one.Mu(0).ToArray(), 40).SelectMany(mu => mu)],
            [.. Enumerable.Repeat(one.LogVariance(0).ToArray(), 40).SelectMany(v => v)], [.. Enumerable.Range(0, 40).Select(i => $"{i}")]);
        using var gallery = ScoreGallery.Create(faces);
        var best = gallery.Top(one, 0, 1, k: 5, threads: 2)[0];
        best.Select(match => match.Index).ShouldBe([0, 1, 2, 3, 4]);
        gallery.Top(one, 0, 1, k: 5, threshold: best[0].Score)[0].Length.ShouldBe(5);
        gallery.Top(one, 0, 1, k: 5, threshold: MathF.BitIncrement(best[0].Score))[0].ShouldBeEmpty();
        gallery.Top(one, 0, 1, k: 50)[0].Length.ShouldBe(40);
    }

    [Fact]
    public void Listed_pairs_are_the_same_whatever_the_threads_and_rows_that_do_not_exist_are_refused()
    {
        using var faces = RandomFaces.Create(50, 100, 10);
        using var scorer = new PairScorer(faces, ScoreKind.MutualLikelihood);
        var random = new Random(1);
        var (first, second) = (Enumerable.Range(0, 20_000).Select(_ => random.Next(50)).ToArray(),
            Enumerable.Range(0, 20_000).Select(_ => random.Next(50)).ToArray());
        var (one, three) = (new float[20_000], new float[20_000]);
        scorer.Score(first, second, one, threads: 1);
        scorer.Score(first, second, three, threads: 3);
        three.ShouldBe(one);
        one[77].ShouldBe(scorer.Score(first[77], second[77]));
        Should.Throw<ArgumentOutOfRangeException>(() => scorer.Score(0, 50)).Message.ShouldContain("0 to 49");
    }

    [Fact]
    public void Cancelled_work_stops()
    {
        using var faces = RandomFaces.Create(100, 16, 11);
        using var gallery = ScoreGallery.Create(faces);
        var cancelled = new CancellationToken(canceled: true);
        Should.Throw<OperationCanceledException>(() => gallery.Top(faces, 0, 100, 5, cancellation: cancelled));
        Should.Throw<OperationCanceledException>(() => gallery.Score(faces, 0, 100, new float[10_000], cancellation: cancelled));
        Should.Throw<OperationCanceledException>(() => ScoreGallery.Create(faces, cancellation: cancelled));
    }

    [Fact]
    public void An_empty_gallery_has_no_matches()
    {
        using var gallery = ScoreGallery.Create(new EmbeddingSet(4, [], [], []));
        gallery.Top(RandomFaces.Create(1, 4, 1), 0, 1, 5)[0].ShouldBeEmpty();
    }
}
