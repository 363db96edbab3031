using System.Net;
using Pfe.Client;
using Pfe.Server.Pipeline;
using Pfe.Server.Tests.Support;

namespace Pfe.Server.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task A_key_that_asks_more_often_than_its_quota_is_put_off_and_others_are_not()
    {
        await using var service = await TestService.StartAsync(options => options with
        { Limits = options.Limits with { RequestsPerSecond = 5, Burst = 6 } });
        var other = await service.Client.Keys.CreateAsync(new KeyRequest("other", [Scope.Read]));
        using var second = service.Connect(other.Secret);
        // Bounded: far more than the quota gives back meanwhile.
        HttpResponseMessage? putOff = null;
        for (var i = 0; i < 500 && putOff is null; i++)
        {
            var response = await service.Http.GetAsync("/v1/models");
            if (response.StatusCode == HttpStatusCode.TooManyRequests) putOff = response;
            else response.Dispose();
        }
        putOff.ShouldNotBeNull();
        using (putOff) await putOff.ShouldBeProblemAsync(429, ProblemCodes.QuotaExceeded);
        using var answered = await second.GetAsync("/v1/models");
        answered.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Overload_is_answered_at_once_and_whatever_was_taken_is_finished()
    {
        await using var service = await TestService.StartAsync(options => options with
        { Limits = options.Limits with { Concurrency = 1, Queue = 1 } });
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using var form = Requests.Form(("image", SampleFaces.Group));
            return await service.Http.PostAsync("/v1/embeddings", form);
        }));
        answers.ShouldContain(answer => answer.StatusCode == HttpStatusCode.OK);
        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        refused.ShouldNotBeEmpty();
        foreach (var answer in refused) await answer.ShouldBeProblemAsync(503, ProblemCodes.Overloaded);
        // The service is as it was: the client comes again as Retry-After says, and is answered.
        (await service.Client.EmbedAsync(SampleFaces.Group)).Faces.Count.ShouldBe(3);
        foreach (var answer in answers) answer.Dispose();
    }

    /// <summary>Twenty times: a reading that is cut off at the wrong place breaks the connection in some of them only.</summary>
    [Fact]
    public async Task A_request_that_takes_too_long_is_ended_with_a_problem_and_never_with_a_broken_connection()
    {
        await using var service = await TestService.StartAsync(options => options with
        { Limits = options.Limits with { Timeout = TimeSpan.FromTicks(1) } });
        for (var i = 0; i < 20; i++)
        {
            using var form = Requests.Form(("image", SampleFaces.Group));
            using var response = await service.Http.PostAsync("/v1/embeddings", form);
            await response.ShouldBeProblemAsync(503, ProblemCodes.Timeout);
            using var page = new FormUrlEncodedContent([new("name", new string('n', 200_000))]);
            using var shown = await service.Http.PostAsync("/galleries", page);
            // A name so long is refused where the time was not up yet.
            shown.StatusCode.ShouldBeOneOf(HttpStatusCode.ServiceUnavailable, HttpStatusCode.BadRequest);
        }
    }

    /// <summary>Work that does not notice that its time is up is done: what it answers is worth more than a broken connection.</summary>
    [Fact]
    public async Task An_answer_that_is_ready_when_the_time_is_up_is_still_sent()
    {
        await using var service = await TestService.StartAsync(options => options with
        { Limits = options.Limits with { Timeout = TimeSpan.FromTicks(1) } });
        for (var i = 0; i < 20; i++)
        {
            foreach (var address in new[] { "/v1/models", "/openapi/v1.json", "/model", "/metrics" })
            {
                using var response = await service.Http.GetAsync(address);
                response.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
                (await response.Content.ReadAsStringAsync()).ShouldNotBeEmpty();
            }
        }
    }

    [Theory]
    [InlineData("multipart/form-data", "")]
    [InlineData("multipart/form-data; boundary=b", "")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\nabc")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\n\r\nabc\r\n--b--\r\n")]
    public async Task A_form_that_is_none_or_ends_too_early_is_the_callers_fault(string type, string body)
    {
        await using var service = await TestService.StartAsync();
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await service.Http.PostAsync("/v1/embeddings", content);
        await response.ShouldBeProblemAsync(400, ProblemCodes.InvalidRequest);
    }

    [Fact]
    public async Task A_service_that_stops_finishes_what_it_took()
    {
        await using var service = await TestService.StartAsync();
        var asked = Enumerable.Range(0, 4).Select(async _ =>
        {
            using var form = Requests.Form(("image", SampleFaces.Group));
            return await service.Http.PostAsync("/v1/embeddings", form);
        }).ToList();
        // Taken: the service has begun with one of them at least.
        while (service.Log.Lines.Count == 0 && !asked.Any(task => task.IsCompleted)) await Task.Delay(5);
        await service.Application.StopAsync();
        var answered = 0;
        foreach (var task in asked)
        {
            try
            {
                using var response = await task;
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    (await response.JsonAsync()).GetProperty("faces").GetArrayLength().ShouldBe(3);
                    answered++;
                }
            }
            catch (HttpRequestException)
            {
                // Not taken any more: the connection was refused before the request was read.
            }
        }
        answered.ShouldBeGreaterThan(0);
    }
}
