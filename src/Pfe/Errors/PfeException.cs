namespace Pfe;

/// <summary>
/// Work that could not be done, said in one line a user can act on: what is wrong, where (file, line, value), what would be right. The
/// types
/// below it say what kind of failure it is, for a program to act on.
/// </summary>
public class PfeException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is wrong, where, what would be right.</param>
    public PfeException(string message) : base(message) { }

    /// <summary>Creates the exception with the error that led to it.</summary>
    /// <param name="message">One line: what is wrong, where, what would be right.</param>
    /// <param name="innerException">The cause, for a debugger; never shown to the user.</param>
    public PfeException(string message, Exception? innerException) : base(message, innerException) { }
}
