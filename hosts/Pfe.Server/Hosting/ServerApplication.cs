using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Pfe.Client;
using Pfe.Cluster;
using Pfe.Gallery;
using Pfe.Gallery.Storage;
using Pfe.Server.Api;
using Pfe.Server.Faces;
using Pfe.Server.Galleries;
using Pfe.Server.Messages;
using Pfe.Server.Observability;
using Pfe.Server.Pages;
using Pfe.Server.Pipeline;
using Pfe.Server.Security;
using Pfe.Server.Settings;
using Pfe.Vision.Models;

namespace Pfe.Server.Hosting;

/// <summary>The service: networks, store, operations and pages behind one address.</summary>
internal sealed class ServerApplication : IAsyncDisposable
{
    // Without one of them nothing is sent: the exporter on its own would try the protocol's usual address.
    private static readonly string[] CollectorVariables = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    private readonly WebApplication _web;
    private readonly IAsyncDisposable _store;
    private readonly GalleryCatalog _catalog;
    private readonly FaceEngine _engine;
    private readonly ILoggerFactory _logging;

    private ServerApplication(WebApplication web, IAsyncDisposable store, GalleryCatalog catalog, FaceEngine engine,
        ILoggerFactory logging, string? firstKey) =>
        (_web, _store, _catalog, _engine, _logging, FirstKey) = (web, store, catalog, engine, logging, firstKey);

    /// <summary>The first key, where the store had none; the only time it is known.</summary>
    public string? FirstKey { get; }

    /// <summary>Where it listens; known once it is started.</summary>
    public string Address => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        .TrimEnd('/');

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => Uri.TryCreate(Address, UriKind.Absolute, out var address) && address.IsLoopback;

    /// <summary>Its parts.</summary>
    public IServiceProvider Services => _web.Services;

    /// <summary>Loads the networks, opens the store or joins the cluster; nothing listens yet.</summary>
    /// <param name="options">How it is run.</param>
    /// <param name="configure">What a test adds.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PfeException">A network or the store cannot be had.</exception>
    public static async Task<ServerApplication> CreateAsync(
        ServerOptions options, Action<WebApplicationBuilder>? configure = null, CancellationToken cancellation = default)
    {
        var engine = await FaceEngine.OpenAsync(options, new Messages(), cancellation);
        // Of a node, which runs before the service is built.
        var logging = LoggerFactory.Create(Log);
        GalleryCatalog? catalog = null;
        GalleryStore? store = null;
        ClusterNode? node = null;
        try
        {
            if (options.Cluster is { } cluster) node = await ClusterNode.StartAsync(cluster,
                [.. engine.Models.Select(model => model.Description)], logging, cancellation);
            else store = await StoreOpening.OpenAsync(options, cancellation);
            catalog = new GalleryCatalog(node?.Store ?? store!, new GalleryOptions { Searcher = node?.Searcher });
            var firstKey = (await catalog.Keys.ListAsync(cancellation)).Count > 0 ? null
                : (await catalog.Keys.CreateAsync("first key", KeyScopes.All, cancellation: cancellation)).Secret;
            return new(Build(options, catalog, engine, node, configure), node ?? (IAsyncDisposable)store!, catalog, engine, logging,
                firstKey);
        }
        catch
        {
            await engine.DisposeAsync();
            if (catalog is not null) await catalog.DisposeAsync();
            if (node is not null) await node.DisposeAsync();
            if (store is not null) await store.DisposeAsync();
            logging.Dispose();
            throw;
        }
    }

    /// <summary>Begins to listen.</summary>
    public Task StartAsync(CancellationToken cancellation) => _web.StartAsync(cancellation);

    /// <summary>Waits until it is told to stop.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _web.WaitForShutdownAsync(cancellation);

    /// <summary>Takes no more requests and finishes those it took.</summary>
    public Task StopAsync() => _web.StopAsync(CancellationToken.None);

    /// <summary>Stops and lets go of everything, in the order in which one needs the other.</summary>
    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _engine.DisposeAsync();
        await _catalog.DisposeAsync();
        await _store.DisposeAsync();
        _logging.Dispose();
    }

    private static WebApplication Build(
        ServerOptions options, GalleryCatalog catalog, FaceEngine engine, ClusterNode? node, Action<WebApplicationBuilder>? configure)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Host.UseSystemd();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(options.Listen);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Limits.Body;
        });
        Log(builder.Logging);
        Register(builder.Services, options, catalog, engine);
        if (node is not null) builder.Services.AddSingleton(node);
        configure?.Invoke(builder);
        var app = builder.Build();
        Route(app, options.Limits);
        return app;
    }

    private static void Log(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            console.UseUtcTimestamp = true;
        });
        // The framework's own lines hold addresses with what callers typed.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter(typeof(KeyAuthentication).FullName, LogLevel.Warning);
        // Its failures come here again, with messages; ours say them without.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical);
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics", LogLevel.None);
    }

    private static void Register(IServiceCollection services, ServerOptions options, GalleryCatalog catalog, FaceEngine engine)
    {
        services.AddSingleton(options).AddSingleton(options.Limits).AddSingleton(catalog).AddSingleton(engine);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ServerMetrics>().AddSingleton<FaceOperations>().AddSingleton<GalleryOperations>();
        services.AddSingleton(new ModelStore(options.ModelsFolder));
        services.AddSingleton<JobFolder>().AddSingleton<JobRunner>().AddHostedService(provider => provider.GetRequiredService<JobRunner>());
        services.AddHostedService<Maintenance>();
        services.AddKeys().AddRequestLimits(options.Limits).AddDocument().AddPages();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ServerJson.Default);
            json.SerializerOptions.Encoder = ServerJson.Default.Options.Encoder;
        });
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Limits.Timeout + TimeSpan.FromSeconds(5));
        services.AddHealthChecks().AddCheck<ServiceHealth>("service", tags: ["ready"]);
        var text = new PrometheusText();
        services.AddSingleton(text);
        services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.AddMeter(ServerMetrics.Meter, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime").AddReader(text.Reader);
            if (CollectorVariables.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 })) metrics.AddOtlpExporter();
        });
    }

    private static void Route(WebApplication app, ServerLimits limits)
    {
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRequestTimeouts();
        app.UseRateLimiter();

        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous()
            .DisableRequestTimeout();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") }).AllowAnonymous();
        app.MapGet("/metrics", async (PrometheusText text, HttpContext context) =>
            Results.Text(await text.CollectAsync(context.RequestAborted), "text/plain; version=0.0.4; charset=utf-8"))
            .Needs(KeyScopes.Read).ExcludeFromDescription().DisableRequestTimeout();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous().DisableRequestTimeout();
        var api = app.MapGroup("/v1").SendWhatIsReady();
        api.MapFaces(limits);
        api.MapGalleries();
        api.MapPersons(limits);
        api.MapSearch(limits);
        api.MapReviews();
        api.MapBulk(limits);
        api.MapAdministration();
        app.MapPages(limits);
    }

    /// <summary>What is fetched before the first start; nobody has sent anything yet.</summary>
    private sealed class Messages : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine(value);
    }
}
