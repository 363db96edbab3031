using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Pfe.Evaluation.InsightFace;
using Pfe.Interop.TensorFlow;
using Pfe.Onnx;
using Pfe.Onnx.Graphs;
using Pfe.Onnx.Tests;
using Pfe.Storage;
using Pfe.TestSupport.Pickle;
using Pfe.TestSupport.TensorFlow;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Fuzz;

/// <summary>Readers of other people's formats.</summary>
internal static class ForeignTargets
{
    public static FuzzTarget Onnx(Scratch scratch)
    {
        var description = new NetworkDescription { Name = "net", Width = 4, Height = 6 };
        byte[][] seeds = [Sketch.Base().ToBytes(), Sketch.Base(batch: -1).ToBytes(), Shapes().ToBytes()];
        return new("onnx", seeds, bytes =>
        {
            var model = OnnxModel.Parse(bytes, "net.onnx");
            GC.KeepAlive((model.ParameterCount, model.Operators, model.Inputs, model.Metadata));
            Tried(() => ProbabilisticModel.FindRawEmbedding(model));
            foreach (var output in model.Outputs)
            {
                Tried(() => model.ShapeOf(output.Name));
                Tried(() => model.FindFeatureMap(output.Name));
                Tried(() => model.WithOutputs(output.Name));
            }
            Tried(() => model.WithDynamicBatch());
            Tried(() => ProbabilisticModel.Describe(model));
            Tried(() => BaseGraph.Prepare(model, description));
        });
    }

    public static FuzzTarget TensorFlow(Scratch scratch)
    {
        var writer = new CheckpointWriter { BlockSize = 200 };
        for (var i = 0; i < 12; i++) writer.Add($"SphereNet/conv{i}/weights", new float[i + 1], i + 1);
        writer.AddPartitioned("SphereNet/split", new float[12], [6, 2], 2, 3, 1);
        writer.Write(scratch.File("ckpt-1"));
        return new("tensorflow index", [File.ReadAllBytes(scratch.File("ckpt-1.index"))], bytes =>
        {
            scratch.Write("ckpt-1.index", bytes);
            using var checkpoint = TensorFlowCheckpoint.Open(scratch.File("ckpt-1"));
            foreach (var variable in checkpoint.Variables.ToList()) Tried(() => checkpoint.ReadFloats(variable.Name));
            Tried(() => checkpoint.Verify());
            Tried(() => SphereNetImport.Read(checkpoint));
        }, Resummed);
    }

    public static FuzzTarget VerificationSet(Scratch scratch)
    {
        byte[] image = [0xff, 0xd8, 1, 2, 3];
        byte[][] seeds =
        [
            new PickleWriter().Protocol(2).Raw("(]").Bytes(image).Raw("a").Bytes(image).Raw("a](\u0088et").Done(),
            new PickleWriter().Protocol(4).Raw("](").Bytes(image, 'B').Bytes(image, 'B').Raw("e](\u0088e\u0086").Done(),
        ];
        return new("verification set", seeds, bytes =>
        {
            var set = Evaluation.InsightFace.VerificationSet.Load(scratch.Write("set.bin", bytes));
            for (var i = 0; i < set.Count; i++) GC.KeepAlive((set.Image(i).Length, set.ImageName(i)));
        });
    }

    public static FuzzTarget Tarball(Scratch scratch) => Archive(scratch, "tarball", [Tar(scratch)], Zip);

    public static FuzzTarget Gzip(Scratch scratch) => Archive(scratch, "gzip", [Zip(Tar(scratch))], bytes => bytes);

    public static FuzzTarget Photograph(Scratch scratch)
    {
        var pixels = new byte[24 * 16 * 3];
        new Random(1).NextBytes(pixels);
        byte[][] seeds = [.. new[] { "a.png", "a.jpg", "a.webp" }.Select(name => scratch.Made(name, new Image(24, 16, pixels).Save))];
        return new("photograph", seeds, bytes => Image.Decode(bytes, "photograph"));
    }

    // Each is tried, whatever the others say.
    private static void Tried(Action work)
    {
        try { work(); }
        catch (PfeException) { /* refused, as it may be */ }
    }

    private static OnnxModel Shapes()
    {
        var sketch = new Sketch();
        var x = sketch.Input("x", 1, 3, 6, 4);
        var shape = sketch.Node("Shape", [x]);
        var batch = sketch.Node("Gather", [shape, sketch.Integers(0)]);
        var target = sketch.Node("Concat", [batch, sketch.Integers(-1)], Nodes.Int("axis", 0));
        var part = sketch.Node("Slice", [x, sketch.Integers(0), sketch.Integers(4), sketch.Integers(2), sketch.Integers(1)]);
        var padded = sketch.Node("Pad", [part, sketch.Integers(0, 0, 1, 1, 0, 0, 1, 1)]);
        var flat = sketch.Node("Reshape", [sketch.Node("Transpose", [padded], Nodes.Ints("perm", 0, 1, 3, 2)), target]);
        var norm = sketch.Node("ReduceL2", [flat], Nodes.Ints("axes", 1), Nodes.Int("keepdims", 1));
        var unit = sketch.Node("Div", [flat, sketch.Node("Expand", [norm, sketch.Node("Shape", [flat])])]);
        return sketch.Model(sketch.Named("y", "Identity",
            [sketch.Node("Unsqueeze", [sketch.Node("Squeeze", [unit, sketch.Integers(0)]), sketch.Integers(0)])]));
    }

    private static FuzzTarget Archive(Scratch scratch, string name, byte[][] seeds, Func<byte[], byte[]> pack) => new(name, seeds, bytes =>
    {
        var archive = pack(bytes);
        var file = new ModelFile("net", "package/net.onnx", Convert.ToHexStringLower(SHA256.HashData("a network"u8)), "test");
        var package = new ModelPackage("net@1", "sha512-" + Convert.ToBase64String(SHA512.HashData(archive)), "MIT", [file]);
        Vision.Models.Tarball.Read(package, scratch.Write("package.tgz", archive));
    });

    private static byte[] Tar(Scratch scratch) => scratch.Made("package.tar", path =>
    {
        using var writer = new TarWriter(File.Create(path), TarEntryFormat.Pax, leaveOpen: false);
        foreach (var name in new[] { "package/readme.md", "package/net.onnx" })
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream =
                new MemoryStream(Encoding.UTF8.GetBytes("a network"))
            });
    });

    private static byte[] Zip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest)) zip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>A table whose blocks' checksums are right again: the index's, and those of all blocks that it names.</summary>
    private static byte[] Resummed(byte[] file)
    {
        var bytes = (byte[])file.Clone();
        if (bytes.Length < 48) return bytes;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan()[^8..], 0xdb4775248b80fb57);
        var at = bytes.Length - 48;
        Number(bytes, ref at);
        Number(bytes, ref at);
        var (offset, size) = (Number(bytes, ref at), Number(bytes, ref at));
        if (!Sum(bytes, offset, size)) return bytes;
        for (var entry = (int)offset; entry < offset + size - 4;)
        {
            var (_, rest, content) = (Number(bytes, ref entry), Number(bytes, ref entry), Number(bytes, ref entry));
            if (rest < 0 || content < 0 || rest > offset + size - entry || content > offset + size - entry - rest) break;
            var handle = entry + (int)rest;
            entry = handle + (int)content;
            Sum(bytes, Number(bytes, ref handle), Number(bytes, ref handle));
        }
        Sum(bytes, offset, size);
        return bytes;
    }

    private static bool Sum(byte[] bytes, long offset, long size)
    {
        if (offset < 0 || size < 0 || offset > bytes.Length - 53 || size > bytes.Length - 53 - offset) return false;
        bytes[offset + size] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan((int)(offset + size) + 1),
            Crc32C.Masked(bytes.AsSpan((int)offset, (int)size + 1)));
        return true;
    }

    private static long Number(byte[] bytes, ref int at)
    {
        var value = 0L;
        for (var shift = 0; shift < 63 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            value |= (long)(part & 127) << shift;
            if (part < 128) break;
        }
        return value;
    }
}
