namespace Pfe;

/// <summary>
/// Work that could not be done, said in one line a user can act on: what is wrong, where (file, line, value), what would be right. The
/// types
/// below it say what kind of failure it is, for a program to act on.
/// </summary>
public class PfeException : Exception
{
    private const int Longest = 4000;

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is wrong, where, what would be right.</param>
    public PfeException(string message) : this(message, null) { }

    /// <summary>Creates the exception with the error that led to it.</summary>
    /// <param name="message">One line: what is wrong, where, what would be right.</param>
    /// <param name="innerException">The cause, for a debugger; never shown to the user.</param>
    public PfeException(string message, Exception? innerException) : base(OneLine(message), innerException) { }

    // Messages quote what files hold. Whatever that is: one line, of a length to be read, that does not command the terminal.
    private static string OneLine(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        message = message.ReplaceLineEndings(" ").Replace('\t', ' ');
        if (message.Length > Longest) message = message[..Longest] + "...";
        return message.Any(char.IsControl) ? string.Concat(message.Select(letter => char.IsControl(letter) ? '?' : letter)) : message;
    }
}
