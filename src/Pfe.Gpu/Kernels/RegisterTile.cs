namespace Pfe.Gpu.Kernels;

/// <summary>Four probes against four faces in one thread's registers: a row of four faces for each probe.</summary>
internal struct RegisterTile
{
    private Lanes4 _sum0, _sum1, _sum2, _sum3;
    private Lanes4 _log0, _log1, _log2, _log3;
    private Lanes4 _product0, _product1, _product2, _product3;

    /// <summary>Begins a run of at most 16 dimensions whose factors are multiplied before a logarithm is taken.</summary>
    public void Begin() => _product0 = _product1 = _product2 = _product3 = Lanes4.Of(1);

    /// <summary>
    /// Two dimensions, a and b, that share a reciprocal: <c>d1^2/t1 + d2^2/t2 = (d1^2 t2 + d2^2 t1) / (t1 t2)</c>.
    /// </summary>
    public void Add(Lanes4 probeMeanA, Lanes4 probeVarianceA, Lanes4 probeMeanB, Lanes4 probeVarianceB,
        Lanes4 meanA, Lanes4 varianceA, Lanes4 meanB, Lanes4 varianceB)
    {
        Row(probeMeanA.X, probeVarianceA.X, probeMeanB.X, probeVarianceB.X, meanA, varianceA, meanB, varianceB, ref _sum0, ref _product0);
        Row(probeMeanA.Y, probeVarianceA.Y, probeMeanB.Y, probeVarianceB.Y, meanA, varianceA, meanB, varianceB, ref _sum1, ref _product1);
        Row(probeMeanA.Z, probeVarianceA.Z, probeMeanB.Z, probeVarianceB.Z, meanA, varianceA, meanB, varianceB, ref _sum2, ref _product2);
        Row(probeMeanA.W, probeVarianceA.W, probeMeanB.W, probeVarianceB.W, meanA, varianceA, meanB, varianceB, ref _sum3, ref _product3);
    }

    /// <summary>Ends a run.</summary>
    public void End()
    {
        _log0 += _product0.Log2;
        _log1 += _product1.Log2;
        _log2 += _product2.Log2;
        _log3 += _product3.Log2;
    }

    /// <summary>The scores of one of the four probes.</summary>
    public readonly Lanes4 Scores(int row, ScoreTerms terms) => (row == 0 ? terms.Share(_sum0, _log0)
        : row == 1 ? terms.Share(_sum1, _log1) : row == 2 ? terms.Share(_sum2, _log2) : terms.Share(_sum3, _log3)) + terms.C;

    private static void Row(float probeMeanA, float probeVarianceA, float probeMeanB, float probeVarianceB,
        Lanes4 meanA, Lanes4 varianceA, Lanes4 meanB, Lanes4 varianceB, ref Lanes4 sum, ref Lanes4 product)
    {
        Lanes4 ta = varianceA + probeVarianceA, tb = varianceB + probeVarianceB, da = meanA - probeMeanA, db = meanB - probeMeanB;
        var t = ta * tb;
        sum += (da * da * tb + db * db * ta) * t.Reciprocal;
        product *= t;
    }
}
