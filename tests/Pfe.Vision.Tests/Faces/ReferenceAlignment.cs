using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Faces;

/// <summary>
/// The reference's alignment once more, after the definitions of the libraries it calls: MATLAB's cp2tform ("nonreflective similarity") by
/// the
/// normal equations, inverted as a 2 x 3 matrix, and OpenCV's warpAffine in its fixed-point arithmetic. It shares no code with the product.
/// </summary>
internal static class ReferenceAlignment
{
    /// <summary>The photo-to-template matrix [a, -b, c; b, a, d], as the reference hands it to warpAffine.</summary>
    public static double[] Fit(FiveLandmarks photo, FiveLandmarks template)
    {
        // Unknowns (a, b, c, d) of the map template -> photo: u = a x + b y + c, v = a y - b x + d, solved in the photo's pixels.
        var normal = new double[4, 5];
        for (var i = 0; i < 5; i++)
        {
            double[][] rows = [[template[i].X, template[i].Y, 1, 0, photo[i].X], [template[i].Y, -template[i].X, 0, 1, photo[i].Y]];
            foreach (var row in rows)
                for (var r = 0; r < 4; r++)
                    for (var c = 0; c < 5; c++) normal[r, c] += row[r] * row[c];
        }
        for (var pivot = 0; pivot < 4; pivot++)
        {
            for (var r = 0; r < 4; r++)
            {
                if (r == pivot) continue;
                var factor = normal[r, pivot] / normal[pivot, pivot];
                for (var c = pivot; c < 5; c++) normal[r, c] -= factor * normal[pivot, c];
            }
        }
        double[] s = [.. Enumerable.Range(0, 4).Select(r => normal[r, 4] / normal[r, r])];
        return Invert([s[0], s[1], s[2], -s[1], s[0], s[3]]);
    }

    /// <summary>OpenCV's warpAffine: bilinear, constant border of 0.</summary>
    public static byte[] Warp(Image image, double[] toTemplate, int width, int height)
    {
        const int CoordinateBits = 10, TableBits = 5, Table = 1 << TableBits;
        var m = Invert(toTemplate);
        var result = new byte[3 * width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var ax = (int)Math.Round(m[0] * x * (1 << CoordinateBits), MidpointRounding.ToEven);
                var ay = (int)Math.Round(m[3] * x * (1 << CoordinateBits), MidpointRounding.ToEven);
                const int Half = (1 << CoordinateBits) / Table / 2;
                var px = ((int)Math.Round((m[1] * y + m[2]) * (1 << CoordinateBits), MidpointRounding.ToEven) + Half
                    + ax) >> (CoordinateBits - TableBits);
                var py = ((int)Math.Round((m[4] * y + m[5]) * (1 << CoordinateBits), MidpointRounding.ToEven) + Half
                    + ay) >> (CoordinateBits - TableBits);
                var (sx, sy, fx, fy) = (px >> TableBits, py >> TableBits, px & (Table - 1), py & (Table - 1));
                for (var c = 0; c < 3; c++)
                {
                    int At(int column, int row) => (uint)column < (uint)image.Width && (uint)row < (uint)image.Height
                        ? image.Row(row)[3 * column + c] : 0;
                    // Weights of 15 bits: 32 x 32 parts of 2^15 are whole.
                    var sum = At(sx, sy) * (Table - fx) * (Table - fy) + At(sx + 1, sy) * fx * (Table - fy)
                        + At(sx, sy + 1) * (Table - fx) * fy + At(sx + 1, sy + 1) * fx * fy;
                    result[3 * (y * width + x) + c] = (byte)((32 * sum + (1 << 14)) >> 15);
                }
            }
        }
        return result;
    }

    private static double[] Invert(double[] m)
    {
        var d = m[0] * m[4] - m[1] * m[3];
        var (a, b, c, e) = (m[4] / d, -m[1] / d, -m[3] / d, m[0] / d);
        return [a, b, -(a * m[2] + b * m[5]), c, e, -(c * m[2] + e * m[5])];
    }
}
