using Pfe.Interop.Python;

namespace Pfe.Interop.Tests.Python;

public sealed class PythonAssignmentsTests
{
    private static object? Value(string expression) =>
        PythonAssignments.Read($"lr = 1e-3\nx = {expression}\n", "config.py").All.Last().Value;

    [Fact]
    public void Elements_of_lists_and_tuples_are_values()
    {
        var file = PythonAssignments.Read("size = (96, [3, 112])\na = size[0] * 2\nb = [size[1][-1], size[-2]]\n", "a.py");
        file.All.Single(assignment => assignment.Name == "a").Value.ShouldBe(192L);
        ((IEnumerable<object?>)file.All.Single(assignment => assignment.Name == "b").Value!).ShouldBe([112L, 96L]);
    }

    [Theory]
    [InlineData("12", 12L)]
    [InlineData("1_000", 1000L)]
    [InlineData("-3", -3L)]
    [InlineData("1e-3", 1e-3)]
    [InlineData("5.", 5.0)]
    [InlineData(".5", 0.5)]
    [InlineData("True", true)]
    [InlineData("None", null)]
    [InlineData("'a'", "a")]
    [InlineData("\"it's\" # comment", "it's")]
    [InlineData("'a' \"b\"", "ab")]
    [InlineData("'a' + 'b'", "ab")]
    [InlineData("'#\\n\\t\\x41\\u00e9\\d'", "#\n\tA\u00e9\\d")]
    [InlineData("r'\\n'", "\\n")]
    [InlineData("u'x'", "x")]
    [InlineData("'''a\nb'''", "a\nb")]
    [InlineData("0.1 * lr", 1e-4)]
    [InlineData("lr", 1e-3)]
    [InlineData("2 * (3 + 4) - 1", 13L)]
    [InlineData("7 // 2", 3L)]
    [InlineData("4 / 2", 2.0)]
    [InlineData("-2 ** 2", -4L)]
    [InlineData("10 ** -4", 1e-4)]
    [InlineData("1 + \\\n 2", 3L)]
    public void Values_are_what_python_makes_of_them(string expression, object? value)
    {
        Value(expression).ShouldBe(value);
        Value(expression)?.GetType().ShouldBe(value!.GetType());
    }

    [Fact]
    public void Lists_tuples_and_dictionaries_nest_and_go_over_lines_with_comments_and_last_commas()
    {
        Value("(1)").ShouldBe(1L);
        Value("(1,)").ShouldBe(new object?[] { 1L });
        Value("()").ShouldBe(Array.Empty<object?>());
        Value("[\n  ['center_crop', (112, 96)], # first\n\n  [],\n]")
            .ShouldBe(new List<object?> { new List<object?> { "center_crop", new object?[] { 112L, 96L } }, new List<object?>() });
        Value("{0: 1 * lr,\n 2000: 0.1 * lr, 0: 2}").ShouldBe(new PythonDictionary { new(2000L, 1e-4), new(0L, 2L) });
    }

    [Fact]
    public void Docstrings_imports_blank_lines_and_any_line_end_are_skipped_and_the_last_assignment_counts()
    {
        var file = PythonAssignments.Read("\uFEFF'''doc\nstring'''\r\nimport os, sys\r\nfrom __future__ import division\r\n\r\n  \r\n    " +
            "# note\r\na = 1\r\nb = a\r\na = 2", "config.py");
        file.All.ShouldBe([new("b", 1L, 9), new("a", 2L, 10)]);
        file.Used.ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("x = os.path.join('a', 'b')", 1, "'os' cannot be converted here")]
    [InlineData("a = 1\nx = a.b", 2, "'a' cannot be converted here")]
    [InlineData("a = [1]\nx = a[1]", 2, "index 1 lies outside 1 values")]
    [InlineData("a = [1]\nx = a[-2]", 2, "index -2 lies outside 1 values")]
    [InlineData("a = 3\nx = a[0]", 2, "an index should be a whole number, into a list or tuple")]
    [InlineData("a = [1]\nx = a[0.5]", 2, "an index should be a whole number")]
    [InlineData("a = [1]\nx = a[0", 2, "cannot be converted here")]
    [InlineData("print('x')", 1, "'print' cannot be converted here")]
    [InlineData("x = __import__('os').system('id')", 1, "'__import__' cannot be converted here")]
    [InlineData("if True:\n    x = 1", 1, "'if' cannot be converted here")]
    [InlineData("for i in range(3): pass", 1, "'for' cannot be converted here")]
    [InlineData("x = 1\n\n  y = 2", 3, "an indented line")]
    [InlineData("x += 1", 1, "'x' cannot be converted here")]
    [InlineData("x = y = 1", 1, "'y' cannot be converted here")]
    [InlineData("x = [i for i in y]", 1, "'i' cannot be converted here")]
    [InlineData("x = lambda: 0", 1, "'lambda' cannot be converted here")]
    [InlineData("x = f'{1}'", 1, "the string prefix f")]
    [InlineData("x = b'a'", 1, "the string prefix b")]
    [InlineData("x = 1; import os", 1, "';' cannot be converted here")]
    [InlineData("x = ", 1, "the end of the file cannot be converted here")]
    [InlineData("x = 'abc\ny = 1", 1, "a string without its closing '")]
    [InlineData("a = 1\nx = '''abc\n\n", 2, "a string without its closing '")]
    [InlineData("x = (1,\n 2", 2, "the end of the file")]
    [InlineData("x = [1 2]", 1, "'2' cannot be converted here")]
    [InlineData("x = {1}", 1, "'}' cannot be converted here")]
    [InlineData("x = {[1]: 2}", 1, "a key of a dictionary")]
    [InlineData("x = 0x1f", 1, "'0x1f' is not a decimal number")]
    [InlineData("x = 1 / 0", 1, "a division by zero")]
    [InlineData("x = 2 * 'a'", 1, "'*' between values that are not numbers")]
    [InlineData("x = '\\u00'", 1, "half an escape")]
    [InlineData("x = \u0000", 1, "cannot be converted here")]
    public void Anything_else_is_refused_with_file_and_line(string text, int line, string message)
    {
        var error = Should.Throw<InvalidConfigurationException>(() => PythonAssignments.Read(text, "config.py")).Message;
        error.ShouldStartWith($"config.py({line}): ");
        error.ShouldContain(message);
        error.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("[")]
    [InlineData("-")]
    [InlineData("2**")]
    [InlineData("{1:")]
    public void Nesting_without_end_is_refused(string opening) =>
        Should.Throw<InvalidConfigurationException>(() =>
            PythonAssignments.Read("x = " + string.Concat(Enumerable.Repeat(opening, 100_000)), "config.py"))
            .Message.ShouldContain("nested deeper than 50");

    [Fact]
    public void A_few_lines_that_stand_for_gigabytes_are_refused()
    {
        static string Doubled(string first, string next) => $"a0={first}\n" + string.Concat(Enumerable.Range(1, 30).Select(i =>
            $"a{i}={next.Replace("x", $"a{i - 1}", StringComparison.Ordinal)}\n"));
        Refusal(Doubled("[1,1]", "[x,x]")).ShouldContain("more than 100000 values");
        Refusal(Doubled("[1,1]", "(x,x)")).ShouldContain("more than 100000 values");
        Refusal(Doubled("{0:1}", "{1:x,2:x}")).ShouldContain("more than 100000 values");
        Refusal(Doubled("'xxxxxxxx'", "x+x")).ShouldContain("more than 1000000 letters");
    }

    [Fact]
    public void A_chain_of_names_is_no_way_around_the_depth() =>
        Refusal("a0=[1]\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"a{i}=[a{i - 1}]\n")))
            .ShouldContain("nested deeper than 50");

    [Theory]
    [InlineData("x = 1e999")]
    [InlineData("x = 1e308 * 1e308")]
    [InlineData("x = -10 ** 400")]
    public void A_number_beyond_the_range_of_numbers_is_refused(string line) => Refusal(line).ShouldContain("beyond the range");

    [Fact]
    public void A_file_far_longer_than_any_configuration_is_refused() =>
        Refusal(new string('#', 1_000_001)).ShouldContain("of any configuration");

    private static string Refusal(string text) =>
        Should.Throw<InvalidConfigurationException>(() => PythonAssignments.Read(text, "c.py")).Message;
}
