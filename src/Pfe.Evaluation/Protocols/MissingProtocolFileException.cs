namespace Pfe.Evaluation.Protocols;

/// <summary>A protocol's folder lacks one of its files.</summary>
/// <param name="folder">The folder.</param>
/// <param name="missing">The file that is not there.</param>
/// <param name="message">One line: what is missing, and what the folder should hold.</param>
public sealed class MissingProtocolFileException(string folder, string missing, string message) : PfeException(message)
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>The file that is not there.</summary>
    public string Missing { get; } = missing;
}
