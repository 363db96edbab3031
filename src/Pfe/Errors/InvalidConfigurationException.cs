namespace Pfe;

/// <summary>
/// What was asked for cannot be: a setting out of range, an unknown configuration key, two settings that exclude each other. Nothing was
/// tried; the same request fails again until it is changed.
/// </summary>
public class InvalidConfigurationException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is wrong, where, what would be right.</param>
    public InvalidConfigurationException(string message) : base(message) { }

    /// <summary>Creates the exception with the error that led to it.</summary>
    /// <param name="message">One line: what is wrong, where, what would be right.</param>
    /// <param name="innerException">The cause, for a debugger; never shown to the user.</param>
    public InvalidConfigurationException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>The setting, key or argument that is wrong; null where the request as a whole is.</summary>
    public string? Setting { get; init; }

    /// <summary>What it was, as text; null where nothing was given.</summary>
    public string? Value { get; init; }

    /// <summary>What would be right, in words; null where the message alone says it.</summary>
    public string? Expected { get; init; }
}
