using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Pfe.Cli;

/// <summary>
/// Where a command speaks: results to standard output, progress and messages to standard error, so a pipe gets data and nothing else.
/// </summary>
internal sealed class Terminal
{
    private readonly TextWriter _error;

    public Terminal(TextWriter output, TextWriter error)
    {
        (Output, _error) = (output, error);
        Results = Console(output);
        Messages = Console(error);
    }

    /// <summary>Raw standard output, for JSON and plain text.</summary>
    public TextWriter Output { get; }

    /// <summary>Standard output with tables and colour where it is a terminal.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>Standard error with progress and colour where it is a terminal.</summary>
    public IAnsiConsole Messages { get; }

    /// <summary>Writes one JSON document and a line end to standard output.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) => Output.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>One plain line to standard error, never interpreted as markup and never wrapped.</summary>
    public void Say(string line) => _error.Say(line);

    private static IAnsiConsole Console(TextWriter writer)
    {
        var isTerminal = IsTerminal(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            // The console only asks TERM: a file or a pipe would be given the codes of colours.
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        // A redirected stream has no width of its own; tables must not wrap at 80 in a log file.
        if (!isTerminal) console.Profile.Width = 160;
        return console;
    }

    private static bool IsTerminal(TextWriter writer) => writer is GuardedWriter
        ? !System.Console.IsOutputRedirected
        : ReferenceEquals(writer, System.Console.Error) && !System.Console.IsErrorRedirected;
}
