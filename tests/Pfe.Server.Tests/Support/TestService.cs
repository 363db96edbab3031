using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pfe.Client;
using Pfe.Server.Hosting;
using Pfe.Server.Settings;
using Pfe.TestSupport;

namespace Pfe.Server.Tests.Support;

/// <summary>A whole service on a free port of this machine, with a store of its own, gone when it is disposed.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private TestService(TemporaryFolder folder, ServerApplication application, CapturedLog log, ServerOptions options)
    {
        (_folder, Application, Log, Options) = (folder, application, log, options);
        Key = application.FirstKey!;
        Http = Connect(Key);
        Client = new PfeClient(new Uri(Address), Key);
    }

    public ServerApplication Application { get; }

    public CapturedLog Log { get; }

    public ServerOptions Options { get; }

    public string Key { get; }

    public string Address => Application.Address;

    /// <summary>Sends the first key with everything, follows no redirection.</summary>
    public HttpClient Http { get; }

    public PfeClient Client { get; }

    public static async Task<TestService> StartAsync(Func<ServerOptions, ServerOptions>? change = null)
    {
        var folder = new TemporaryFolder();
        var options = new ServerOptions { DataFolder = folder.Path, Listen = "http://127.0.0.1:0" };
        options = change?.Invoke(options) ?? options;
        var log = new CapturedLog();
        var application = await ServerApplication.CreateAsync(options, builder => builder.Logging.ClearProviders().AddProvider(log));
        await application.StartAsync(CancellationToken.None);
        return new TestService(folder, application, log, options);
    }

    /// <summary>A client with another key, or none.</summary>
    public HttpClient Connect(string? key)
    {
        var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromMinutes(2) };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return http;
    }

    public T Get<T>() where T : notnull => Application.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Http.Dispose();
        await Application.StopAsync();
        await Application.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>One service for the tests that leave it as they find it, or work in galleries of their own.</summary>
public sealed class SharedService : IAsyncLifetime
{
    internal TestService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await TestService.StartAsync();

    public async ValueTask DisposeAsync() => await Service.DisposeAsync();
}
