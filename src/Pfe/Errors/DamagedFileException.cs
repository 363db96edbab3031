namespace Pfe;

/// <summary>A file is not of its format, cut short, or its checksum does not hold. Reading it again does not help.</summary>
public class DamagedFileException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="message">One line that names the file, what is wrong with it and what would be right.</param>
    /// <param name="innerException">The cause, for a debugger.</param>
    public DamagedFileException(string path, string message, Exception? innerException = null)
        : base(message, innerException) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}
