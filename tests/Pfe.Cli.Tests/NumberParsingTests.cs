using System.CommandLine;

namespace Pfe.Cli.Tests;

public sealed class NumberParsingTests
{
    [Theory]
    [InlineData("950,5", "950.5")]
    [InlineData("0,9", "0.9")]
    [InlineData("1,000.5", "1.000.5")]
    public async Task A_decimal_comma_is_refused_with_what_would_be_right(string number, string right)
    {
        foreach (string[] command in new string[][] { ["search", "a", "b", "--threshold"], ["align", "a", "--output", "b", "--scale"],
            ["threshold", "a", "--fmr"], ["compare", "a", "b", "--fmr"], ["detect", "a", "--minimum-score"] })
        {
            var run = await PfeCommand.Run([.. command, number]);
            run.Code.ShouldBe(2, string.Join(' ', command) + run.Error);
            run.Error.ShouldContain($"{command[^1]} '{number}': a number has a decimal point and no comma, as in {right}");
        }
    }

    [Theory]
    [InlineData("nan")]
    [InlineData("1e999")]
    [InlineData("")]
    [InlineData("one")]
    public async Task What_is_no_number_is_refused(string text)
    {
        var run = await PfeCommand.Run("search", "a", "b", "--threshold", text);
        (run.Code, run.Error.Contains("is no number", StringComparison.Ordinal)).ShouldBe((2, true), run.Error);
    }

    [Fact]
    public void Every_number_of_every_command_is_parsed_strictly()
    {
        var root = PfeApplication.Root(new Terminal(TextWriter.Null, TextWriter.Null), _ => AddOn.Training.Placeholders());
        NumberParsing.Apply(root);
        Loose(root).ShouldBeEmpty();
    }

    private static IEnumerable<string> Loose(Command command) =>
        command.Options.Where(option => (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is var type
            && (type == typeof(double) || type == typeof(float) || type == typeof(decimal)) && !IsStrict(option))
                .Select(option => option.Name)
        .Concat(command.Arguments.Where(argument => argument.ValueType == typeof(double) || argument.ValueType == typeof(float))
            .Select(argument => argument.Name))
        .Concat(command.Subcommands.SelectMany(Loose));

    private static bool IsStrict(Option option) => option switch
    {
        Option<double> real => real.CustomParser is not null,
        Option<double?> real => real.CustomParser is not null,
        Option<float> real => real.CustomParser is not null,
        Option<float?> real => real.CustomParser is not null,
        _ => false,
    };
}
