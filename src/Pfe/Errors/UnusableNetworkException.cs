namespace Pfe;

/// <summary>A network cannot be run, or what it gives is no embedding: NaN, infinity, or all zeros.</summary>
public class UnusableNetworkException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="network">The network's name or path.</param>
    /// <param name="message">One line that names the network and what is wrong with it.</param>
    /// <param name="innerException">The cause, for a debugger.</param>
    public UnusableNetworkException(string network, string message, Exception? innerException = null) : base(message, innerException) =>
        Network = network;

    /// <summary>The network's name or path.</summary>
    public string Network { get; }
}
