using System.Text;

namespace Pfe.Cli;

/// <summary>
/// The line that is said where not even the console's library, or the program's own, could be opened. It is part of each program, and
/// uses nothing but the runtime's core, which is there before the first line of a program runs.
/// </summary>
internal static class LastWord
{
    /// <summary>What is said where <see cref="OutOfDescriptors"/>.</summary>
    public const string TooManyFiles = "error: too many files are open at once: raise the limit with 'ulimit -n'";

    private const int Failure = 1, StandardError = 2;

    /// <summary>Runs a program.</summary>
    /// <param name="run">Does the work; whatever needs another assembly is called from it, not before.</param>
    /// <returns>Its exit code, or 1.</returns>
    public static int Of(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (Exception e)
        {
            Say(OutOfDescriptors() ? $"{TooManyFiles}\n"
                : $"error: pfe cannot start: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}\n");
            return Failure;
        }
    }

    /// <summary>Whether fewer files can be opened than the next piece of work needs; those that it had open are closed by now.</summary>
    public static bool OutOfDescriptors()
    {
        const int TooManyHere = 24, TooManyInAll = 23, Needed = 8;
        // An array: a list lies in an assembly that is not open yet.
        var handles = new IDisposable?[Needed];
        try
        {
            for (var i = 0; i < Needed; i++) handles[i] = File.OpenHandle(typeof(object).Assembly.Location);
            return false;
        }
        catch (IOException e) { return e.HResult is TooManyHere or TooManyInAll; }
        catch (Exception e) when (e is UnauthorizedAccessException or ArgumentException) { return false; }
        finally
        {
            foreach (var handle in handles) handle?.Dispose();
        }
    }

    /// <summary>Writes to standard error without a console.</summary>
    /// <param name="line">The line, with its end.</param>
    public static void Say(string line)
    {
        try
        {
            using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(StandardError, ownsHandle: false);
            using var error = new FileStream(handle, FileAccess.Write, bufferSize: 0);
            error.Write(Encoding.UTF8.GetBytes(line));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException) { /* nobody is there to hear it */ }
    }
}
