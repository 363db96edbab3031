namespace Pfe;

/// <summary>A model cannot be had: its file is missing, its package cannot be fetched, or what was fetched has another checksum.</summary>
public class ModelUnavailableException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="model">The name or address that was asked for.</param>
    /// <param name="message">One line: why it cannot be had and what would help.</param>
    /// <param name="innerException">The cause, for a debugger.</param>
    public ModelUnavailableException(string model, string message, Exception? innerException = null) : base(message, innerException) =>
        Model = model;

    /// <summary>The name or address that was asked for.</summary>
    public string Model { get; }
}
