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

    [Fact]
    public async Task A_request_that_takes_too_long_is_ended_with_a_problem()
    {
        await using var service = await TestService.StartAsync(options => options with
        { Limits = options.Limits with { Timeout = TimeSpan.FromTicks(1) } });
        using var form = Requests.Form(("image", SampleFaces.Group));
        using var response = await service.Http.PostAsync("/v1/embeddings", form);
        await response.ShouldBeProblemAsync(503, ProblemCodes.Timeout);
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
