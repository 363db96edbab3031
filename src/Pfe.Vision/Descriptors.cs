namespace Pfe.Vision;

/// <summary>Tells a machine that has run out of file descriptors from a photograph that is missing: the one ends a run, the other is
/// counted.</summary>
internal static class Descriptors
{
    // EMFILE and ENFILE, as .NET passes them on.
    private const int TooManyHere = 24, TooManyInAll = 23;

    /// <summary>Whether that is what an exception, or one that led to it, says.</summary>
    public static bool AreOut(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
            if (!OperatingSystem.IsWindows() && e is IOException { HResult: TooManyHere or TooManyInAll }) return true;
        return false;
    }
}
