using Pfe.GpuCheck;
using Pfe.Tests.Scoring;

namespace Pfe.Gpu.Tests;

/// <summary>The matrix of M x N scores.</summary>
public sealed class GpuScoreGalleryTests
{
    [Fact]
    public void Every_score_of_a_matrix_is_within_the_bound_of_the_exact_one()
    {
        using var faces = RandomFaces.Create(75, 40, 1);
        using var probes = RandomFaces.Create(70, 40, 2);
        using var cards = new EmulatedCards(1);
        using var gallery = GpuScoreGallery.Create(faces, 0, cards, CancellationToken.None);
        var scores = new float[68 * 75];
        gallery.Score(probes, 1, 68, scores);
        for (var probe = 0; probe < 68; probe++)
            for (var face = 0; face < 75; face++) Check(scores[probe * 75 + face], probes, probe + 1, faces, face);
    }

    [Fact]
    public void Faces_and_probes_out_of_the_kernels_reach_are_scored_all_the_same()
    {
        var stray = Enumerable.Repeat(-45f, 16).ToArray();
        using var ordinary = RandomFaces.Create(20, 16, 1);
        using var faces = With(ordinary, stray);
        using var probes = With(ordinary, [.. Enumerable.Repeat(60f, 16)]);
        using var cards = new EmulatedCards(1);
        var scores = new float[21 * 21];
        using (var gallery = GpuScoreGallery.Create(faces, 0, cards, CancellationToken.None)) gallery.Score(probes, 0, 21, scores);
        for (var probe = 0; probe < 21; probe++)
            for (var face = 0; face < 21; face++) Check(scores[probe * 21 + face], probes, probe, faces, face);
        cards.Rented.ShouldBe(0);
    }

    [Fact]
    public void A_matrix_of_another_size_or_dimension_is_refused_and_a_gallery_that_is_closed_too()
    {
        using var faces = RandomFaces.Create(5, 16, 1);
        using var others = RandomFaces.Create(5, 17, 1);
        using var cards = new EmulatedCards(1);
        var gallery = GpuScoreGallery.Create(faces, 0, cards, CancellationToken.None);
        Should.Throw<ArgumentException>(() => gallery.Score(faces, 0, 5, new float[24])).Message.ShouldContain("25 scores");
        Should.Throw<ArgumentException>(() => gallery.Score(others, 0, 5, new float[25]));
        gallery.Dispose();
        Should.Throw<ObjectDisposedException>(() => gallery.Score(faces, 0, 5, new float[25]));
        Should.Throw<DeviceUnavailableException>(() => GpuScoreGallery.Create(faces, 1, cards, CancellationToken.None));
    }

    private static EmbeddingSet With(EmbeddingSet set, float[] logVariance) => new(set.Dimension,
        [.. Enumerable.Range(0, set.Count).SelectMany(row => set.Mu(row).ToArray()), .. set.Mu(0).ToArray()],
        [.. set.SelectMany(face => face.LogVariance.ToArray()), .. logVariance],
        [.. set.Paths, "stray"]);

    private static void Check(float score, EmbeddingSet probes, int probe, EmbeddingSet faces, int face)
    {
        var (exact, bound) = CardBounds.Of(probes.Mu(probe), probes.Variance(probe), faces.Mu(face), faces.Variance(face));
        // A score beyond 2^24 has no digit behind the point left.
        Math.Abs(score - exact).ShouldBeLessThanOrEqualTo(bound + Math.Abs(exact) * 1e-7, $"{probe}, {face}: {score} for {exact}");
    }
}
