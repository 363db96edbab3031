using System.Text.Json;
using Pfe.Client;
using Pfe.Server.Faces;
using Pfe.Server.Tests.Support;
using Pfe.Vision.Imaging;

namespace Pfe.Server.Tests;

public sealed class FaceOperationTests(SharedService shared) : IClassFixture<SharedService>
{
    private TestService Service => shared.Service;

    [Fact]
    public async Task A_photograph_as_a_form_and_as_base64_gets_the_same_answer()
    {
        using var form = Requests.Form(("image", SampleFaces.Group));
        using var first = await Service.Http.PostAsync("/v1/detect", form);
        using var json = Requests.Json($$"""{ "image": { "base64": "{{Convert.ToBase64String(SampleFaces.Group)}}" } }""");
        using var second = await Service.Http.PostAsync("/v1/detect", json);
        var text = await first.Content.ReadAsStringAsync();
        (await second.Content.ReadAsStringAsync()).ShouldBe(text);
        var found = JsonSerializer.Deserialize(text, WireJson.Default.DetectResult)!;
        found.Faces.Count.ShouldBe(3);
        found.Faces[0].Landmarks.Count.ShouldBe(5);
        found.Width.ShouldBe(1920);
    }

    [Fact]
    public async Task Embeddings_of_many_requests_at_once_are_those_of_the_model_alone()
    {
        // The naive twin: one face, one run, no batch.
        var model = Service.Get<FaceEngine>().Default;
        var image = Image.Decode(SampleFaces.People[0], "twin");
        var found = Service.Get<FaceEngine>().Detect(image, "twin");
        var alone = model.Embedder.Embed(image, found[0].Landmarks).Embedding;

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Service.Client.EmbedAsync(SampleFaces.People[0])));

        foreach (var answer in answers)
        {
            answer.ModelId.ShouldBe(model.Description.Id);
            var face = answer.Faces.ShouldHaveSingleItem();
            for (var l = 0; l < alone.Dimension; l++)
            {
                // The order of sums inside the network may change with the batch.
                face.Mu[l].ShouldBe(alone.Mu[l], 1e-5f);
                face.LogVariance[l].ShouldBe(alone.LogVariance[l], 1e-4f);
            }
        }
        var (runs, faces) = model.Batcher.Counted;
        faces.ShouldBeGreaterThanOrEqualTo(12);
        runs.ShouldBeLessThanOrEqualTo(faces);
    }

    [Fact]
    public async Task Faces_that_wait_together_go_into_one_run_and_each_gets_its_own_answer()
    {
        var engine = Service.Get<FaceEngine>();
        var image = Image.Decode(SampleFaces.Group, "group");
        var found = engine.Detect(image, "group");
        await using var batcher = new EmbeddingBatcher(engine.Default.Embedder, workers: 1, batch: 8);
        var pyramid = new Pyramid(image);
        var wanted = Enumerable.Range(0, 24).Select(i => found[i % found.Count]).ToList();
        var answers = await Task.WhenAll(wanted.Select(face => batcher.EmbedAsync(pyramid, face.Landmarks, default)));
        batcher.Counted.Faces.ShouldBe(24);
        batcher.Counted.Runs.ShouldBeLessThan(24);
        for (var i = 0; i < wanted.Count; i++)
        {
            var alone = engine.Default.Embedder.Embed(image, wanted[i].Landmarks).Embedding;
            for (var l = 0; l < alone.Dimension; l++) answers[i].Embedding.Mu[l].ShouldBe(alone.Mu[l], 1e-5f);
        }
    }

    [Fact]
    public async Task A_source_is_compared_with_each_target_and_a_target_that_cannot_be_used_says_why()
    {
        var result = await Service.Client.VerifyAsync(SampleFaces.People[0],
            [SampleFaces.Again(0), SampleFaces.People[1], SampleFaces.Blank, new Photo("no picture"u8.ToArray())]);
        result.Targets.Count.ShouldBe(4);
        result.Targets[0].Verdict!.Answer.ShouldBe(Answer.Same);
        result.Targets[0].Verdict!.Probability.ShouldBeGreaterThan(0.99);
        result.Targets[1].Verdict!.Answer.ShouldNotBe(Answer.Same);
        result.Targets[1].Verdict!.Reason.ShouldNotBeNullOrWhiteSpace();
        result.Targets[2].Problem!.Code.ShouldBe(ProblemCodes.NoFace);
        result.Targets[3].Problem!.Code.ShouldBe(ProblemCodes.UnreadableImage);
    }

    [Fact]
    public async Task A_dark_and_small_photograph_gets_advice()
    {
        var image = Image.Decode(SampleFaces.People[0], "dark");
        var small = Warp.ToImage(image, AffineMap.Stretch(80, 80, image.Width, image.Height), 80, 80);
        var dark = new Image(80, 80, [.. small.Pixels.ToArray().Select(value => (byte)(value / 5))]);
        var result = await Service.Client.QualityAsync(dark.ToPng());
        var face = result.Faces.ShouldHaveSingleItem();
        face.Advice.ShouldContain(advice => advice.Code == "tooDark");
        face.Quality.ShouldBeLessThan((await Service.Client.QualityAsync(SampleFaces.People[0])).Faces[0].Quality);
    }
}
