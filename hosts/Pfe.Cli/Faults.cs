using System.Reflection;

namespace Pfe.Cli;

/// <summary>What ends a command, as one line and an exit code.</summary>
internal static class Faults
{
    /// <summary>Set to see where a fault of the program itself comes from.</summary>
    public const string TraceVariable = "PFE_TRACE";

    /// <summary>Says what went wrong and gives the exit code.</summary>
    public static int Report(Terminal terminal, Exception e)
    {
        var cause = Cause(e);
        terminal.Say($"error: {Line(cause)}");
        if (Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 }) terminal.Say(e.ToString());
        return cause is UsageException or InvalidConfigurationException ? ExitCode.Usage : ExitCode.Failure;
    }

    // Workers and static constructors wrap what happened in them.
    private static Exception Cause(Exception e) => e switch
    {
        AggregateException { InnerExceptions: [var first, ..] } several =>
            Cause(several.Flatten().InnerExceptions.FirstOrDefault(inner => inner is PfeException) ?? first),
        TypeInitializationException or TargetInvocationException when e.InnerException is { } inner => Cause(inner),
        _ => e,
    };

    private static bool OutOfDescriptors()
    {
        const int TooManyHere = 24, TooManyInAll = 23;
        try
        {
            using var handle = File.OpenHandle(typeof(Faults).Assembly.Location);
            return false;
        }
        catch (IOException e) { return e.HResult is TooManyHere or TooManyInAll; }
        catch (Exception e) when (e is UnauthorizedAccessException or ArgumentException) { return false; }
    }

    private static string Line(Exception e) => e switch
    {
        PfeException known => ErrorHints.Line(known),
        // Whatever could not be opened then, a photograph or the program's own library, is said to be missing.
        _ when OutOfDescriptors() => "too many files are open at once: raise the limit with 'ulimit -n'",
        OutOfMemoryException => "there is not enough memory for this",
        IOException or UnauthorizedAccessException or DllNotFoundException => new PfeException(e.Message).Message,
        // The constructor makes one line of whatever the message is.
        _ => new PfeException($"this is a fault of pfe itself, please report it: {e.GetType().Name}: {e.Message} ({TraceVariable}=1 " +
            "shows where)").Message,
    };
}
