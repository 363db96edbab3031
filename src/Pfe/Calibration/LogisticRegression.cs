namespace Pfe.Calibration;

/// <summary>
/// Weighted logistic regression with some coefficients held at or above 0, by Newton's method with step halving. A small quadratic penalty keeps
/// the coefficients finite where the classes are separable. Coefficients that come out negative are held at 0 and the others fitted again, until none
/// is left that must not be.
/// </summary>
internal static class LogisticRegression
{
    private const double Penalty = 1e-5;

    /// <summary>Fits the coefficients.</summary>
    /// <param name="features">N x K, row-major, of magnitude about 1.</param>
    /// <param name="same">N labels.</param>
    /// <param name="weights">N weights that sum to 1.</param>
    /// <param name="nonNegative">How many of the first coefficients may not be negative, at most a few.</param>
    /// <param name="k">K.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public static double[] Fit(double[] features, IReadOnlyList<bool> same, double[] weights, int k, int nonNegative, CancellationToken cancellation)
    {
        for (var held = 0; ; )
        {
            var solution = Newton(features, same, weights, k, held, cancellation);
            var negative = Enumerable.Range(0, nonNegative).Where(c => solution[c] < 0).Sum(c => 1 << c);
            if (negative == 0) return solution;
            held |= negative;
        }
    }

    private static double[] Newton(double[] features, IReadOnlyList<bool> same, double[] weights, int k, int held, CancellationToken cancellation)
    {
        var at = new double[k];
        var (gradient, hessian) = (new double[k], new double[k, k]);
        var loss = Evaluate(features, same, weights, at, gradient, hessian);
        for (var step = 0; step < 100; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var c = 0; c < k; c++)
                if ((held >> c & 1) != 0) Hold(gradient, hessian, c);
            var direction = Solve(hessian, gradient);
            var (size, next, nextLoss) = (1.0, at, loss);
            do
            {
                next = [.. at.Select((value, c) => value - size * direction[c])];
                nextLoss = Evaluate(features, same, weights, next, gradient, hessian);
                size /= 2;
            }
            while (nextLoss > loss && size > 1e-10);
            if (nextLoss > loss) break;
            var gain = loss - nextLoss;
            (at, loss) = (next, nextLoss);
            if (gain < 1e-13) break;
        }
        return at;
    }

    private static double Evaluate(double[] features, IReadOnlyList<bool> same, double[] weights, double[] at, double[] gradient, double[,] hessian)
    {
        var k = at.Length;
        Array.Clear(gradient);
        Array.Clear(hessian);
        var loss = 0.0;
        for (var n = 0; n < weights.Length; n++)
        {
            var x = features.AsSpan(n * k, k);
            var odds = 0.0;
            for (var c = 0; c < k; c++) odds += at[c] * x[c];
            var probability = ScoreCalibration.Sigmoid(odds);
            // ln(1 + exp(-m)) of the margin m, without overflow.
            var margin = same[n] ? odds : -odds;
            loss += weights[n] * (Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin))));
            var (slope, curve) = (weights[n] * (probability - (same[n] ? 1 : 0)), weights[n] * probability * (1 - probability));
            for (var c = 0; c < k; c++)
            {
                gradient[c] += slope * x[c];
                for (var d = 0; d <= c; d++) hessian[c, d] += curve * x[c] * x[d];
            }
        }
        for (var c = 0; c < k; c++)
        {
            loss += Penalty / 2 * at[c] * at[c];
            gradient[c] += Penalty * at[c];
            hessian[c, c] += Penalty;
            for (var d = 0; d < c; d++) hessian[d, c] = hessian[c, d];
        }
        return loss;
    }

    private static void Hold(double[] gradient, double[,] hessian, int c)
    {
        gradient[c] = 0;
        for (var d = 0; d < gradient.Length; d++) hessian[c, d] = hessian[d, c] = d == c ? 1 : 0;
    }

    // Gaussian elimination; the matrix is positive definite, so the order of the rows does not matter.
    private static double[] Solve(double[,] matrix, double[] right)
    {
        var (a, b, k) = ((double[,])matrix.Clone(), (double[])right.Clone(), right.Length);
        for (var p = 0; p < k; p++)
        {
            for (var row = p + 1; row < k; row++)
            {
                var factor = a[row, p] / a[p, p];
                for (var c = p; c < k; c++) a[row, c] -= factor * a[p, c];
                b[row] -= factor * b[p];
            }
        }
        for (var p = k - 1; p >= 0; p--)
        {
            for (var c = p + 1; c < k; c++) b[p] -= a[p, c] * b[c];
            b[p] /= a[p, p];
        }
        return b;
    }
}
