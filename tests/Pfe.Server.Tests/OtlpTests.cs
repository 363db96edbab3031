using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Pfe.Server.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Server.Tests;

/// <summary>Metrics go to a collector where one is named, and nowhere otherwise.</summary>
public sealed class OtlpTests
{
    private const int UsualPort = 4318;

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task A_collector_that_is_named_gets_the_services_metrics(string protocol)
    {
        await using var collector = (await Collector.StartAsync(protocol == "grpc"))!;
        using var folder = new TemporaryFolder();
        using var service = ServiceProcess.Start(folder.Path, Settings(collector.Address, protocol));
        await service.ReadyAsync();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", service.FirstKey);
        (await http.GetAsync($"{service.Address}/v1/galleries")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.IsAsync(() => Task.FromResult(collector.Has("pfe.request.duration") && collector.Has("v1/galleries")),
            () => $"metrics: {string.Join(", ", collector.Paths)}");
        collector.Paths.Distinct().ShouldBe([protocol == "grpc"
            ? "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" : "/v1/metrics"]);
        // What a metric says of a request is its pattern, never an address with an id in it, or a key.
        collector.Has(service.FirstKey).ShouldBeFalse();
        (await service.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_collector_nothing_is_sent()
    {
        // At the protocol's own default address: nobody is told anything unless an address is set.
        await using var collector = await Collector.StartAsync(false, UsualPort);
        Assert.SkipWhen(collector is null, $"port {UsualPort} is somebody else's");
        using var folder = new TemporaryFolder();
        using var service = ServiceProcess.Start(folder.Path, Settings("", "http/protobuf"));
        await service.ReadyAsync();
        // A stop sends what was not sent yet, so that there is nothing to wait for.
        (await service.StopAsync()).ShouldBe(0);
        collector.Paths.ShouldBeEmpty();
    }

    private static Dictionary<string, string> Settings(string address, string protocol) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    /// <summary>What a collector looks like from outside: it takes everything and says that all is well.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Path, byte[] Body)> _got = new();
        private readonly WebApplication _web;

        private Collector(WebApplication web) => _web = web;

        public string Address => _web.Urls.First();

        public IEnumerable<string> Paths => _got.Select(got => got.Path);

        public bool Has(string text) => _got.Any(got => got.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

        /// <summary>Starts on a port, or on a free one; null where the port is taken.</summary>
        public static async Task<Collector?> StartAsync(bool isGrpc, int port = 0)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(kestrel =>
                kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
            var collector = new Collector(builder.Build());
            collector._web.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                collector._got.Enqueue((context.Request.Path, body.ToArray()));
                if (!isGrpc) return;
                // An empty answer, framed, and the status behind it.
                context.Response.ContentType = "application/grpc";
                context.Response.DeclareTrailer("grpc-status");
                await context.Response.Body.WriteAsync(new byte[5]);
                context.Response.AppendTrailer("grpc-status", "0");
            });
            try { await collector._web.StartAsync(); }
            catch (IOException) when (port != 0)
            {
                await collector.DisposeAsync();
                return null;
            }
            return collector;
        }

        public ValueTask DisposeAsync() => _web.DisposeAsync();
    }
}
