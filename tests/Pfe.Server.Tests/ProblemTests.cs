using System.Buffers.Binary;
using System.Net;
using Pfe.Client;
using Pfe.Server.Pipeline;
using Pfe.Server.Tests.Support;

namespace Pfe.Server.Tests;

public sealed class ProblemTests(SharedService shared) : IClassFixture<SharedService>
{
    private TestService Service => shared.Service;

    [Fact]
    public async Task Without_a_key_or_with_a_wrong_one_nothing_is_answered()
    {
        using var stranger = Service.Connect(null);
        using var wrong = Service.Connect(Service.Key[..^2] + (Service.Key.EndsWith("AA", StringComparison.Ordinal) ? "BB" : "AA"));
        await (await stranger.GetAsync("/v1/galleries")).ShouldBeProblemAsync(401, ProblemCodes.Unauthenticated);
        await (await wrong.GetAsync("/v1/galleries")).ShouldBeProblemAsync(401, ProblemCodes.Unauthenticated);
        await (await stranger.GetAsync("/metrics")).ShouldBeProblemAsync(401, ProblemCodes.Unauthenticated);
    }

    [Fact]
    public async Task Addresses_and_methods_that_are_not_there_say_so()
    {
        await (await Service.Http.GetAsync("/v1/nothing")).ShouldBeProblemAsync(404, ProblemCodes.NotFound);
        await (await Service.Http.GetAsync("/v1/detect")).ShouldBeProblemAsync(405, ProblemCodes.MethodNotAllowed);
        await (await Service.Http.GetAsync($"/v1/galleries/{Guid.NewGuid()}")).ShouldBeProblemAsync(404, ProblemCodes.NotFound);
    }

    [Fact]
    public async Task Bodies_that_cannot_be_used_say_what_would_be_right()
    {
        async Task<Problem> Post(HttpContent content, int status, string code)
        {
            using (content)
            {
                using var response = await Service.Http.PostAsync("/v1/detect", content);
                return await response.ShouldBeProblemAsync(status, code);
            }
        }

        await Post(new StringContent("hello"), 415, ProblemCodes.UnsupportedMediaType);
        (await Post(Requests.Form(("wrong", SampleFaces.Group)), 400, ProblemCodes.InvalidRequest)).Detail.ShouldContain("'image'");
        (await Post(Requests.Json("{\"image\": {\"base64\": \"%%\"}}"), 400, ProblemCodes.InvalidRequest)).Detail.ShouldContain("base64");
        await Post(Requests.Json("{\"image\": "), 400, ProblemCodes.InvalidRequest);
        // Addresses are not fetched, whatever they are called.
        await Post(Requests.Json("{\"image\": {\"url\": \"http://127.0.0.1/\"}}"), 400, ProblemCodes.InvalidRequest);
        await Post(Requests.Form(("image", "no picture"u8.ToArray())), 422, ProblemCodes.UnreadableImage);
        await Post(Requests.Form(("image", SampleFaces.Group[..5000])), 422, ProblemCodes.UnreadableImage);
    }

    [Fact]
    public async Task What_a_request_leaves_out_or_cannot_be_is_told_and_nothing_is_done()
    {
        var gallery = await Service.Client.Galleries.CreateAsync(new GalleryRequest("what is left out"));
        await Service.Client.Persons(gallery.Id).EnrolAsync([SampleFaces.People[0]], new PersonRequest(Name: "Jörg's"));
        await Service.Client.Persons(gallery.Id).EnrolAsync([SampleFaces.Again(0)], new PersonRequest(Name: "Jörg's twin"));
        var review = (await Service.Client.Reviews(gallery.Id).ListAsync()).Items.ShouldHaveSingleItem();
        async Task Post(string address, string json, string says)
        {
            using var content = Requests.Json(json);
            using var response = await Service.Http.PostAsync(address, content);
            var problem = await response.ShouldBeProblemAsync(400, ProblemCodes.InvalidRequest);
            problem.Detail.ShouldContain(says, customMessage: json);
            problem.Detail.ShouldNotContain("Pfe.");
        }

        var (identify, decide) = ($"/v1/galleries/{gallery.Id}/identify", $"/v1/galleries/{gallery.Id}/reviews/{review.Id}/decision");
        await Post(identify, """{"embedding": null}""", "'image'");
        await Post(identify, """{"embedding": 5}""", "not one that is taken");
        await Post(identify, """{"embedding": {"modelId": "x"}}""", "lacks");
        await Post(identify, """{"embedding": {"modelId": "x", "mu": null, "logVariance": []}}""", "not one that is taken");
        await Post(decide, "{}", "lacks 'decision'");
        await Post(decide, """{"decision": "perhaps"}""", "$.decision");
        await Post("/v1/keys", """{"name": "x"}""", "lacks 'scopes'");
        await Post("/v1/keys", """{"name": "x", "scopes": ["king"]}""", "$.scopes[0]");
        (await Service.Client.Reviews(gallery.Id).ListAsync()).Items.ShouldHaveSingleItem().Version.ShouldBe(review.Version);
        // Names are sent as they were written.
        (await Service.Http.GetStringAsync($"/v1/galleries/{gallery.Id}/persons")).ShouldContain("\"Jörg's\"");
    }

    [Fact]
    public async Task Too_many_bytes_are_refused_by_their_number_and_too_many_pixels_by_their_header()
    {
        using var large = Requests.Form(("image", new byte[(10 << 20) + 1]));
        using var first = await Service.Http.PostAsync("/v1/detect", large);
        await first.ShouldBeProblemAsync(413, ProblemCodes.BodyTooLarge);

        // A blank picture of 30,000 x 30,000 pixels, if its header is believed: 2.7 GB decoded.
        var png = (byte[])SampleFaces.Blank.Clone();
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 30_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 30_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        using var bomb = Requests.Form(("image", png));
        using var second = await Service.Http.PostAsync("/v1/detect", bomb);
        (await second.ShouldBeProblemAsync(413, ProblemCodes.TooManyPixels)).Detail.ShouldContain("30000 x 30000");
    }

    [Fact]
    public async Task A_photograph_without_a_face_is_422_where_one_is_wanted_and_an_empty_list_where_all_are()
    {
        using var form = Requests.Form(("image", SampleFaces.Blank));
        using var all = await Service.Http.PostAsync("/v1/detect", form);
        all.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await all.JsonAsync()).GetProperty("faces").GetArrayLength().ShouldBe(0);

        var gallery = await Service.Client.Galleries.CreateAsync(new GalleryRequest("no faces"));
        var thrown = await Should.ThrowAsync<PfeServiceException>(() =>
            Service.Client.Persons(gallery.Id).IdentifyAsync(SampleFaces.Blank));
        thrown.Code.ShouldBe(ProblemCodes.NoFace);
    }

    [Fact]
    public async Task An_enrolment_of_which_nothing_can_be_used_gives_advice_for_each_photograph()
    {
        var gallery = await Service.Client.Galleries.CreateAsync(new GalleryRequest("nothing usable"));
        var thrown = await Should.ThrowAsync<PfeServiceException>(() =>
            Service.Client.Persons(gallery.Id).EnrolAsync([SampleFaces.Blank, SampleFaces.Group], new PersonRequest(Name: "Nobody")));
        thrown.Code.ShouldBe(ProblemCodes.NoUsableFace);
        thrown.Problem!.Rejected!.Count.ShouldBe(2);
        thrown.Problem.Rejected[0].Advice[0].Code.ShouldBe("noFace");
        thrown.Problem.Rejected[1].Advice[0].Code.ShouldBe("severalFaces");
        (await Service.Client.Persons(gallery.Id).ListAsync()).Items.ShouldBeEmpty();
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320u;
        }
        return ~crc;
    }
}
