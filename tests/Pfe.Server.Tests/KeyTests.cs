using System.Net;
using Pfe.Client;
using Pfe.Server.Hosting;
using Pfe.Server.Tests.Support;

namespace Pfe.Server.Tests;

public sealed class KeyTests(SharedService shared) : IClassFixture<SharedService>
{
    private TestService Service => shared.Service;

    [Fact]
    public async Task A_key_may_do_what_its_scopes_say_and_nothing_else()
    {
        var reader = await Service.Client.Keys.CreateAsync(new KeyRequest("door", [Scope.Read]));
        using var http = Service.Connect(reader.Secret);
        (await http.GetAsync("/v1/galleries")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var create = Requests.Json("""{"name": "mine"}""");
        await (await http.PostAsync("/v1/galleries", create)).ShouldBeProblemAsync(403, ProblemCodes.Forbidden);
        await (await http.GetAsync("/v1/keys")).ShouldBeProblemAsync(403, ProblemCodes.Forbidden);
        await (await http.GetAsync("/v1/audit")).ShouldBeProblemAsync(403, ProblemCodes.Forbidden);
    }

    [Fact]
    public async Task A_key_of_one_gallery_sees_no_other()
    {
        var mine = await Service.Client.Galleries.CreateAsync(new GalleryRequest("mine alone"));
        var other = await Service.Client.Galleries.CreateAsync(new GalleryRequest("not mine"));
        var key = await Service.Client.Keys.CreateAsync(new KeyRequest("one gallery", [Scope.Read, Scope.Admin], [mine.Id]));
        using var client = new PfeClient(new Uri(Service.Address), key.Secret!);
        (await client.Galleries.ListAsync()).Items.Select(gallery => gallery.Id).ShouldBe([mine.Id]);
        (await Should.ThrowAsync<PfeServiceException>(() => client.Galleries.GetAsync(other.Id))).Code.ShouldBe(ProblemCodes.Forbidden);
        (await Should.ThrowAsync<PfeServiceException>(() => client.Keys.ListAsync())).Code.ShouldBe(ProblemCodes.Forbidden);
        (await Should.ThrowAsync<PfeServiceException>(() => client.Galleries.RemoveAsync(other.Id))).Code.ShouldBe(ProblemCodes.Forbidden);
    }

    [Fact]
    public async Task A_removed_key_ends_at_once_and_a_secret_is_shown_once()
    {
        var key = await Service.Client.Keys.CreateAsync(new KeyRequest("short-lived", [Scope.Read]));
        key.Secret.ShouldStartWith($"pfe_{key.Id}_");
        (await Service.Client.Keys.ListAsync()).Items.ShouldAllBe(listed => listed.Secret == null);
        using var http = Service.Connect(key.Secret);
        (await http.GetAsync("/v1/models")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Service.Client.Keys.RemoveAsync(key.Id);
        await (await http.GetAsync("/v1/models")).ShouldBeProblemAsync(401, ProblemCodes.Unauthenticated);
    }

    [Fact]
    public async Task A_key_that_would_have_ended_already_is_refused()
    {
        var request = new KeyRequest("late", [Scope.Read], Expires: DateTimeOffset.UnixEpoch);
        (await Should.ThrowAsync<PfeServiceException>(() =>
            Service.Client.Keys.CreateAsync(request))).Code.ShouldBe(ProblemCodes.InvalidRequest);
    }

    [Fact]
    public async Task The_first_key_is_made_once()
    {
        Service.Application.FirstKey.ShouldNotBeNull();
        await using var again = await ServerApplication.CreateAsync(Service.Options);
        again.FirstKey.ShouldBeNull();
    }

    [Fact]
    public async Task A_browser_is_signed_in_by_a_cookie_that_other_sites_cannot_use()
    {
        using var http = Service.Connect(null);
        using var signIn = new HttpRequestMessage(HttpMethod.Post, "/signin")
        { Content = new FormUrlEncodedContent([new("key", Service.Key)]), Headers = { { "Sec-Fetch-Site", "same-origin" } } };
        using var signedIn = await http.SendAsync(signIn);
        signedIn.StatusCode.ShouldBe(HttpStatusCode.Found);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        var value = cookie.Split(';')[0];

        async Task<HttpResponseMessage> Post(params (string, string)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/galleries")
            { Content = Requests.Json($$"""{"name": "{{Guid.NewGuid():N}}"}"""), Headers = { { "Cookie", value } } };
            foreach (var (name, text) in headers) request.Headers.Add(name, text);
            return await http.SendAsync(request);
        }

        await (await Post(("Sec-Fetch-Site", "cross-site"))).ShouldBeProblemAsync(401, ProblemCodes.Unauthenticated);
        await (await Post(("Sec-Fetch-Site", "same-site"))).ShouldBeProblemAsync(401, ProblemCodes.Unauthenticated);
        await (await Post(("Origin", "http://elsewhere.test"))).ShouldBeProblemAsync(401, ProblemCodes.Unauthenticated);
        await (await Post()).ShouldBeProblemAsync(401, ProblemCodes.Unauthenticated);
        (await Post(("Sec-Fetch-Site", "same-origin"))).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await Post(("Origin", Service.Address))).StatusCode.ShouldBe(HttpStatusCode.Created);
    }
}
