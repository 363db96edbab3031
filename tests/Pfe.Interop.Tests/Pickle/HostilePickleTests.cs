using Pfe.Interop.Pickle;
using Pfe.TestSupport.Pickle;

namespace Pfe.Interop.Tests.Pickle;

public sealed class HostilePickleTests
{
    private static string Refusal(byte[] pickle)
    {
        var message = Should.Throw<PfeException>(() => PickleReader.Read(pickle, "evil.bin")).Message;
        message.ShouldStartWith("'evil.bin', byte ");
        message.ShouldNotContain('\n');
        message.Length.ShouldBeLessThan(400);
        return message;
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "getattr")]
    [InlineData("numpy", "load")]
    [InlineData("numpy.core.multiarray", "fromfile")]
    [InlineData("_codecs", "lookup")]
    public void A_function_is_refused_by_name_in_both_ways_of_asking_for_it(string module, string name)
    {
        Refusal(new PickleWriter().Global(module, name).Raw("(S'id'\ntR").Done())
            .ShouldContain($"asks for '{module}.{name}', which is refused");
        Refusal(new PickleWriter().Protocol(4).StackGlobal(module, name).ShortText("id").Raw("\x85R").Done())
            .ShouldContain($"asks for '{module}.{name}', which is refused");
    }

    [Fact]
    public void A_real_exploit_is_refused_at_the_byte_where_it_begins() =>
        Refusal("cos\nsystem\n(S'touch /tmp/owned'\ntR."u8.ToArray()).ShouldBe(
            "'evil.bin', byte 0: the pickle asks for 'os.system', which is refused: nothing in a verification set is executed, it holds " +
                "images and booleans only");

    [Fact]
    public void A_name_with_line_breaks_stays_on_one_line() =>
        Refusal(new PickleWriter().StackGlobal("o\ns\x1b[31m", "sys\u007ftem").Done()).ShouldContain("'o?s?[31m.sys?tem'");

    [Theory]
    [InlineData("(ios\nsystem\n", "INST")]
    [InlineData("(NNo", "OBJ")]
    [InlineData("Pid\n", "PERSID")]
    [InlineData("N\x81", "NEWOBJ")]
    [InlineData("\x82\x01", "EXT")]
    [InlineData("\x97", "NEXT_BUFFER")]
    [InlineData("}", "DICT")]
    [InlineData("\x8f", "SET")]
    [InlineData("?", "0x3f ('?')")]
    public void Instructions_beyond_literals_are_refused_by_name(string pickle, string name) =>
        Refusal(new PickleWriter().Raw(pickle).Done()).ShouldContain($"instruction {name}");

    [Fact]
    public void Known_names_are_refused_in_unknown_calls()
    {
        Refusal(new PickleWriter().Global("_codecs", "encode").Raw("(VAA==\nVbase64\ntR").Done())
            .ShouldContain("Encode is called in a way");
        Refusal(new PickleWriter().Global("numpy", "ndarray").Raw("(K\x01tR").Done()).ShouldContain("ArrayType is called in a way");
        Refusal(new PickleWriter().Global("numpy", "dtype").Raw("(VO8\nI00\nI01\ntR").Done())
            .ShouldContain("numpy elements of type 'O8' are refused");
        Refusal(new PickleWriter().Raw("(l(NNtb").Done()).ShouldContain("BUILD of something that is not a numpy array");
        Refusal(new PickleWriter().Raw("N)R").Done()).ShouldContain("REDUCE of something that is not a function");
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        Refusal([.. Enumerable.Repeat((byte)'(', 3_000_000)]).ShouldContain("nested deeper than 1000");
        Refusal([(byte)'N', .. Enumerable.Repeat((byte)0x85, 6_000_000)]).ShouldContain("more than 5,000,000 instructions");
    }

    [Theory]
    [InlineData("\x8e", 0x7fff_ffff_ffff_ffff)]
    [InlineData("\x96", 0xffff_ffff_ffff_ffff)]
    [InlineData("\x8d", 0x1_0000_0000)]
    [InlineData("B", 0xffff_ffff)]
    [InlineData("X", 0xffff_fff0)]
    [InlineData("\x8b", 0xffff_fff0)]
    public void A_huge_length_is_refused_before_anything_is_allocated(string instruction, ulong length)
    {
        var pickle = new PickleWriter().Raw(instruction).UInt64(length).Done();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refusal(pickle).ShouldContain("truncated or damaged");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public void A_text_that_is_turned_into_bytes_again_and_again_is_refused()
    {
        var bomb = new PickleWriter().Protocol(2).Raw("X").Int32(100_000).Raw(new string('a', 100_000)).Raw("q\0");
        for (var n = 0; n < 1000; n++) bomb.Global("_codecs", "encode").Raw("h\0X").Int32(6).Raw("latin1\x86R");
        Refusal(bomb.Done()).ShouldContain("unfolds into more bytes than it has itself");
    }

    [Fact]
    public void Lists_of_lists_through_the_memo_cost_no_more_than_their_instructions()
    {
        // "Billion laughs": each list holds the one before ten times over. Nothing is ever unfolded, so it is only of the wrong shape.
        var bomb = new PickleWriter().Raw("]q\0");
        for (var n = 0; n < 200; n++) bomb.Raw("](").Raw(string.Concat(Enumerable.Repeat("2", 9).Prepend("h\0"))).Raw("eq\0");
        var before = GC.GetAllocatedBytesForCurrentThread();
        PickleReader.Read(bomb.Done(), "bomb.bin").ShouldBeOfType<List<object?>>();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(2_000_000);
    }

    [Theory]
    [InlineData("", "the file ends in the middle")]
    [InlineData("]", "the file ends in the middle")]
    [InlineData("I12", "the file ends in the middle")]
    [InlineData(".", "the stack is empty")]
    [InlineData("(.", "the stack is empty")]
    [InlineData("a", "the stack is empty")]
    [InlineData("]Na", "the file ends in the middle")]
    [InlineData("t", "there is no MARK")]
    [InlineData("h\x05", "memo 5 is read before it is written")]
    [InlineData("\x80\x09", "pickle protocol 9 is not known")]
    [InlineData("Ix\n", "'x' is not a whole number")]
    [InlineData("Sabc\n", "a string without quotes")]
    [InlineData("S'\\x4'\n", "half an escape")]
    [InlineData("V\\u00\n", "half an escape")]
    [InlineData("X\x02\0\0\0\xff\xfe", "a string is not UTF-8")]
    [InlineData("\x8a\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01", "a whole number of 9 bytes")]
    public void A_damaged_pickle_is_refused(string pickle, string message) =>
        Refusal(new PickleWriter().Raw(pickle).ToArray()).ShouldContain(message);

    [Fact]
    public void An_array_whose_shape_and_bytes_disagree_is_refused()
    {
        Refusal(new PickleWriter().Array([1, 2, 3], shape: [4]).Done()).ShouldContain("shape (4) and type u1 holds 3 bytes");
        Refusal(new PickleWriter().Array([1, 2, 3], shape: [int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue]).Done())
            .ShouldContain("holds 3 bytes");
        Refusal(new PickleWriter().Array([1], shape: [-1]).Done()).ShouldContain("shape is not made of whole numbers");
    }

    [Fact]
    public void Random_bytes_are_a_value_or_a_refusal_but_never_another_error()
    {
        var random = new Random(11);
        var instructions =
            "()]}lteab0112NIKMJGSTUBCVX.cR\x80\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8e\x93\x94\x95\x96ghjpqr\n\0\x01\x02"u8.ToArray();
        for (var n = 0; n < 20_000; n++)
        {
            byte[] pickle = [.. Enumerable.Range(0, 1 + random.Next(40))
                .Select(_ => random.Next(4) > 0 ? instructions[random.Next(instructions.Length)] : (byte)random.Next(256))];
            try { PickleReader.Read(pickle, "random.bin"); }
            catch (PfeException e) { e.Message.ShouldNotContain('\n'); }
        }
    }
}
