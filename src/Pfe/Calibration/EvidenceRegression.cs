namespace Pfe.Calibration;

/// <summary>Pairs as the regression sees them.</summary>
/// <param name="Features">N x K, row-major, of magnitude about 1.</param>
/// <param name="K">Number of features.</param>
/// <param name="Same">N labels.</param>
/// <param name="Weights">N weights that sum to 1.</param>
internal sealed record EvidenceSample(double[] Features, int K, IReadOnlyList<bool> Same, double[] Weights);

/// <summary>
/// Weighted logistic regression whose log odds are <see cref="ContaminationRates.Evidence"/> of a linear function of the features, with
/// every parameter held within bounds: Fisher scoring with step halving, parameters at a bound that want beyond it left out of the step
/// (projected Newton, Bertsekas 1982). A small quadratic penalty keeps the coefficients finite where the classes are separable.
/// </summary>
internal static class EvidenceRegression
{
    private const double Penalty = 1e-5;

    // Keeps the matrix regular where the pairs say nothing of the lapses; it changes the steps, not where they end.
    private const double Damping = 1e-8;

    /// <summary>Fits.</summary>
    /// <param name="sample">The pairs.</param>
    /// <param name="start">K coefficients, the logit of the genuine lapses and that of the impostor lapses.</param>
    /// <param name="lower">The least value of each.</param>
    /// <param name="upper">The greatest value of each.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>The parameters, in the order of <paramref name="start"/>.</returns>
    public static double[] Fit(EvidenceSample sample, double[] start, double[] lower, double[] upper, CancellationToken cancellation)
    {
        var at = start;
        var (gradient, hessian) = (new double[at.Length], new double[at.Length, at.Length]);
        var loss = Evaluate(sample, at, gradient, hessian);
        for (var step = 0; step < 200; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var c = 0; c < at.Length; c++)
                if ((at[c] <= lower[c] && gradient[c] > 0) || (at[c] >= upper[c] && gradient[c] < 0)) Hold(gradient, hessian, c);
            var direction = Solve(hessian, gradient);
            var (size, next, nextLoss) = (1.0, at, loss);
            do
            {
                next = [.. at.Select((value, c) => Math.Clamp(value - size * direction[c], lower[c], upper[c]))];
                nextLoss = Evaluate(sample, next, gradient, hessian);
                size /= 2;
            }
            while (nextLoss > loss && size > 1e-10);
            if (nextLoss > loss) break;
            var gain = loss - nextLoss;
            (at, loss) = (next, nextLoss);
            if (gain < 1e-12) break;
        }
        return at;
    }

    private static double Evaluate(EvidenceSample sample, double[] at, double[] gradient, double[,] hessian)
    {
        var k = sample.K;
        var lapses = ContaminationRates.FromLogits(at[k], at[k + 1]);
        Array.Clear(gradient);
        Array.Clear(hessian);
        var (loss, row) = (0.0, new double[at.Length]);
        for (var n = 0; n < sample.Weights.Length; n++)
        {
            var x = sample.Features.AsSpan(n * k, k);
            var odds = 0.0;
            for (var c = 0; c < k; c++) odds += at[c] * x[c];
            var evidence = lapses.Evidence(odds);
            (var byOdds, row[k], row[k + 1]) = lapses.Slopes(odds);
            for (var c = 0; c < k; c++) row[c] = byOdds * x[c];
            var (weight, probability) = (sample.Weights[n], ScoreCalibration.Sigmoid(evidence));
            // ln(1 + exp(-m)) of the margin m, without overflow.
            var margin = sample.Same[n] ? evidence : -evidence;
            loss += weight * (Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin))));
            var (slope, curve) = (weight * (probability - (sample.Same[n] ? 1 : 0)), weight * probability * (1 - probability));
            for (var c = 0; c < row.Length; c++)
            {
                // Features of the other lines are 0: most of a row.
                if (row[c] == 0) continue;
                gradient[c] += slope * row[c];
                for (var d = 0; d <= c; d++) hessian[c, d] += curve * row[c] * row[d];
            }
        }
        for (var c = 0; c < at.Length; c++)
        {
            var penalty = c < k ? Penalty : 0;
            loss += penalty / 2 * at[c] * at[c];
            gradient[c] += penalty * at[c];
            hessian[c, c] += penalty + Damping;
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
