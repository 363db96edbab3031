using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Pfe.Onnx;
using Pfe.Search;
using Pfe.Storage;
using Pfe.Training.Features;
using Pfe.Training.Head;
using Pfe.Training.Runs;
using Pfe.Training.Summaries;
using Pfe.Vision.Embedding;

namespace Pfe.Fuzz;

/// <summary>Readers of Pfe's own binary files.</summary>
internal static partial class TensorTargets
{
    public static FuzzTarget Safetensors(Scratch scratch) =>
        Tensors(scratch, "safetensors", scratch.Made("seed", path => Storage.Safetensors.Write(path,
        [Floats("a", 6), Floats("b", 2), new("c", "U8", [5], stream => stream.Write("hello"u8))], new Dictionary<string,
            string>
        { ["key"] = "value" })), path =>
        {
            using var file = Storage.Safetensors.Open(path);
            file.Verify();
            foreach (var name in file.Names)
            {
                if (file.Type(name) == "F32") Sum(file.Values<float>(name));
                if (file.Type(name) == "U8") Sum(file.Values<byte>(name));
            }
        });

    public static FuzzTarget Embeddings(Scratch scratch) =>
        Tensors(scratch, "embeddings", scratch.Made("seed", path => Faces(5, 4).Save(path)), path =>
    {
        using var faces = EmbeddingSet.Load(path);
        for (var i = 0; i < faces.Count; i++)
        {
            Sum(faces.Mu(i));
            Sum(faces.LogVariance(i));
        }
    });

    public static FuzzTarget Head(Scratch scratch)
    {
        float[] Values(int count) => [.. Enumerable.Range(1, count).Select(i => i / 10f)];
        var head = new UncertaintyHead
        {
            Source = "map", Gain = 1, Offset = -7, HiddenWeight = Values(12), HiddenScale = Values(3), HiddenCentre =
                Values(3), HiddenMean = Values(3),
            HiddenVariance = Values(3), OutputWeight = Values(6), OutputMean = Values(2), OutputVariance = Values(2),
        };
        return Tensors(scratch, "head", scratch.Made("seed", path => head.Save(path, half: true)), path => UncertaintyHead.Load(path));
    }

    public static FuzzTarget Checkpoint(Scratch scratch)
    {
        var state = new TrainerState(7, 0.5, 1, new Dictionary<string,
            float[]>
        { ["hidden.weight"] = [1, 2, 3], ["momentum/hidden.weight"] = [4, 5, 6] })
        {
            FirstLoss = 12.5, HasLearnt = true, Last = new StepResult(7, -3, 0.1, -7, 0.2),
        };
        return Tensors(scratch, "checkpoint", scratch.Made("seed", path => Pfe.Training.Runs.Checkpoint.Save(state, path)),
            path => Pfe.Training.Runs.Checkpoint.Load(path));
    }

    public static FuzzTarget Index(Scratch scratch)
    {
        var (faces, probe) = (Faces(40, 4), Faces(1, 4)[0]);
        byte[][] seeds =
        [
            scratch.Made("a.pfi", path => FileIndex.Build(path, [faces])),
            scratch.Made("b.pfi", path =>
            {
                FileIndex.Build(path, [faces], path => new PersonId(path), new IndexOptions { Store = IndexStore.Bits16 });
                using var index = FileIndex.Open(path);
                index.Add(Faces(3, 4, "new"));
                index.Remove([new FaceId("new1")]);
            }),
        ];
        return new("index", seeds, bytes =>
        {
            using var index = FileIndex.Open(scratch.Write("case.pfi", bytes));
            if (index.Dimension == 4)
            {
                index.SearchFaces([probe], new SearchOptions { K = 3 });
                index.SearchPersons([probe], new SearchOptions { K = 3 });
            }
            index.Verify();
        });
    }

    public static FuzzTarget FeatureCache(Scratch scratch)
    {
        FeatureCacheBuilder.Complete(scratch.Path, 70, new DrawnFeatures(), null, CancellationToken.None);
        return new("feature cache", [File.ReadAllBytes(scratch.File(Pfe.Training.Features.FeatureCache.IndexFile))], bytes =>
        {
            scratch.Write(Pfe.Training.Features.FeatureCache.IndexFile, bytes);
            using var cache = Pfe.Training.Features.FeatureCache.Open(scratch.Path);
            if (cache.InputSize > 1 << 20 || cache.Index.Dimension > 1 << 20) return;
            var (input, mu) = (new float[cache.InputSize], new float[cache.Index.Dimension]);
            for (var image = 0; image < Math.Min(cache.Index.Images, 100); image++)
            {
                cache.CopyInput(image, 0, input);
                cache.CopyMu(image, cache.Index.Variants - 1, mu);
            }
        }, bytes => Encoding.Latin1.GetBytes(SealSum().Replace(Encoding.Latin1.GetString(bytes), "")));
    }

    public static FuzzTarget Journal(Scratch scratch)
    {
        var key = new byte[32];
        var seed = scratch.Made("journal", path =>
        {
            using var journal = new EmbeddingJournal(path, key, 20, 4);
            journal.Append(0, [new(0, 1, 1, 1, default), new(2, 1, 1, 1, default)], new float[8], new float[8],
                [(1, new("b.jpg", "no face found"))]);
            journal.Append(1, [new(16, 1, float.NaN, 1, default)], new float[4], new float[4], []);
        });
        return new("embedding journal", [seed], bytes =>
        {
            using var journal = new EmbeddingJournal(scratch.Write("journal", bytes), key, 20, 4);
            var row = new byte[EmbeddingJournal.RowBytes(4)];
            foreach (var place in journal.Rows()) journal.ReadRow(place, row);
        }, Framed);
    }

    public static FuzzTarget Events(Scratch scratch)
    {
        var seed = scratch.Made("events", path =>
        {
            for (var step = 1; step < 4; step++) EventFile.Append(path, DateTimeOffset.UnixEpoch, step, new Scalar("loss", step),
                new Scalar("rate", 0.1));
        });
        return new("event file", [seed], bytes => EventFile.TruncateAfter(scratch.Write("events", bytes), 2));
    }

    private static EmbeddingSet Faces(int count, int dimension, string name = "face")
    {
        var random = new Random(count);
        var mu = Enumerable.Range(0, count * dimension).Select(_ => (float)random.NextDouble() - 0.5f).ToArray();
        for (var i = 0; i < count; i++)
        {
            var row = mu.AsSpan(i * dimension, dimension);
            var length = MathF.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares(row));
            for (var d = 0; d < dimension; d++) row[d] /= length;
        }
        return new(dimension, mu, [.. mu.Select(_ => -6f)], [.. Enumerable.Range(0, count).Select(i => $"{name}{i}")],
            new Dictionary<string, string> { ["model"] = "drawn" }, new Dictionary<string, float[]> { ["norm"] = new float[count] });
    }

    private static SafetensorsEntry Floats(string name, int count) =>
        new(name, "F32", [count], stream =>
            stream.Write(MemoryMarshal.AsBytes(Enumerable.Range(0, count).Select(i => (float)i).ToArray().AsSpan())));

    private static FuzzTarget Tensors(Scratch scratch, string name, byte[] seed, Action<string> read) =>
        new(name, [seed, WithoutSums(seed)], bytes => read(scratch.Write("case", bytes)), WithoutSums);

    /// <summary>Takes the checksums out and makes the header's length right: what lies behind them is reached.</summary>
    private static byte[] WithoutSums(byte[] file)
    {
        if (file.Length < 8) return file;
        var length = BinaryPrimitives.ReadInt64LittleEndian(file);
        if (length < 2 || length > file.Length - 8) length = Math.Max(0, Array.LastIndexOf(file, (byte)'}') - 7);
        var header = Encoding.Latin1.GetString(file, 8, (int)Math.Min(length, file.Length - 8));
        var bare = Encoding.Latin1.GetBytes(HeaderSum().Replace(header, "").Replace(",}", "}", StringComparison.Ordinal));
        var size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, bare.Length);
        return [.. size, .. bare, .. file[(8 + (int)Math.Min(length, file.Length - 8))..]];
    }

    /// <summary>Lengths and checksums of a journal's chunks, made right for as long as there are chunks.</summary>
    private static byte[] Framed(byte[] file)
    {
        var bytes = (byte[])file.Clone();
        for (var at = 32; at + 12 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            if (length < 0 || length > bytes.Length - at - 12) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), length =
                bytes.Length - at - 12);
            SHA256.HashData(bytes.AsSpan(at + 12, length)).AsSpan(0, 8).CopyTo(bytes.AsSpan(at + 4));
            at += 12 + length;
        }
        return bytes;
    }

    private static void Sum<T>(ReadOnlySpan<T> values) where T : struct
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(values));
        GC.KeepAlive(hash.ToHashCode());
    }

    private sealed class DrawnFeatures : IFeatureSource
    {
        public int Variants => 2;

        public int Dimension => 4;

        public int FeatureSize => 6;

        public void Compute(int image, Memory<float> embeddings, Memory<float> features)
        {
            embeddings.Span.Fill(image + 1);
            features.Span.Fill(image);
        }
    }

    [GeneratedRegex("""\s*,?\s*"checksum":\s*"[^"]*"(?=\s*})""", RegexOptions.None, 1000)]
    private static partial Regex SealSum();

    [GeneratedRegex("\"pfe\\.crc32c[^\"]*\":\"[^\"]*\",?", RegexOptions.None, 1000)]
    private static partial Regex HeaderSum();
}
