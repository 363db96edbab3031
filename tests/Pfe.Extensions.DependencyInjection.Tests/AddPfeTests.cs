using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pfe.TestSupport;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Verification;

namespace Pfe.Extensions.DependencyInjection.Tests;

public sealed class AddPfeTests
{
    [Fact]
    public async Task A_host_loads_the_networks_before_it_has_started()
    {
        using var host = Host(Store());
        await host.StartAsync();
        host.Services.GetRequiredService<PfeNetworks>().IsLoaded.ShouldBeTrue();
        var detector = host.Services.GetRequiredService<IFaceDetector>();
        detector.Detect(Grey(120, 90)).ShouldBeEmpty();
        host.Services.GetRequiredService<IFaceEmbedder>().EmbedAligned(Grey(112, 112)).Embedding.Dimension.ShouldBe(512);
        host.Services.GetRequiredService<FaceVerifier>()
            .Compare(Grey(112, 112), Grey(112, 112), new CompareOptions { Aligned = true }).Cosine.ShouldBe(1, 1e-5f);
        await host.StopAsync();
    }

    [Fact]
    public async Task Without_a_host_nothing_is_read_until_it_is_asked_for()
    {
        var source = new Counting(Store());
        await using var provider = new ServiceCollection().AddSingleton<IModelSource>(source).AddPfe().BuildServiceProvider();
        var networks = provider.GetRequiredService<PfeNetworks>();
        source.Reads.ShouldBe(0);
        Should.Throw<InvalidOperationException>(() => provider.GetRequiredService<IFaceDetector>()).Message.ShouldContain("LoadAsync");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => networks.LoadAsync()));
        source.Reads.ShouldBe(3);
        provider.GetRequiredService<IFaceDetector>().DetectMain(Grey(64, 64)).ShouldBeNull();
    }

    [Fact]
    public async Task Networks_that_cannot_be_had_stop_the_start_and_a_later_load_tries_again()
    {
        using var empty = new TemporaryFolder();
        using var host = Host(new FolderModelSource(empty.Path));
        (await Should.ThrowAsync<ModelUnavailableException>(() => host.StartAsync())).Model.ShouldBe("base");

        var source = new Counting(Store()) { Broken = true };
        await using var provider = new ServiceCollection().AddSingleton<IModelSource>(source).AddPfe().BuildServiceProvider();
        await Should.ThrowAsync<ModelUnavailableException>(() => provider.GetRequiredService<PfeNetworks>().LoadAsync());
        source.Broken = false;
        await provider.GetRequiredService<PfeNetworks>().LoadAsync();
    }

    [Fact]
    public async Task Options_that_cannot_be_stop_the_start_with_all_that_is_wrong()
    {
        using var host = Host(Store(), options => (options.Device, options.Threads, options.MinimumScore) = ("gpu", 0, 2));
        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());
        error.Failures.Count().ShouldBe(3);
        error.Message.ShouldContain("cpu, cuda, cuda:N");
    }

    [Fact]
    public async Task Health_is_told_before_and_after_loading()
    {
        var services = new ServiceCollection().AddSingleton<IModelSource>(Store()).AddPfe();
        services.AddHealthChecks().AddPfe(tags: ["ready"]);
        await using var provider = services.BuildServiceProvider();
        var health = provider.GetRequiredService<HealthCheckService>();
        (await health.CheckHealthAsync()).Status.ShouldBe(HealthStatus.Unhealthy);
        await provider.GetRequiredService<PfeNetworks>().LoadAsync();
        (await health.CheckHealthAsync()).Status.ShouldBe(HealthStatus.Healthy);
        provider.GetRequiredService<PfeNetworks>().Dispose();
        (await health.CheckHealthAsync()).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    [Fact]
    public async Task Operations_are_measured_and_traced_and_nothing_says_which_photograph()
    {
        var log = new Lines();
        await using var provider = new ServiceCollection().AddSingleton<IModelSource>(Store()).AddPfe()
            .AddLogging(logging => logging.AddProvider(log)).BuildServiceProvider();
        await provider.GetRequiredService<PfeNetworks>().LoadAsync();
        var detector = provider.GetRequiredService<IFaceDetector>();
        var (tags, activities) = (new List<string>(), new List<Activity>());
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            { if (instrument.Meter.Name == PfeDiagnostics.SourceName) listener.EnableMeasurementEvents(instrument); }
        };
        meters.SetMeasurementEventCallback<double>((instrument, _, pairs, _) =>
        {
            lock (tags) tags.Add($"{instrument.Name} {string.Join(' ', pairs.ToArray().Select(pair => $"{pair.Key}={pair.Value}"))}");
        });
        meters.Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == PfeDiagnostics.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => { lock (activities) activities.Add(activity); },
        };
        ActivitySource.AddActivityListener(listener);
        detector.Detect(Grey(64, 64));
        Should.Throw<UnreadableImageException>(() => detector.Detect("/private/ann-smith.jpg"));

        tags.ShouldContain("pfe.operation.duration pfe.operation=detect");
        tags.ShouldContain("pfe.operation.duration pfe.operation=detect error.type=UnreadableImageException");
        activities.ShouldContain(activity => activity.OperationName == "pfe.detect" && activity.Status == ActivityStatusCode.Error);
        log.All.ShouldContain(line => line!.Contains("networks loaded", StringComparison.Ordinal));
        log.All.Concat(tags).Concat(activities.SelectMany(activity => activity.Tags.Select(tag => tag.Value)))
            .ShouldAllBe(text => text == null || !text.Contains("ann-smith", StringComparison.Ordinal));
    }

    private static IHost Host(IModelSource source, Action<PfeOptions>? configure = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(source).AddPfe(configure);
        return builder.Build();
    }

    private static ModelStore Store()
    {
        var store = new ModelStore();
        try { store.Get("base"); }
        catch (PfeException e) { Assert.Skip(e.Message); }
        return store;
    }

    private static Image Grey(int width, int height) =>
        new(width, height, [.. Enumerable.Range(0, 3 * width * height).Select(i => (byte)(i % 251))]);

    private sealed class Counting(IModelSource inner) : IModelSource
    {
        private int _reads;

        public int Reads => _reads;

        public bool Broken { get; set; }

        public ValueTask<ModelContent> ReadAsync(
            string reference, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _reads);
            return Broken ? throw new ModelUnavailableException(reference, "not now")
                : inner.ReadAsync(reference, progress, cancellationToken);
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly List<string?> _lines = [];

        public IEnumerable<string?> All => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines) _lines.Add($"{formatter(state, exception)} {exception}");
        }

        public void Dispose() { }
    }
}
