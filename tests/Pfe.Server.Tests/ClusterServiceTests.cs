using System.Net;
using System.Text;
using System.Text.Json;
using Pfe.Client;
using Pfe.Gallery;
using Pfe.Gallery.Tests.Support;
using Pfe.Server.Faces;
using Pfe.Server.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Server.Tests;

/// <summary>Services as nodes of a cluster, each a process: what three answer is what one service with one index answers.</summary>
public sealed class ClusterServiceTests(PostgreSqlServer server, ITestOutputHelper output) : IClassFixture<PostgreSqlServer>
{
    private const int People = 40;

    private readonly string[] _small = ["--shards", "6", "--replicas", "2"];

    [Fact]
    public async Task Three_services_answer_as_one_does_while_nodes_are_killed_come_back_and_leave()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        using var folder = new TemporaryFolder();
        await using var alone = await TestService.StartAsync();
        var people = await SimulatedPeople.LikeAsync(alone.Get<FaceEngine>(), SampleFaces.People[0]);
        var (export, right) = await ReferenceAsync(alone, people);

        var connection = await server.NewDatabaseAsync();
        var ports = Enumerable.Range(0, 3).Select(_ => ServiceProcess.FreePort()).ToArray();
        using var a = ServiceProcess.Start(Folder(folder, "a"), connection, ports[0], _small);
        await a.ReadyAsync();
        using var b = ServiceProcess.Start(Folder(folder, "b"), connection, ports[1], _small);
        using var c = ServiceProcess.Start(Folder(folder, "c"), connection, ports[2], _small);
        await Task.WhenAll(b.ReadyAsync(), c.ReadyAsync());
        using var askA = Connect(a, a.FirstKey);
        using var askB = Connect(b, a.FirstKey);
        using var askC = Connect(c, a.FirstKey);

        // Put in through one, found through the others: the answers are those of one index.
        using var client = new PfeClient(new Uri(a.Address), a.FirstKey);
        var gallery = (await client.Galleries.CreateAsync(new GalleryRequest("people"))).Id;
        using (var lines = new ByteArrayContent(export) { Headers = { ContentType = new("application/x-ndjson") } })
        using (var taken = await askA.PostAsync($"v1/galleries/{gallery}/imports", lines))
        {
            var job = (await taken.JsonAsync()).GetProperty("id").GetGuid();
            await Eventually.IsAsync(async () => (await client.GetJobAsync(job)).State == Client.JobState.Done, () => "imported");
        }
        var version = (await client.Galleries.GetAsync(gallery)).Version;
        for (var person = 0; person < right.Count; person++)
            foreach (var http in (HttpClient[])[askB, askC])
                (await AskAsync(http, gallery, people.Image(person, 9), version)).ShouldBe(right[person] with { Coverage = 1 });
        var photo = await client.Persons(gallery).EnrolAsync([SampleFaces.People[1]], new PersonRequest("photographed"));
        using (var other = new PfeClient(new Uri(b.Address), a.FirstKey))
        {
            var found = await other.Persons(gallery).IdentifyAsync(SampleFaces.Again(1), minimumVersion: photo.GalleryVersion);
            (found.Answer, found.PersonId).ShouldBe((Client.IdentityAnswer.Person, photo.Person.Id));
            await other.Persons(gallery).RemoveAsync(photo.Person.Id);
        }

        // A node is killed under questions: some may be put off, none is answered wrongly.
        c.Kill();
        var (asked, putOff) = await AskUntilAsync([askA, askB], gallery, people, right, async () =>
            await ServiceProcess.MetricAsync(askA, "pfe_cluster_members") == 2
            && await AnswersAsync(askA) + await AnswersAsync(askB) == 12);
        output.WriteLine($"a node killed: {asked} questions until the two others answered for all parts, {putOff} put off, 0 wrong");

        // It comes back at the same address and takes its parts back, under questions.
        using var again = ServiceProcess.Start(Folder(folder, "c"), connection, ports[2], _small);
        await again.ReadyAsync();
        using var askAgain = Connect(again, a.FirstKey);
        (asked, putOff) = await AskUntilAsync([askA, askB, askAgain], gallery, people, right, async () =>
            await AnswersAsync(askA) == 4 && await AnswersAsync(askB) == 4 && await AnswersAsync(askAgain) == 4);
        output.WriteLine($"it came back: {asked} questions until it answered for its parts, {putOff} put off, 0 wrong");
        putOff.ShouldBe(0);

        // A node is asked to leave: nobody notices.
        var leaving = b.StopAsync();
        (asked, putOff) = await AskUntilAsync([askA, askAgain], gallery, people, right, async () => leaving.IsCompleted
            && await AnswersAsync(askA) + await AnswersAsync(askAgain) == 12);
        output.WriteLine($"a node left: {asked} questions until the others answered for its parts, {putOff} put off, 0 wrong");
        (await leaving).ShouldBe(0, b.Said);
        putOff.ShouldBe(0);
    }

    [Fact]
    public async Task A_missing_part_is_put_off_or_said_and_never_unknown()
    {
        Assert.SkipWhen(server.MissingReason is not null, server.MissingReason ?? "");
        using var folder = new TemporaryFolder();
        var connection = await server.NewDatabaseAsync();
        string[] once = ["--shards", "6", "--replicas", "1"];
        using var a = ServiceProcess.Start(Folder(folder, "a"), connection, ServiceProcess.FreePort(), once);
        await a.ReadyAsync();
        using var b = ServiceProcess.Start(Folder(folder, "b"), connection, ServiceProcess.FreePort(), once);
        await b.ReadyAsync();
        using var client = new PfeClient(new Uri(a.Address), a.FirstKey);
        using var ask = Connect(a, a.FirstKey);
        var gallery = (await client.Galleries.CreateAsync(new GalleryRequest("people"))).Id;
        await Eventually.IsAsync(async () => await AnswersAsync(ask) == 3, () => "half of the parts on each");
        var whole = await client.Persons(gallery).IdentifyAsync(SampleFaces.People[0]);
        (whole.Answer, whole.Coverage).ShouldBe((Client.IdentityAnswer.Unknown, 1));

        // Frozen, it neither answers nor refuses; with one replica its parts are missing until it is given up.
        await b.SignalAsync("-STOP");
        var (refused, partial) = (Post(ask, gallery, SampleFaces.People[0], "false"), Post(ask, gallery, SampleFaces.People[0], "true"));
        using (var response = await refused) await response.ShouldBeProblemAsync(503, ProblemCodes.GalleryIncomplete);
        using (var response = await partial)
        {
            var answer = await response.JsonAsync();
            (answer.GetProperty("answer").GetString(), answer.GetProperty("coverage").GetDouble()).ShouldBe(("cannotTell", 0.5));
        }
        using (var form = Requests.Form(("image", SampleFaces.People[0])).With("minimumVersion", "1000000"))
        using (var response = await ask.PostAsync($"v1/galleries/{gallery}/identify", form))
            await response.ShouldBeProblemAsync(503, ProblemCodes.Behind);
        b.Kill();
        await Eventually.IsAsync(async () => await AnswersAsync(ask) == 6, () => "all parts on the node that is left");
        (await client.Persons(gallery).IdentifyAsync(SampleFaces.People[0])).Coverage.ShouldBe(1);
    }

    /// <summary>What of an answer does not depend on when and where it was given.</summary>
    private sealed record Told(string Answer, string Persons, double Probability, double Coverage);

    private static async Task<(byte[] Export, IReadOnlyList<Told> Right)> ReferenceAsync(TestService alone, SimulatedPeople people)
    {
        var (catalog, model) = (alone.Get<GalleryCatalog>(), alone.Get<FaceEngine>().Default.Description);
        var gallery = await catalog.OpenAsync((await catalog.CreateAsync("people", model)).Id, model);
        for (var person = 0; person < People; person++) await gallery.EnrolAsync(people.Request(person));
        using var export = new MemoryStream();
        await gallery.ExportAsync(export);
        var right = new List<Told>();
        // Ten of them are strangers.
        for (var person = 0; person < People + 10; person++)
            right.Add((await AskAsync(alone.Http, gallery.Id, people.Image(person, 9), 0))!);
        right.Count(one => one.Answer == "person").ShouldBe(People);
        return (export.ToArray(), right);
    }

    private static async Task<Told?> AskAsync(HttpClient http, Guid gallery, FaceEmbedding probe, long version)
    {
        var body = JsonSerializer.Serialize(new
        {
            k = 10, minimumVersion = version,
            embedding = new { modelId = probe.ModelId, mu = probe.Mu.ToArray(), logVariance = probe.LogVariance.ToArray() },
        });
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync($"v1/galleries/{gallery}/identify", content);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return null;
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var answer = await response.JsonAsync();
        var persons = answer.GetProperty("candidates").EnumerateArray().Select(one => one.GetProperty("externalId").GetString());
        return new(answer.GetProperty("answer").GetString()!, string.Join(' ', persons),
            Math.Round(answer.GetProperty("probability").GetDouble(), 6), answer.GetProperty("coverage").GetDouble());
    }

    /// <summary>Asks the nodes in turn until something has come about; every answer must be the right one.</summary>
    private static async Task<(int Asked, int PutOff)> AskUntilAsync(
        HttpClient[] nodes, Guid gallery, SimulatedPeople people, IReadOnlyList<Told> right, Func<Task<bool>> condition)
    {
        var (asked, putOff) = (0, 0);
        await Eventually.IsAsync(async () =>
        {
            for (var n = 0; n < 5; n++, asked++)
            {
                var person = asked % right.Count;
                if (await AskAsync(nodes[asked % nodes.Length], gallery, people.Image(person, 9), 0) is { } answer)
                    answer.ShouldBe(right[person]);
                else putOff++;
            }
            return await condition();
        }, () => $"after {asked} questions");
        return (asked, putOff);
    }

    private static Task<double> AnswersAsync(HttpClient http) => ServiceProcess.MetricAsync(http, "pfe_cluster_parts_answering");

    private static async Task<HttpResponseMessage> Post(HttpClient http, Guid gallery, byte[] photo, string allowPartial)
    {
        using var form = Requests.Form(("image", photo)).With("allowPartial", allowPartial);
        return await http.PostAsync($"v1/galleries/{gallery}/identify", form);
    }

    private static HttpClient Connect(ServiceProcess service, string key) => new()
    { BaseAddress = new Uri(service.Address), DefaultRequestHeaders = { Authorization = new("Bearer", key) } };

    private static string Folder(TemporaryFolder folder, string name) => Path.Combine(folder.Path, name);
}
