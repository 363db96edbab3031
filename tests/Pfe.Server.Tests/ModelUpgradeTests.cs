using System.Text.Json;
using Pfe.Client;
using Pfe.Server.Tests.Support;
using Pfe.TestSupport;
using Pfe.Vision.Models;

namespace Pfe.Server.Tests;

public sealed class ModelUpgradeTests
{
    [Fact]
    public async Task A_gallery_moves_to_another_model_and_back_and_finds_its_people_all_the_time()
    {
        using var folder = new TemporaryFolder();
        var (old, next) = (folder.File("old.onnx"), folder.File("next.onnx"));
        var model = DefaultModel.Load(new ModelStore());
        model.Save(old);
        // The same network under another checksum: another model to the service, as good as the first.
        model.WithMetadata("pfe.test", "next").Save(next);
        await using var service = await TestService.StartAsync(options => options with { Models = [old, next] });
        var models = (await service.Client.ListModelsAsync()).Items;
        models.Select(listed => listed.IsDefault).ShouldBe([true, false]);
        var gallery = await service.Client.Galleries.CreateAsync(new GalleryRequest("moving", new Policy { KeepPhotos = true }));
        gallery.ModelId.ShouldBe(models[0].Id);
        var persons = service.Client.Persons(gallery.Id);
        var ann = (await persons.EnrolAsync([SampleFaces.People[0], SampleFaces.Again(0)], new PersonRequest("a", "Ann"))).Person;

        var job = await DoneAsync(service, (await service.Client.Galleries.ReembedAsync(gallery.Id, new ReembedRequest(models[1].Id))).Id);
        job.State.ShouldBe(JobState.Done, job.Outcome);
        job.Outcome.ShouldNotBeNull().ShouldContain("2 images embedded");
        (await service.Client.Galleries.GetAsync(gallery.Id)).ModelId.ShouldBe(models[1].Id);
        (await persons.IdentifyAsync(SampleFaces.Again(0))).PersonId.ShouldBe(ann.Id);

        using var back = Requests.Json(JsonSerializer.Serialize(
            new ReembedRequest(models[0].Id, Back: true), WireJson.Default.ReembedRequest));
        using var answer = await service.Http.PostAsync($"/v1/galleries/{gallery.Id}/reembed", back);
        ((int)answer.StatusCode).ShouldBe(204, await answer.Content.ReadAsStringAsync());
        (await service.Client.Galleries.GetAsync(gallery.Id)).ModelId.ShouldBe(models[0].Id);
        (await persons.IdentifyAsync(SampleFaces.Again(0))).PersonId.ShouldBe(ann.Id);

        using var unknown = Requests.Json("""{"modelId": "nobody"}""");
        using var refused = await service.Http.PostAsync($"/v1/galleries/{gallery.Id}/reembed", unknown);
        await refused.ShouldBeProblemAsync(409, ProblemCodes.ModelNotLoaded);
    }

    [Fact]
    public async Task A_gallery_without_photographs_is_not_switched_and_the_job_says_why()
    {
        using var folder = new TemporaryFolder();
        var next = folder.File("next.onnx");
        DefaultModel.Load(new ModelStore()).WithMetadata("pfe.test", "next").Save(next);
        var old = folder.File("old.onnx");
        DefaultModel.Load(new ModelStore()).Save(old);
        await using var service = await TestService.StartAsync(options => options with { Models = [old, next] });
        var models = (await service.Client.ListModelsAsync()).Items;
        var gallery = await service.Client.Galleries.CreateAsync(new GalleryRequest("no photographs"));
        await service.Client.Persons(gallery.Id).EnrolAsync([SampleFaces.People[0]]);
        var job = await DoneAsync(service, (await service.Client.Galleries.ReembedAsync(gallery.Id, new ReembedRequest(models[1].Id))).Id);
        job.State.ShouldBe(JobState.Failed);
        job.Outcome.ShouldNotBeNull().ShouldContain("1 images have no template");
        (await service.Client.Galleries.GetAsync(gallery.Id)).ModelId.ShouldBe(models[0].Id);
    }

    private static async Task<Job> DoneAsync(TestService service, Guid id)
    {
        for (var i = 0; i < 1200; i++)
        {
            var job = await service.Client.GetJobAsync(id);
            if (job.State is JobState.Done or JobState.Failed) return job;
            await Task.Delay(50);
        }
        throw new TimeoutException("the job is not done");
    }
}
