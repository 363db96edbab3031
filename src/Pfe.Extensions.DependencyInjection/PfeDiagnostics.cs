using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Pfe.Extensions.DependencyInjection;

/// <summary>
/// Metrics and traces by OpenTelemetry's conventions: durations in seconds, <c>error.type</c> on what failed, no attribute that says
/// anything
/// about a photograph or a person.
/// </summary>
public sealed class PfeDiagnostics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "Pfe";

    /// <summary>Traces: one activity for each operation on a photograph.</summary>
    internal static readonly ActivitySource Activities = new(SourceName);

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _faces;
    private readonly TimeProvider _time;
    private readonly ILogger<PfeDiagnostics> _logger;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="time">Measures durations.</param>
    /// <param name="logger">Told of what failed, by kind.</param>
    public PfeDiagnostics(IMeterFactory meters, TimeProvider time, ILogger<PfeDiagnostics> logger)
    {
        ArgumentNullException.ThrowIfNull(meters);
        (_time, _logger) = (time, logger);
        var meter = meters.Create(SourceName);
        _duration = meter.CreateHistogram("pfe.operation.duration", "s", "Duration of an operation on one photograph",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5,
                10]
            });
        _faces = meter.CreateCounter<long>("pfe.faces", "{face}", "Faces detected or embedded");
    }

    /// <summary>Runs an operation and records how long it took and how it ended.</summary>
    internal T Measure<T>(string operation, Func<T> work, Func<T, int> faces)
    {
        using var activity = Activities.StartActivity($"pfe.{operation}");
        var start = _time.GetTimestamp();
        try
        {
            var result = work();
            var count = faces(result);
            activity?.SetTag("pfe.faces", count);
            _faces.Add(count, new KeyValuePair<string, object?>("pfe.operation", operation));
            Record(operation, start, null);
            return result;
        }
        catch (Exception e)
        {
            var kind = e.GetType().Name;
            activity?.SetTag("error.type", kind);
            activity?.SetStatus(ActivityStatusCode.Error);
            Record(operation, start, kind);
            if (e is not OperationCanceledException) Log.OperationFailed(_logger, operation, kind);
            throw;
        }
    }

    private void Record(string operation, long start, string? error)
    {
        var tags = new TagList { { "pfe.operation", operation } };
        if (error is not null) tags.Add("error.type", error);
        _duration.Record(_time.GetElapsedTime(start).TotalSeconds, tags);
    }
}
