using Pfe.Interop.TensorFlow;
using Pfe.Onnx.Tests;
using Pfe.Storage;
using Pfe.TestSupport;
using Pfe.TestSupport.TensorFlow;

namespace Pfe.Interop.Tests.TensorFlow;

public sealed class CheckpointTests
{
    [Theory]
    [InlineData("PNet_landmark", 28,
        "conv1/weights:3x3x3x10 conv2/weights:3x3x10x16 conv3/weights:3x3x16x32 conv4_1/weights:1x1x32x2 conv4_2/weights:1x1x32x4 " +
        "conv4_3/weights:1x1x32x10")]
    [InlineData("RNet_landmark", 34,
        "conv1/weights:3x3x3x28 conv2/weights:3x3x28x48 conv3/weights:2x2x48x64 fc1/weights:576x128 cls_fc/weights:128x2 " +
        "bbox_fc/weights:128x4 landmark_fc/weights:128x10")]
    [InlineData("ONet_landmark", 40,
        "conv1/weights:3x3x3x32 conv2/weights:3x3x32x64 conv3/weights:3x3x64x64 conv4/weights:2x2x64x128 fc1/weights:1152x256 " +
        "cls_fc/weights:256x2 bbox_fc/weights:256x4 landmark_fc/weights:256x10")]
    public void A_real_checkpoint_is_read_tensor_by_tensor(string folder, int atLeast, string shapes)
    {
        var missing = TestData.MissingReason($"tf-checkpoint/{folder}");
        Assert.SkipWhen(missing is not null, missing ?? "");
        using var checkpoint = TensorFlowCheckpoint.Open(TestData.Path($"tf-checkpoint/{folder}"));
        var variables = checkpoint.Variables.ToList();
        variables.Count.ShouldBeGreaterThanOrEqualTo(atLeast);
        checkpoint.Verify().ShouldBe(variables.Count);
        foreach (var (name, shape) in shapes.Split(' ').Select(part => part.Split(':')).Select(pair => (pair[0], pair[1])))
            string.Join('x', checkpoint.Describe(name).Shape).ShouldBe(shape, name);
        foreach (var variable in variables.Where(variable => variable.Type == "float"))
            checkpoint.ReadFloats(variable.Name).ShouldAllBe(value => float.IsFinite(value));
    }

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(3, 200)]
    public void What_was_written_is_read(int shards, int blockSize)
    {
        using var folder = new TemporaryFolder();
        var (writer, expected) = (new CheckpointWriter(shards) { BlockSize = blockSize }, new Dictionary<string, float[]>());
        for (var i = 0; i < 60; i++)
        {
            var name = $"scope/layer_{i}/weights";
            expected[name] = Values.Random(i, i + 1).Data;
            writer.Add(name, expected[name], i + 1);
        }
        writer.Add("scalar", [4.5f]);
        writer.Write(folder.File("ckpt-7"));

        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        checkpoint.Variables.Select(variable => variable.Name).ShouldBe(expected.Keys.Append("scalar").Order(StringComparer.Ordinal));
        foreach (var (name, values) in expected) checkpoint.ReadFloats(name).ShouldBe(values);
        checkpoint.ReadFloats("scalar").ShouldBe([4.5f]);
        checkpoint.Describe("scalar").Shape.ShouldBeEmpty();
    }

    [Fact]
    public void A_partitioned_variable_is_put_together()
    {
        using var folder = new TemporaryFolder();
        var (writer, values) = (new CheckpointWriter(2), Values.Random(1, 20_000, 3).Data);
        // Starts of one, two and three code bytes.
        writer.AddPartitioned("big", values, [20_000, 3], 10, 60, 9_000, 10_930);
        writer.Add("bigger", [1f], 1);
        writer.Write(folder.File("ckpt-1"));
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        checkpoint.Variables.Select(variable => variable.Name).ShouldBe(["big", "bigger"]);
        checkpoint.ReadFloats("big").ShouldBe(values);
        checkpoint.Verify().ShouldBe(5);
    }

    [Fact]
    public void Half_bfloat16_and_double_become_float()
    {
        using var folder = new TemporaryFolder();
        float[] values = [1, -2.5f, 0, 65504, 1e-7f];
        var writer = new CheckpointWriter();
        writer.Add("half", CheckpointWriter.DtHalf, [.. values.SelectMany(value => BitConverter.GetBytes((Half)value))], 5);
        writer.Add("bfloat16", CheckpointWriter.DtBFloat16, [.. values.SelectMany(value => BitConverter.GetBytes(value)[2..])], 5);
        writer.Add("double", CheckpointWriter.DtDouble, [.. values.SelectMany(value => BitConverter.GetBytes((double)value))], 5);
        writer.Add("step", CheckpointWriter.DtInt64, BitConverter.GetBytes(3000L));
        writer.Write(folder.File("ckpt-1"));
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        checkpoint.ReadFloats("half").ShouldBe([.. values.Select(value => (float)(Half)value)]);
        checkpoint.ReadFloats("double").ShouldBe(values);
        foreach (var (read, value) in checkpoint.ReadFloats("bfloat16").Zip(values)) read.ShouldBe(value, Math.Abs(value) / 128);
        Should.Throw<PfeException>(() => checkpoint.ReadFloats("step"))
            .Message.ShouldContain("variable 'step' holds int64, real numbers are wanted");
        checkpoint.Describe("step").Type.ShouldBe("int64");
    }

    [Fact]
    public void A_flipped_bit_in_the_data_is_noticed_and_the_variable_named()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        var data = folder.File("ckpt-1.data-00000-of-00001");
        var bytes = File.ReadAllBytes(data);
        bytes[^1] ^= 1;
        File.WriteAllBytes(data, bytes);
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        checkpoint.ReadFloats("a").ShouldBe([1f, 2f]);
        Should.Throw<PfeException>(() => checkpoint.ReadFloats("b")).Message.ShouldContain("the checksum of variable 'b' is wrong");
    }

    [Fact]
    public void No_damage_to_the_index_leads_to_another_exception_or_to_other_values()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        var index = folder.File("ckpt-1.index");
        var good = File.ReadAllBytes(index);
        for (var i = 0; i < good.Length; i++)
        {
            var bad = (byte[])good.Clone();
            bad[i] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(index, bad);
            try
            {
                using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
                checkpoint.ReadFloats("b").ShouldBe([3f]);
            }
            catch (PfeException e) { e.Message.ShouldNotContain("\n"); }
            File.WriteAllBytes(index, good[..i]);
            Should.Throw<PfeException>(() => TensorFlowCheckpoint.Open(folder.Path).Dispose());
        }
    }

    [Fact]
    public void A_checkpoint_file_that_names_a_missing_checkpoint_does_not_mislead()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        File.WriteAllText(folder.File("checkpoint"), "model_checkpoint_path: \"ckpt-99\"\n");
        using (var checkpoint = TensorFlowCheckpoint.Open(folder.Path)) checkpoint.Prefix.ShouldEndWith("ckpt-1");
        File.Copy(folder.File("ckpt-1.index"), folder.File("ckpt-2.index"));
        Should.Throw<PfeException>(() => TensorFlowCheckpoint.Open(folder.Path))
            .Message.ShouldContain("several checkpoints (ckpt-1, ckpt-2): name one of them");
        using var named = TensorFlowCheckpoint.Open(folder.File("ckpt-1.data-00000-of-00001"));
        named.Contains("a").ShouldBeTrue();
    }

    [Fact]
    public void The_latest_of_several_checkpoints_is_taken()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        var writer = new CheckpointWriter();
        writer.Add("a", [9f], 1);
        writer.Write(folder.File("ckpt-20"));
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        checkpoint.ReadFloats("a").ShouldBe([9f]);
    }

    [Fact]
    public void A_folder_without_a_checkpoint_is_refused()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<PfeException>(() => TensorFlowCheckpoint.Open(folder.Path)).Message.ShouldContain("holds no TensorFlow checkpoint");
        Should.Throw<PfeException>(() => TensorFlowCheckpoint.Open(folder.File("nothing")))
            .Message.ShouldContain("is no TensorFlow checkpoint");
    }

    [Fact]
    public void The_checksum_is_crc32c()
    {
        // The check value of the CRC catalogue.
        Crc32C.Of("123456789"u8).ShouldBe(0xe3069283u);
        var bytes = new byte[37];
        new Random(1).NextBytes(bytes);
        for (var length = 0; length < bytes.Length; length++)
            Crc32C.Masked(bytes.AsSpan(0, length)).ShouldBe(CheckpointWriter.MaskedCrc(bytes.AsSpan(0, length)));
    }

    private static void Write(TemporaryFolder folder)
    {
        var writer = new CheckpointWriter();
        writer.Add("a", [1f, 2f], 2);
        writer.Add("b", [3f], 1);
        writer.Write(folder.File("ckpt-1"));
    }
}
