using Microsoft.Extensions.Logging;

namespace Pfe.Server.Observability;

/// <summary>Every message of the service. None holds a name, an image, an embedding, a file name or a score.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Information, "{Method} {Route} {Status} {Code} {Milliseconds:0.0} ms, key {Key}, request {Request}")]
    public static partial void Request(
        ILogger logger, string method, string route, int status, string code, double milliseconds, string key, string request);

    // The message of an unknown exception may hold what a caller sent; kind and stack say where to look.
    [LoggerMessage(2, LogLevel.Error, "Request {Request} failed: {Kind}\n{Stack}")]
    public static partial void Fault(ILogger logger, string request, string kind, string stack);

    [LoggerMessage(3, LogLevel.Warning, "Job {Job} failed: {Kind}")]
    public static partial void JobFailed(ILogger logger, Guid job, string kind);

    [LoggerMessage(4, LogLevel.Information, "Job {Job} ({Work}) {State}")]
    public static partial void Job(ILogger logger, Guid job, string work, string state);

    [LoggerMessage(5, LogLevel.Warning, "Maintenance failed: {Kind}; it is tried again")]
    public static partial void MaintenanceFailed(ILogger logger, string kind);
}
