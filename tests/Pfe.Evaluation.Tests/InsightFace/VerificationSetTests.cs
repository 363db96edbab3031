using Pfe.Evaluation.InsightFace;
using Pfe.TestSupport;
using Pfe.TestSupport.Pickle;

namespace Pfe.Evaluation.Tests.InsightFace;

public sealed class VerificationSetTests
{
    private static readonly byte[] EveryByte = [.. Enumerable.Range(0, 256).Select(n => (byte)n)];
    private static readonly byte[] Second = [0xff, 0xd8, 1, 2, 3];

    private static VerificationSet Load(byte[] pickle, TemporaryFolder folder)
    {
        var path = folder.File("lfw.bin");
        File.WriteAllBytes(path, pickle);
        return VerificationSet.Load(path);
    }

    private static void ShouldHoldTheTwoImages(byte[] pickle)
    {
        using var folder = new TemporaryFolder();
        var set = Load(pickle, folder);
        set.Same.ShouldBe([true]);
        set.Image(0).ToArray().ShouldBe(EveryByte);
        set.Image(1).ToArray().ShouldBe(Second);
        (set.Name, set.ImageName(1)).ShouldBe(("lfw", "lfw/00001.jpg"));
    }

    [Fact]
    public void Python_3_bytes_are_read_from_protocol_3() =>
        ShouldHoldTheTwoImages(new PickleWriter().Protocol(3).Raw("]q\0(").Bytes(EveryByte).Raw("q\x01").Bytes(Second)
            .Raw("q\x02" + "e]q\x03\x88" + "a\x86q\x04").Done());

    [Fact]
    public void Frames_memoize_and_long_byte_strings_are_read_from_protocols_4_and_5()
    {
        ShouldHoldTheTwoImages(new PickleWriter().Protocol(4).Raw("\x95").UInt64(300).Raw("]\x94(\x8e").UInt64(256).Raw(EveryByte)
            .Raw("\x94" + "C\x05").Raw(Second).Raw("\x94" + "e]\x94\x88" + "a\x86\x94").Done());
        ShouldHoldTheTwoImages(new PickleWriter().Protocol(5).Raw("]\x94(\x96").UInt64(256).Raw(EveryByte).Raw("\x98\x94" + "C\x05")
            .Raw(Second).Raw("e]\x88" + "a\x86").Done());
    }

    [Fact]
    public void Python_2_strings_are_read_from_protocol_2() =>
        ShouldHoldTheTwoImages(new PickleWriter().Protocol(2).Raw("]q\x01(").Bytes(EveryByte, 'T').Raw("U\x05").Raw(Second)
            .Raw("e]q\x02\x88" + "a\x86.").ToArray());

    [Fact]
    public void Python_2_strings_are_read_from_the_old_text_protocols() =>
        ShouldHoldTheTwoImages(new PickleWriter().Raw("((lp1\n").Quoted(EveryByte).Raw("p2\na").Quoted(Second).Raw("a(lp3\nI01\natp4\n")
            .Done());

    [Theory]
    [InlineData("numpy.core.multiarray")]
    [InlineData("numpy._core.multiarray")]
    public void Numpy_byte_arrays_are_read_flat_and_as_one_column(string module) =>
        ShouldHoldTheTwoImages(new PickleWriter().Protocol(3).Raw("](").Array(EveryByte, module: module, shape: [256])
            .Array(Second, module: module, shape: [5, 1]).Raw("e]\x88" + "a\x86").Done());

    [Fact]
    public void Labels_may_be_numbers_a_numpy_array_or_numpy_booleans()
    {
        using var folder = new TemporaryFolder();
        PickleWriter Images() => new PickleWriter().Protocol(3).Raw("](").Bytes("a"u8).Bytes("b"u8).Bytes("c"u8).Bytes("d"u8).Raw("e");
        Load(Images().Raw("](K\0K\x01" + "e\x86").Done(), folder).Same.ShouldBe([false, true]);
        Load(Images().Array([1, 0], "b1", shape: [2]).Raw("\x86").Done(), folder).Same.ShouldBe([true, false]);
        Load(Images().Array([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], "i8", shape: [2]).Raw("\x86").Done(), folder)
            .Same.ShouldBe([false, true]);
        Load(Images().Raw("](").Global("numpy.core.multiarray", "scalar").Type("b1").Raw("C\x01\x01\x86R\x89" + "e\x86").Done(), folder)
            .Same.ShouldBe([true, false]);
    }

    [Fact]
    public void A_set_that_is_none_says_what_is_wrong_with_it()
    {
        using var folder = new TemporaryFolder();
        string Error(PickleWriter pickle) => Should.Throw<PfeException>(() => Load(pickle.Done(), folder)).Message;
        Error(new PickleWriter().Raw("]")).ShouldContain("a pair of a list of images and a list of booleans is expected");
        Error(new PickleWriter().Raw("](").Bytes("a"u8).Raw("e]\x88" + "a\x86"))
            .ShouldContain("1 images and 1 labels; two images a label are expected");
        Error(new PickleWriter().Raw("]]\x86")).ShouldContain("0 images and 0 labels");
        Error(new PickleWriter().Raw("](").Bytes("a"u8).Raw("Ne]\x88" + "a\x86"))
            .ShouldContain("image 1 should be an encoded image (bytes, or a numpy array of bytes in one dimension), it is None");
        Error(new PickleWriter().Raw("](").Bytes("a"u8).Array(EveryByte, shape: [16, 16]).Raw("e]\x88" + "a\x86"))
            .ShouldContain("it is a numpy array of shape (16, 16) and type u1");
        Error(new PickleWriter().Raw("](").Bytes("a"u8).Bytes("a"u8).Raw("e](K\x07" + "e\x86"))
            .ShouldContain("the second list should hold booleans");
        Should.Throw<PfeException>(() => VerificationSet.Load(folder.File("none.bin"))).Message.ShouldContain("cannot read");
    }

    [Fact]
    public void Images_are_extracted_under_the_names_they_are_looked_up_by()
    {
        using var folder = new TemporaryFolder();
        var set = Load(new PickleWriter().Raw("](").Bytes(Second).Bytes([0x89, 0x50]).Raw("e]\x88" + "a\x86").Done(), folder);
        set.Extract(folder.Path, TestContext.Current.CancellationToken);
        File.ReadAllBytes(folder.File(set.ImageName(0))).ShouldBe(Second);
        File.Exists(folder.File("lfw", "00001.png")).ShouldBeTrue();
    }
}
