using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Pfe.Server.Observability;

/// <summary>
/// Metrics as Prometheus reads them (text exposition format 0.0.4), collected when they are asked for. OpenTelemetry's own exporter for it
/// is a preview still; what is sent by OTLP comes from the same instruments.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    private readonly TextExporter _exporter = new();
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The reader to add to the meter provider.</summary>
    public BaseExportingMetricReader Reader { get; }

    public PrometheusText() => Reader = new BaseExportingMetricReader(_exporter)
    {
        TemporalityPreference = MetricReaderTemporalityPreference.Cumulative,
    };

    /// <summary>Collects and writes everything.</summary>
    public async Task<string> CollectAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            Reader.Collect();
            return _exporter.Text;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private sealed class TextExporter : BaseExporter<Metric>
    {
        public string Text { get; private set; } = "";

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var text = new StringBuilder();
            foreach (var metric in batch) Write(text, metric);
            Text = text.ToString();
            return ExportResult.Success;
        }

        private static void Write(StringBuilder text, Metric metric)
        {
            var isSum = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
            var name = Name(metric.Name) + (metric.Unit == "s" ? "_seconds" : "") + (isSum ? "_total" : "");
            if (metric.MetricType is MetricType.ExponentialHistogram) return;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {metric.Description.ReplaceLineEndings(" ")}\n");
            text.Append(CultureInfo.InvariantCulture,
                $"# TYPE {name} {(metric.MetricType == MetricType.Histogram ? "histogram" : isSum ? "counter" : "gauge")}\n");
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = Labels(point);
                if (metric.MetricType == MetricType.Histogram) WriteHistogram(text, name, labels, point);
                else text.Append(CultureInfo.InvariantCulture, $"{name}{Braces(labels)} {Value(metric.MetricType, point)}\n");
            }
        }

        private static void WriteHistogram(StringBuilder text, string name, string labels, in MetricPoint point)
        {
            var below = 0L;
            foreach (var bucket in point.GetHistogramBuckets())
            {
                below += bucket.BucketCount;
                var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" :
                    bucket.ExplicitBound.ToString(CultureInfo.InvariantCulture);
                text.Append(CultureInfo.InvariantCulture,
                    $"{name}_bucket{{{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"}} {below}\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braces(labels)} {point.GetHistogramSum()}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_count{Braces(labels)} {point.GetHistogramCount()}\n");
        }

        private static string Value(MetricType type, in MetricPoint point) => type switch
        {
            MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
            MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble().ToString(CultureInfo.InvariantCulture),
            MetricType.LongGauge => point.GetGaugeLastValueLong().ToString(CultureInfo.InvariantCulture),
            _ => point.GetGaugeLastValueDouble().ToString(CultureInfo.InvariantCulture),
        };

        private static string Labels(in MetricPoint point)
        {
            var labels = new List<string>();
            foreach (var (key, value) in point.Tags) labels.Add($"{Name(key)}=\"{Escaped($"{value}")}\"");
            return string.Join(',', labels);
        }

        private static string Braces(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

        private static string Escaped(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

        private static string Name(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
    }
}
