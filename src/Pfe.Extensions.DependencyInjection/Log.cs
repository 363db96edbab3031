using Microsoft.Extensions.Logging;

namespace Pfe.Extensions.DependencyInjection;

/// <summary>Every message of this package. None holds a photograph's name, a person's, a score or an embedding.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Face networks loaded: model {Model} on {Device} in {Milliseconds:0} ms")]
    public static partial void NetworksLoaded(ILogger logger, string model, string device, double milliseconds);

    [LoggerMessage(2, LogLevel.Error, "Face networks unavailable ({Kind}): {Reason}")]
    public static partial void NetworksUnavailable(ILogger logger, string kind, string reason);

    [LoggerMessage(3, LogLevel.Information, "Face networks: {Message}")]
    public static partial void Loading(ILogger logger, string message);

    [LoggerMessage(4, LogLevel.Warning, "Face operation {Operation} failed ({Kind})")]
    public static partial void OperationFailed(ILogger logger, string operation, string kind);
}
