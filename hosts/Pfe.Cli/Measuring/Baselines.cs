using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pfe.Scoring.Kernels;

namespace Pfe.Cli.Measuring;

/// <summary>What the kernels are compared with.</summary>
internal static class Baselines
{
    /// <summary>The reference's algorithm: row by row, a double-precision logarithm in every dimension.</summary>
    public static float Reference(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2)
    {
        var sum = 0f;
        for (var l = 0; l < mu1.Length; l++)
        {
            var (difference, variance) = (mu1[l] - mu2[l], variance1[l] + variance2[l]);
            sum += (float)(difference * difference / variance + Math.Log(variance));
        }
        return -sum;
    }

    /// <summary>The same sum as a chain of library calls over whole rows.</summary>
    public static float TensorChain(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2, Span<float> a,
        Span<float> b)
    {
        TensorPrimitives.Subtract(mu1, mu2, a);
        TensorPrimitives.Multiply(a, a, a);
        TensorPrimitives.Add(variance1, variance2, b);
        TensorPrimitives.Divide(a, b, a);
        TensorPrimitives.Log(b, b);
        return -(TensorPrimitives.Sum(a) + TensorPrimitives.Sum(b));
    }

    /// <summary>
    /// The kernel's own instructions for a number of (16 faces x 2 dimensions), a multiple of 32, on registers alone: what this processor
    /// allows them. Like the kernel it moves the products' exponents after every eighth step.
    /// </summary>
    [MethodImpl(KernelMethod.NoInlining)]
    public static float RegisterLoop(int steps)
    {
        if (!Vector512.IsHardwareAccelerated) return RegisterLoop256(steps);
        Vector512<float> s1 = default, s2 = default, s3 = default, s4 = default, p1 = Vector512<float>.One, p2 = p1, p3 = p1, p4 = p1;
        Vector512<int> e1 = default, e2 = default, e3 = default, e4 = default;
        for (var group = steps / 32; group > 0; group--)
        {
            Vector512<float> a1 = default, a2 = default, a3 = default, a4 = default;
            for (var i = 0; i < 8; i++)
            {
                Step(ref a1, ref p1);
                Step(ref a2, ref p2);
                Step(ref a3, ref p3);
                Step(ref a4, ref p4);
            }
            Move(ref s1, a1, ref p1, ref e1);
            Move(ref s2, a2, ref p2, ref e2);
            Move(ref s3, a3, ref p3, ref e3);
            Move(ref s4, a4, ref p4, ref e4);
        }
        return Vector512.Sum(s1 + s2 + s3 + s4 + p1 + p2 + p3 + p4) + Vector512.Sum(e1 + e2 + e3 + e4);
    }

    /// <summary>The same in vectors of 256 bits.</summary>
    [MethodImpl(KernelMethod.NoInlining)]
    public static float RegisterLoop256(int steps)
    {
        Vector256<float> s1 = default, s2 = default, s3 = default, s4 = default, p1 = Vector256<float>.One, p2 = p1, p3 = p1, p4 = p1;
        Vector256<int> e1 = default, e2 = default, e3 = default, e4 = default;
        for (var group = steps / 16; group > 0; group--)
        {
            Vector256<float> a1 = default, a2 = default, a3 = default, a4 = default;
            for (var i = 0; i < 8; i++)
            {
                Step(ref a1, ref p1);
                Step(ref a2, ref p2);
                Step(ref a3, ref p3);
                Step(ref a4, ref p4);
            }
            Move(ref s1, a1, ref p1, ref e1);
            Move(ref s2, a2, ref p2, ref e2);
            Move(ref s3, a3, ref p3, ref e3);
            Move(ref s4, a4, ref p4, ref e4);
        }
        return Vector256.Sum(s1 + s2 + s3 + s4 + p1 + p2 + p3 + p4) + Vector256.Sum(e1 + e2 + e3 + e4);
    }

    /// <summary>Multiply-adds on registers alone: the peak of a matrix product. A step is 128 of them, in more chains than the processor
    /// has under way.</summary>
    [MethodImpl(KernelMethod.NoInlining)]
    public static float FmaLoop(int steps)
    {
        if (!Vector512.IsHardwareAccelerated) return FmaLoop256(2 * steps);
        Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default,
            x = Vector512.Create(0.5f);
        Vector512<float> i = default, j = default, k = default, l = default, m = default, n = default, o = default, p = default;
        for (steps /= 2; steps > 0; steps--)
        {
            (a, b, c, d) = (Vector512.FusedMultiplyAdd(a, x, x), Vector512.FusedMultiplyAdd(b, x, x), Vector512.FusedMultiplyAdd(c, x, x),
                Vector512.FusedMultiplyAdd(d, x, x));
            (e, f, g, h) = (Vector512.FusedMultiplyAdd(e, x, x), Vector512.FusedMultiplyAdd(f, x, x), Vector512.FusedMultiplyAdd(g, x, x),
                Vector512.FusedMultiplyAdd(h, x, x));
            (i, j, k, l) = (Vector512.FusedMultiplyAdd(i, x, x), Vector512.FusedMultiplyAdd(j, x, x), Vector512.FusedMultiplyAdd(k, x, x),
                Vector512.FusedMultiplyAdd(l, x, x));
            (m, n, o, p) = (Vector512.FusedMultiplyAdd(m, x, x), Vector512.FusedMultiplyAdd(n, x, x), Vector512.FusedMultiplyAdd(o, x, x),
                Vector512.FusedMultiplyAdd(p, x, x));
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p);
    }

    // 16 registers hold 8 chains, just enough.
    [MethodImpl(KernelMethod.NoInlining)]
    private static float FmaLoop256(int steps)
    {
        Vector256<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default,
            x = Vector256.Create(0.5f);
        for (; steps > 0; steps--)
        {
            (a, b, c, d) = (Vector256.MultiplyAddEstimate(a, x, x), Vector256.MultiplyAddEstimate(b, x, x),
                Vector256.MultiplyAddEstimate(c, x, x), Vector256.MultiplyAddEstimate(d, x, x));
            (e, f, g, h) = (Vector256.MultiplyAddEstimate(e, x, x), Vector256.MultiplyAddEstimate(f, x, x),
                Vector256.MultiplyAddEstimate(g, x, x), Vector256.MultiplyAddEstimate(h, x, x));
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h);
    }

    // The multiplications and additions of the kernel; p feeds every operand, so that nothing can be moved out of the loop.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref Vector512<float> s, ref Vector512<float> p)
    {
        Vector512<float> t1 = p + Vector512.Create(0.5f), t2 = p +
            Vector512.Create(0.25f), d1 = p - Vector512.Create(0.125f), d2 = p - Vector512.Create(0.0625f);
        var product = t1 * t2;
        s += Vector512.FusedMultiplyAdd(d1 * d1, t2, d2 * d2 * t1) / product;
        p *= product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(ref Vector512<float> total, Vector512<float> sum, ref Vector512<float> product, ref Vector512<int> exponent)
    {
        var bits = product.AsInt32();
        exponent += bits >> 23;
        product = Vector512.ConditionalSelect(Vector512.Create(RunningSums.FractionBits), bits, Vector512.Create(RunningSums.One))
            .AsSingle();
        total += sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(ref Vector256<float> total, Vector256<float> sum, ref Vector256<float> product, ref Vector256<int> exponent)
    {
        var bits = product.AsInt32();
        exponent += bits >> 23;
        product = Vector256.ConditionalSelect(Vector256.Create(RunningSums.FractionBits), bits, Vector256.Create(RunningSums.One))
            .AsSingle();
        total += sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref Vector256<float> s, ref Vector256<float> p)
    {
        Vector256<float> t1 = p + Vector256.Create(0.5f), t2 = p +
            Vector256.Create(0.25f), d1 = p - Vector256.Create(0.125f), d2 = p - Vector256.Create(0.0625f);
        var product = t1 * t2;
        s += Vector256.MultiplyAddEstimate(d1 * d1, t2, d2 * d2 * t1) / product;
        p *= product;
    }
}
