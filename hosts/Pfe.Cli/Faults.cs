using System.Reflection;

namespace Pfe.Cli;

/// <summary>What ends a command, as one line and an exit code.</summary>
internal static class Faults
{
    /// <summary>Set to see where a fault of the program itself comes from.</summary>
    public const string TraceVariable = "PFE_TRACE";

    /// <summary>Says what went wrong and gives the exit code.</summary>
    public static int Report(Terminal terminal, Exception e) => Report(terminal.Say, e);

    /// <inheritdoc cref="Report(Terminal, Exception)"/>
    public static int Report(Action<string> say, Exception e)
    {
        // First, as what looks for the cause is a library that could not be opened either.
        if (e is not PfeException && LastWord.OutOfDescriptors())
        {
            say(LastWord.TooManyFiles);
            return ExitCode.Failure;
        }
        var cause = Cause(e);
        say($"error: {Line(cause)}");
        if (Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 }) say(e.ToString());
        return cause is UsageException or InvalidConfigurationException ? ExitCode.Usage : ExitCode.Failure;
    }

    /// <summary>One line to standard error. Where not even an error can be said, the exit code has to do.</summary>
    public static void Say(this TextWriter error, string line)
    {
        try { error.WriteLine(line); }
        // A console whose library cannot be opened is not written to, but what it writes to may be.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException) { LastWord.Say(line + "\n"); }
    }

    // Workers and static constructors wrap what happened in them.
    private static Exception Cause(Exception e) => e switch
    {
        AggregateException { InnerExceptions: [var first, ..] } several =>
            Cause(several.Flatten().InnerExceptions.FirstOrDefault(inner => inner is PfeException) ?? first),
        TypeInitializationException or TargetInvocationException when e.InnerException is { } inner => Cause(inner),
        _ => e,
    };

    private static string Line(Exception e) => e switch
    {
        PfeException known => ErrorHints.Line(known),
        OutOfMemoryException => "there is not enough memory for this",
        ArgumentException { ParamName: "path" } => "a path is empty, or holds what no path can",
        IOException or UnauthorizedAccessException or DllNotFoundException => new PfeException(e.Message).Message,
        // The constructor makes one line of whatever the message is.
        _ => new PfeException($"this is a fault of pfe itself, please report it: {e.GetType().Name}: {e.Message} ({TraceVariable}=1 " +
            "shows where)").Message,
    };
}
