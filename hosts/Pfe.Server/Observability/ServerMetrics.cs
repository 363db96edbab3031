using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pfe.Cluster;

namespace Pfe.Server.Observability;

/// <summary>What the service measures of itself; no attribute says anything about a photograph or a person.</summary>
internal sealed class ServerMetrics
{
    /// <summary>The meter's name.</summary>
    public const string Meter = "Pfe.Server";

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _faces, _refused;

    public ServerMetrics(IMeterFactory meters, ClusterNode? node = null)
    {
        var meter = meters.Create(Meter);
        // The usual boundaries are meant for milliseconds.
        _duration = meter.CreateHistogram("pfe.request.duration", "s", "Time to answer a request",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
                30]
            });
        _faces = meter.CreateCounter<long>("pfe.faces", "{face}", "Faces embedded");
        _refused = meter.CreateCounter<long>("pfe.requests.refused", "{request}", "Requests put off: by quota or by overload");
        if (node is null) return;
        meter.CreateObservableGauge("pfe.cluster.members", () => node.Status.Members, "{node}", "Nodes of the cluster known to be alive");
        meter.CreateObservableGauge("pfe.cluster.parts", () => node.Status.Parts, "{part}", "Parts of galleries that belong to this node");
        meter.CreateObservableGauge("pfe.cluster.parts.loaded", () => node.Status.LoadedParts, "{part}", "Those of them that are loaded");
        meter.CreateObservableGauge("pfe.cluster.parts.answering", () => node.Status.AnsweringParts, "{part}",
            "Those of them that questions are sent to here");
    }

    /// <summary>A request was answered.</summary>
    public void Answered(string route, string method, int status, TimeSpan took) => _duration.Record(took.TotalSeconds,
        new TagList { { "http.route", route }, { "http.request.method", method }, { "http.response.status_code", status } });

    /// <summary>Faces were embedded.</summary>
    public void Embedded(int faces) => _faces.Add(faces);

    /// <summary>A request was put off.</summary>
    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
