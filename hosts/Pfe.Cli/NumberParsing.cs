using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Pfe.Cli;

/// <summary>
/// Numbers on the command line have a decimal point, whatever the user's language. .NET takes a comma for a mark between thousands, so that
/// 0,9 would be 9: refused, in every option of every command.
/// </summary>
internal static class NumberParsing
{
    /// <summary>Makes the options below a command strict.</summary>
    public static void Apply(Command command)
    {
        foreach (var option in command.Options)
        {
            switch (option)
            {
                case Option<double> real: real.CustomParser = result => Parse(result) ?? default; break;
                case Option<double?> real: real.CustomParser = Parse; break;
                case Option<float> real: real.CustomParser = result => (float)(Parse(result) ?? default); break;
                case Option<float?> real: real.CustomParser = result => (float?)Parse(result); break;
            }
        }
        foreach (var inner in command.Subcommands) Apply(inner);
    }

    private static double? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)) return value;
        var name = (result.Parent as OptionResult)?.Option.Name ?? "the argument";
        result.AddError(text.Contains(',', StringComparison.Ordinal)
            ? $"{name} '{text}': a number has a decimal point and no comma, as in {text.Replace(',', '.')}"
            : $"{name} '{text}' is no number");
        return null;
    }
}
