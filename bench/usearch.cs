#:package Cloud.Unum.USearch@2.26.6
#:package System.Numerics.Tensors@10.0.6
#:property ManagePackageVersionsCentrally=false
#:property AllowUnsafeBlocks=true
#:property PublishAot=false
#:property NoWarn=$(NoWarn);CA1050;CA1515;CA2101;CA5392;MA0047;MA0048;MA0162;SYSLIB1054

// Exact search by usearch: one probe and 64 against N faces of D = 512. For who wants the row:
//
//     dotnet run -c Release bench/usearch.cs [N]
//
// What it computes is the inner product of the means: cosine similarity, 512 multiplications a face. No variance is read; the mutual
// likelihood score needs as many means and as many variances, a division and a share of a logarithm for each. The package's C# class has no
// exact mode, its native library has: called as it is.
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Cloud.Unum.USearch;

const int D = 512, Best = 10;
var n = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200_000;
var (gallery, probes) = (Faces(n, 1), Faces(64, 2));
Console.WriteLine($"usearch {USearchCapabilities.Version()} ({USearchCapabilities.HardwareAccelerationAvailable()}), "
    + $"{Environment.ProcessorCount} threads, {n} faces, the {Best} best");
Measure("float32", MemoryMarshal.AsBytes(gallery.AsSpan()).ToArray(), MemoryMarshal.AsBytes(probes.AsSpan()).ToArray(),
    ScalarKind.Float32, 4);
Measure("fp16", Halves(gallery), Halves(probes), ScalarKind.Float16, 2);

void Measure(string name, byte[] dataset, byte[] queries, ScalarKind kind, int size)
{
    var (keys, distances) = (new ulong[64 * Best], new float[64 * Best]);
    foreach (var count in new[] { 1, 64 })
    {
        var milliseconds = new List<double>();
        for (var i = 0; i < 16; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            Exact.Search(dataset, (nuint)n, (nuint)(D * size), queries, (nuint)count, (nuint)(D * size), kind, D, MetricKind.Ip, Best,
                (nuint)Environment.ProcessorCount, keys, Best * sizeof(ulong), distances, Best * sizeof(float), out var error);
            if (error != 0) throw new InvalidOperationException(Marshal.PtrToStringUTF8(error));
            // The first warms up.
            if (i > 0) milliseconds.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }
        milliseconds.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"exact, inner product, {name}, {count} probe(s): {milliseconds[7]:0.0} ms (best {milliseconds[0]:0.0})"));
    }
    // The best of the first probe, by hand.
    var best = Enumerable.Range(0, n).MaxBy(face => TensorPrimitives.Dot<float>(gallery.AsSpan(face * D, D), probes.AsSpan(0, D)));
    Console.WriteLine($"the first probe's best face is {(keys[0] == (ulong)best ? "right" : $"WRONG: {keys[0]} for {best}")}");
}

static float[] Faces(int count, int seed)
{
    var (values, random) = (new float[count * D], new Random(seed));
    for (var i = 0; i < values.Length; i++) values[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
    for (var face = 0; face < count; face++)
    {
        var mu = values.AsSpan(face * D, D);
        TensorPrimitives.Divide(mu, TensorPrimitives.Norm(mu), mu);
    }
    return values;
}

static byte[] Halves(float[] values)
{
    var halves = new Half[values.Length];
    TensorPrimitives.ConvertToHalf(values, halves);
    return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
}

internal static class Exact
{
    [DllImport("libusearch_c", EntryPoint = "usearch_exact_search")]
    public static extern void Search(byte[] dataset, nuint datasetSize, nuint datasetStride, byte[] queries, nuint queriesSize,
        nuint queriesStride, ScalarKind kind, nuint dimensions, MetricKind metric, nuint count, nuint threads, ulong[] keys,
        nuint keysStride, float[] distances, nuint distancesStride, out nint error);
}
