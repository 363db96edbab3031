namespace Pfe;

/// <summary>The device that was asked for cannot be used; the message says what is missing on this machine.</summary>
/// <param name="device">The device.</param>
/// <param name="reason">What is missing, and what would help.</param>
/// <param name="innerException">The cause, for a debugger.</param>
public sealed class DeviceUnavailableException(ComputeDevice device, string reason, Exception? innerException = null)
    : PfeException($"device '{device}' cannot be used: {reason}", innerException)
{
    /// <summary>The device.</summary>
    public ComputeDevice Device { get; } = device;

    /// <summary>What is missing, and what would help.</summary>
    public string Reason { get; } = reason;
}
