using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Pfe.Server.Tests.Support;

/// <summary>A headless browser in front of a service of its own, with the sample people enrolled.</summary>
public sealed class BrowserService : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser, _filming;

    internal TestService Service { get; private set; } = null!;

    /// <summary>Why browser tests are skipped; null where they can run.</summary>
    public static string? Missing => File.Exists(Program) ? null : $"no browser: {Program} is not there (apt-get install chromium)";

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null) return;
        Service = await TestService.StartAsync();
        await Service.Get<Pages.SamplePeople>().EnrolAsync(new Gallery.WriteContext(), CancellationToken.None);
        _playwright = await Playwright.CreateAsync();
        _browser = await LaunchAsync();
    }

    /// <summary>A browser of its own whose camera shows a film; signed in.</summary>
    /// <param name="film">An MJPEG file.</param>
    internal async Task<Window> OpenWithCameraAsync(string film)
    {
        _filming = await LaunchAsync("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
            $"--use-file-for-fake-video-capture={film}");
        return await OpenAsync(_filming, 1280, ColorScheme.Light, script: true);
    }

    private Task<IBrowser> LaunchAsync(params string[] more) => _playwright!.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Program,
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", .. more,
        ],
    });

    public async ValueTask DisposeAsync()
    {
        if (_filming is not null) await _filming.DisposeAsync();
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (Service is not null) await Service.DisposeAsync();
    }

    /// <summary>A browser window of its own; signed in.</summary>
    internal Task<Window> OpenAsync(int width = 1280, ColorScheme colours = ColorScheme.Light, bool script = true) =>
        OpenAsync(_browser!, width, colours, script);

    private async Task<Window> OpenAsync(IBrowser browser, int width, ColorScheme colours, bool script)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Service.Address, ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = colours,
            JavaScriptEnabled = script, IsMobile = width < 500, HasTouch = width < 500,
        });
        context.SetDefaultTimeout(120_000);
        var window = new Window(context, await context.NewPageAsync(), new Uri(Service.Address));
        if (script)
        {
            await window.Page.GotoAsync($"/signin#{Service.Key}");
            await window.Page.WaitForURLAsync("**/");
        }
        else
        {
            await window.Page.GotoAsync("/signin");
            await window.Page.GetByLabel("Key").FillAsync(Service.Key);
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        }
        return window;
    }
}

/// <summary>A window that notes what goes wrong in it.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _problems = [];

    public Window(IBrowserContext context, IPage page, Uri home)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            // A problem's status is shown there as well, and is what the test asked for.
            if (message.Type is "error" && !message.Text.Contains("status of 4", StringComparison.Ordinal)) _problems.Add(message.Text);
        };
        page.PageError += (_, error) => _problems.Add(error);
        page.Request += (_, request) =>
        {
            var address = new Uri(request.Url);
            if (address.Scheme is "http" or "https" && address.Authority != home.Authority) _problems.Add($"asked {address.Host}");
        };
    }

    public IPage Page { get; }

    /// <summary>Nothing was asked of another host, no script failed, nothing was refused by the policy.</summary>
    public void ShouldBeQuiet() => _problems.ShouldBeEmpty();

    /// <summary>Fits the window's width.</summary>
    public async Task ShouldFitAsync(string name) => (await Page.EvaluateAsync<int>(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBeLessThanOrEqualTo(0, name);

    /// <summary>axe finds nothing.</summary>
    public async Task ShouldBeAccessibleAsync(string name)
    {
        var found = await Page.RunAxe(new AxeRunOptions());
        found.Violations.Select(violation =>
            $"{name}: {violation.Id}: {violation.Help}: {string.Join(", ", violation.Nodes.Take(3).Select(node => node.Html))}")
            .ShouldBeEmpty();
    }

    /// <summary>A picture of the page where PFE_SCREENSHOTS names a folder: to be looked at.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("PFE_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
