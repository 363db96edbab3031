using CsCheck;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Faces;

public sealed class SimilarityTransformTests
{
    private static readonly Gen<Point2> GenPoint = Gen.Select(Gen.Double[-500, 500], Gen.Double[-500, 500], (x, y) => new Point2(x, y));
    private static readonly Gen<FiveLandmarks> GenFace = GenPoint.Array[5].Select(points => FiveLandmarks.From(points))
        .Where(face => face.EyeDistance > 1);

    [Fact]
    public void The_fit_equals_a_float64_least_squares_solution() => Gen.Select(GenFace, GenFace).Sample((from, to) =>
    {
        var expected = LeastSquares(from, to);
        var fit = SimilarityTransform.Fit(from, to);
        fit.A.ShouldBe(expected[0], 1e-9);
        fit.B.ShouldBe(expected[1], 1e-9);
        fit.X0.ShouldBe(expected[2], 1e-9 * 1000);
        fit.Y0.ShouldBe(expected[3], 1e-9 * 1000);
        for (var i = 0; i < 5; i++)
        {
            var (x, y) = (expected[0] * from[i].X - expected[1] * from[i].Y + expected[2],
                expected[1] * from[i].X + expected[0] * from[i].Y + expected[3]);
            fit.Apply(from[i]).DistanceTo(new Point2(x, y)).ShouldBeLessThan(1e-9);
        }
    }, iter: 5000);

    [Fact]
    public void A_mirrored_face_is_never_reflected() => GenFace.Sample(face =>
    {
        var mirrored = face.Map(new AffineMap(-1, 0, 200, 0, 1, 0));
        var map = SimilarityTransform.Fit(face, mirrored).ToMap();
        (map.Xx * map.Yy - map.Xy * map.Yx).ShouldBeGreaterThan(0);
    }, iter: 1000);

    [Fact]
    public void A_known_similarity_is_recovered_and_undone() =>
        Gen.Select(GenFace, Gen.Double[-3, 3], Gen.Double[0.1, 10], GenPoint).Sample((face, angle, scale, shift) =>
        {
            var truth = new SimilarityTransform(scale * Math.Cos(angle), scale * Math.Sin(angle), shift.X, shift.Y);
            var fit = SimilarityTransform.Fit(face, face.Map(truth.ToMap()));
            fit.Scale.ShouldBe(scale, 1e-9);
            for (var i = 0; i < 5; i++) fit.Inverse().Apply(truth.Apply(face[i])).DistanceTo(face[i]).ShouldBeLessThan(1e-8);
        }, iter: 1000);

    [Fact]
    public void Points_that_coincide_or_are_not_finite_are_refused()
    {
        var one = new Point2(3, 4);
        Should.Throw<PfeException>(
            () => SimilarityTransform.Fit(new FiveLandmarks(one, one, one, one, one), AlignmentTemplate.ArcFace.Points))
            .Message.ShouldContain("(3, 4)");
        Should.Throw<PfeException>(
            () => SimilarityTransform.Fit(
            AlignmentTemplate.ArcFace.Points with { Nose = new Point2(double.NaN, 0) }, AlignmentTemplate.ArcFace.Points));
    }

    /// <summary>The normal equations of the 10 x 4 system for (a, b, x0, y0), solved by Gaussian elimination: no closed form, no complex
    /// numbers.</summary>
    private static double[] LeastSquares(FiveLandmarks from, FiveLandmarks to)
    {
        var normal = new double[4, 5];
        for (var i = 0; i < 5; i++)
        {
            double[][] rows = [[from[i].X, -from[i].Y, 1, 0, to[i].X], [from[i].Y, from[i].X, 0, 1, to[i].Y]];
            foreach (var row in rows)
                for (var r = 0; r < 4; r++)
                    for (var c = 0; c < 5; c++)
                        normal[r, c] += row[r] * row[c];
        }
        for (var pivot = 0; pivot < 4; pivot++)
        {
            var best = Enumerable.Range(pivot, 4 - pivot).MaxBy(r => Math.Abs(normal[r, pivot]));
            for (var c = 0; c < 5; c++) (normal[pivot, c], normal[best, c]) = (normal[best, c], normal[pivot, c]);
            for (var r = 0; r < 4; r++)
            {
                if (r == pivot) continue;
                var factor = normal[r, pivot] / normal[pivot, pivot];
                for (var c = 0; c < 5; c++) normal[r, c] -= factor * normal[pivot, c];
            }
        }
        return [.. Enumerable.Range(0, 4).Select(r => normal[r, 4] / normal[r, r])];
    }
}
