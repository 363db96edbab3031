namespace Pfe;

/// <summary>Two things made by different models were brought together: scores between them would mean nothing.</summary>
public class ModelMismatchException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what does not belong together and what would be right.</param>
    /// <param name="expected">The model that was expected: its identifier, or its checksum.</param>
    /// <param name="actual">The model that was found; null where none is named.</param>
    public ModelMismatchException(string message, string expected, string? actual)
        : base(message) => (Expected, Actual) = (expected, actual);

    /// <summary>The model that was expected.</summary>
    public string Expected { get; }

    /// <summary>The model that was found; null where none is named.</summary>
    public string? Actual { get; }
}
