namespace Pfe.Cli;

/// <summary>The command line itself is wrong: an option's value, two options that exclude each other. Exit code 2.</summary>
/// <param name="message">One line: what is wrong and what would be right.</param>
internal sealed class UsageException(string message) : PfeException(message);
