namespace Pfe.Scoring.Blocks;

/// <summary>Hands out rows one at a time, checked: every value that reaches a kernel comes through here or through
/// <see cref="EmbeddingValidation"/>.</summary>
internal sealed class FaceReader(IFaceRows faces)
{
    private readonly float[] _variance = new float[faces.Dimension];

    /// <summary>Row <paramref name="row"/>; the variance is valid until the next call.</summary>
    /// <exception cref="PfeException">A value cannot be scored; names row, path, dimension and value.</exception>
    public ReadOnlySpan<float> Read(int row, out ReadOnlySpan<float> variance)
    {
        var mu = faces.Mu(row);
        faces.CopyVariance(row, _variance);
        try
        {
            EmbeddingValidation.Check(mu, _variance);
        }
        catch (ArgumentException e)
        {
            throw new PfeException($"{faces.Name(row)} cannot be scored: {e.Message}", e);
        }
        variance = _variance;
        return mu;
    }

    /// <summary>The smallest and the largest variance of the rows a kernel can take, and whether it can take all.</summary>
    public VarianceSurvey Survey(int first, int count, CancellationToken cancellation)
    {
        var (range, all) = (Kernels.VarianceRange.Empty, true);
        for (var row = first; row < first + count; row++)
        {
            if (row % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            var mu = Read(row, out var variance);
            if (EmbeddingValidation.FitsKernels(mu, variance, out var own)) range = range.With(own);
            else all = false;
        }
        return new VarianceSurvey(range, all);
    }
}

/// <summary>What the variances of some rows look like.</summary>
/// <param name="Range">Over the rows that kernels can take.</param>
/// <param name="AllFit">Whether those are all rows.</param>
internal readonly record struct VarianceSurvey(Kernels.VarianceRange Range, bool AllFit);
