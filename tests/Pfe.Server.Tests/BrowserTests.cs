using Microsoft.Playwright;
using Pfe.Client;
using Pfe.Server.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Server.Tests;

public sealed class BrowserTests(BrowserService browser) : IClassFixture<BrowserService>
{
    private static readonly string[] Pages = ["", "identify", "enrol", "people", "review", "model", "audit", "keys", "api"];

    private static FilePayload File(string name, byte[] bytes) => new() { Name = name, MimeType = "image/jpeg", Buffer = bytes };

    private static ILocator Button(Window window, string name) =>
        window.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = name, Exact = false });

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    public async Task Every_page_fits_is_accessible_and_asks_no_other_host(int width, ColorScheme colours)
    {
        Assert.SkipWhen(BrowserService.Missing is not null, BrowserService.Missing ?? "");
        await using var window = await browser.OpenAsync(width, colours);
        foreach (var page in Pages)
        {
            var name = $"{(page.Length == 0 ? "compare" : page)}-{width}-{colours}".ToLowerInvariant();
            await window.Page.GotoAsync($"/{page}");
            (await window.Page.Locator("h1").CountAsync()).ShouldBe(1, name);
            await window.PictureAsync(name);
            await window.ShouldFitAsync(name);
            await window.ShouldBeAccessibleAsync(name);
        }
        await window.Page.GotoAsync("/people");
        await window.Page.Locator(".people a").First.ClickAsync();
        await window.PictureAsync($"person-{width}-{colours}".ToLowerInvariant());
        await window.ShouldFitAsync("person");
        await window.ShouldBeAccessibleAsync("person");
        window.ShouldBeQuiet();
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Two_photographs_are_compared_without_a_reload(int width, ColorScheme colours)
    {
        Assert.SkipWhen(BrowserService.Missing is not null, BrowserService.Missing ?? "");
        await using var window = await browser.OpenAsync(width, colours);
        await window.Page.Locator("#first").SetInputFilesAsync(File("a.jpg", SampleFaces.People[0]));
        await window.Page.Locator("#second").SetInputFilesAsync(File("b.jpg", SampleFaces.Group));
        await window.Page.EvaluateAsync("window.stayed = true");
        await Button(window, "Compare").ClickAsync();
        await window.Page.Locator(".verdict h2").WaitForAsync();
        (await window.Page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue();
        (await window.Page.Locator("#result rect.main").CountAsync()).ShouldBe(2);
        (await window.Page.Locator("#result .aligned img").CountAsync()).ShouldBe(2);
        (await window.Page.Locator(".probability").InnerTextAsync()).ShouldContain("%");
        await window.PictureAsync($"compared-{width}-{colours}".ToLowerInvariant());
        await window.ShouldFitAsync("compared");
        await window.ShouldBeAccessibleAsync("compared");

        await window.Page.Locator("#second").SetInputFilesAsync(File("c.jpg", SampleFaces.Blank));
        await Button(window, "Compare").ClickAsync();
        await window.Page.GetByText("no face found").WaitForAsync();
        window.ShouldBeQuiet();
    }

    [Fact]
    public async Task The_camera_takes_the_photographs_that_are_compared()
    {
        Assert.SkipWhen(BrowserService.Missing is not null, BrowserService.Missing ?? "");
        using var folder = new TemporaryFolder();
        // The browser plays the film round and round: every frame shows the same face.
        var frame = SampleFaces.Film(0);
        await System.IO.File.WriteAllBytesAsync(folder.File("camera.mjpeg"), [.. Enumerable.Repeat(frame, 5).SelectMany(bytes => bytes)]);
        await using var window = await browser.OpenWithCameraAsync(folder.File("camera.mjpeg"));
        foreach (var field in new[] { "first", "second" })
        {
            var drop = window.Page.Locator($"[data-drop]:has(#{field})");
            await drop.GetByRole(AriaRole.Button, new() { Name = "Use the camera" }).ClickAsync();
            await window.Page.GetByRole(AriaRole.Dialog).WaitForAsync();
            await window.PictureAsync($"camera-{field}");
            // Enabled once the camera shows a picture.
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Take the photograph" }).ClickAsync();
            await drop.GetByRole(AriaRole.Img, new() { Name = "Chosen photograph" }).WaitForAsync();
            (await window.Page.Locator("dialog").CountAsync()).ShouldBe(0);
        }
        await Button(window, "Compare").ClickAsync();
        await window.Page.Locator(".verdict h2").WaitForAsync();
        (await window.Page.Locator(".verdict h2").InnerTextAsync()).ShouldBe("The same person");
        await window.PictureAsync("camera-compared");
        // Closed before a picture is taken, it leaves everything as it was.
        await window.Page.Locator("[data-camera]").First.ClickAsync();
        await window.Page.Keyboard.PressAsync("Escape");
        (await window.Page.Locator("dialog").CountAsync()).ShouldBe(0);
        window.ShouldBeQuiet();
    }

    [Fact]
    public async Task Comparing_works_without_a_script()
    {
        Assert.SkipWhen(BrowserService.Missing is not null, BrowserService.Missing ?? "");
        await using var window = await browser.OpenAsync(script: false);
        await window.Page.Locator("#first").SetInputFilesAsync(File("a.jpg", SampleFaces.People[0]));
        await window.Page.Locator("#second").SetInputFilesAsync(File("b.jpg", SampleFaces.Again(0)));
        await Button(window, "Compare").ClickAsync();
        (await window.Page.Locator(".verdict h2").InnerTextAsync()).ShouldBe("The same person");
    }

    [Fact]
    public async Task Somebody_is_enrolled_found_corrected_and_removed()
    {
        Assert.SkipWhen(BrowserService.Missing is not null, BrowserService.Missing ?? "");
        var gallery = await browser.Service.Client.Galleries.CreateAsync(new GalleryRequest("Browser", new Policy { KeepPhotos = true }));
        await using var window = await browser.OpenAsync();
        await window.Page.GetByLabel("Gallery").SelectOptionAsync($"{gallery.Id}");
        await window.Page.WaitForURLAsync("**/people");
        await window.Page.GotoAsync("/enrol");
        await window.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Ann <b>Other</b>");
        await window.Page.GetByLabel("Photographs, three to five are good").SetInputFilesAsync(
            [File("a.jpg", SampleFaces.People[0]), File("b.jpg", SampleFaces.Again(0)), File("c.jpg", SampleFaces.Blank)]);
        await Button(window, "Enrol").ClickAsync();
        await window.Page.GetByText("2 photographs of 3 enrolled").WaitForAsync();
        (await window.Page.Locator(".tile.bad").InnerTextAsync()).ShouldContain("no face found");
        await window.PictureAsync("enrolled");
        await window.ShouldBeAccessibleAsync("enrolled");

        await window.Page.GotoAsync("/identify");
        await window.Page.Locator("#image").SetInputFilesAsync(File("d.jpg", SampleFaces.Again(0)));
        await Button(window, "Identify").ClickAsync();
        await window.Page.Locator(".verdict h2").WaitForAsync();
        // What somebody typed is text, never a tag.
        (await window.Page.Locator(".verdict h2").InnerTextAsync()).ShouldBe("Ann <b>Other</b>");
        await window.PictureAsync("identified");
        await window.ShouldBeAccessibleAsync("identified");
        await window.Page.Locator("#image").SetInputFilesAsync(File("e.jpg", SampleFaces.People[1]));
        await Button(window, "Identify").ClickAsync();
        await window.Page.Locator(".verdict.yes").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await window.PictureAsync("not-identified");

        await window.Page.GotoAsync("/people");
        await window.Page.GetByLabel("Name or id").FillAsync("other");
        await Button(window, "Find").ClickAsync();
        await window.Page.Locator(".people a").ClickAsync();
        await window.Page.GetByLabel("This one").First.CheckAsync();
        await Button(window, "Make them another person").ClickAsync();
        (await browser.Service.Client.Persons(gallery.Id).ListAsync()).Items.Count.ShouldBe(2);
        await Button(window, "Merge").ClickAsync();
        (await window.Page.Locator("h1").InnerTextAsync()).ShouldBe("Ann <b>Other</b>");
        await window.Page.GetByText("Remove this person").ClickAsync();
        await Button(window, "Remove the person").ClickAsync();
        await window.Page.GetByText("Nobody is enrolled yet").WaitForAsync();
        (await browser.Service.Client.Persons(gallery.Id).ListAsync()).Items.ShouldBeEmpty();
        window.ShouldBeQuiet();
    }

    [Fact]
    public async Task Reviews_are_decided_by_keys()
    {
        Assert.SkipWhen(BrowserService.Missing is not null, BrowserService.Missing ?? "");
        var gallery = await browser.Service.Client.Galleries.CreateAsync(new GalleryRequest("Reviews", new Policy { KeepPhotos = true }));
        var persons = browser.Service.Client.Persons(gallery.Id);
        await persons.EnrolAsync([SampleFaces.People[0]], new PersonRequest(Name: "Ann"));
        await persons.EnrolAsync([SampleFaces.Again(0)], new PersonRequest(Name: "Bea"));
        await persons.EnrolAsync([SampleFaces.People[1]], new PersonRequest(Name: "Cleo"));
        await persons.EnrolAsync([SampleFaces.Again(1)], new PersonRequest(Name: "Dora"));
        var reviews = browser.Service.Client.Reviews(gallery.Id);
        (await reviews.ListAsync()).Items.Count.ShouldBe(2);
        await using var window = await browser.OpenAsync();
        await window.Page.GetByLabel("Gallery").SelectOptionAsync($"{gallery.Id}");
        await window.Page.WaitForURLAsync("**/people");
        await window.Page.GotoAsync("/review");
        await window.PictureAsync("reviewing");
        await window.ShouldBeAccessibleAsync("reviewing");
        var first = await window.Page.Locator("[data-review] h3").First.InnerTextAsync();
        await window.Page.Keyboard.PressAsync("j");
        await window.Page.GetByText("2 of 2").WaitForAsync();
        (await window.Page.Locator("[data-review] h3").First.InnerTextAsync()).ShouldNotBe(first);
        await window.Page.Keyboard.PressAsync("k");
        await window.Page.GetByText("1 of 2").WaitForAsync();
        await window.Page.Keyboard.PressAsync("y");
        await window.Page.GetByText("1 of 1").WaitForAsync();
        await window.Page.Keyboard.PressAsync("n");
        await window.Page.GetByText("Nothing waits for a review").WaitForAsync();
        (await reviews.ListAsync(ReviewState.Same)).Items.Count.ShouldBe(1);
        (await reviews.ListAsync(ReviewState.Different)).Items.Count.ShouldBe(1);

        await window.Page.GetByText("2 decisions").ClickAsync();
        await window.PictureAsync("decisions");
        var download = await window.Page.RunAndWaitForDownloadAsync(() =>
            window.Page.GetByRole(AriaRole.Link, new() { Name = "Decisions as scored pairs" }).ClickAsync());
        var decided = Calibration.ReviewedPairs.Load(await download.PathAsync());
        decided.ModelId.ShouldBe(gallery.ModelId);
        decided.Pairs.Count(pair => pair.IsSame).ShouldBe(1);
        decided.Pairs.Count.ShouldBe(2);
        window.ShouldBeQuiet();
    }
}
