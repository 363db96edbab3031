using System.Net;
using Pfe.Client;
using Pfe.Server.Pipeline;
using Pfe.Server.Tests.Support;

namespace Pfe.Server.Tests;

public sealed class GalleryOperationTests(SharedService shared) : IClassFixture<SharedService>
{
    private TestService Service => shared.Service;

    private async Task<GalleryRecord> NewAsync() =>
        await Service.Client.Galleries.CreateAsync(new GalleryRequest($"g {Guid.NewGuid():N}", new Policy { KeepPhotos = true }));

    [Fact]
    public async Task Whoever_is_enrolled_is_identified_and_whoever_is_not_is_unknown_or_cannot_be_told()
    {
        var gallery = await NewAsync();
        var persons = Service.Client.Persons(gallery.Id);
        var enrolled = await persons.EnrolAsync([new Photo(SampleFaces.People[0], "badge")], new PersonRequest("4711", "Ann"));
        enrolled.Created.ShouldBeTrue();
        enrolled.Accepted.ShouldHaveSingleItem().Weight.ShouldBe(1, 1e-6);
        enrolled.Accepted[0].Image.Reference.ShouldBe("badge");

        var found = await persons.IdentifyAsync(SampleFaces.Again(0), minimumVersion: enrolled.GalleryVersion);
        found.Answer.ShouldBe(IdentityAnswer.Person);
        found.PersonId.ShouldBe(enrolled.Person.Id);
        found.Candidates[0].Name.ShouldBe("Ann");
        found.GalleryVersion.ShouldBeGreaterThanOrEqualTo(enrolled.GalleryVersion);

        var stranger = await persons.IdentifyAsync(SampleFaces.People[1]);
        stranger.Answer.ShouldNotBe(IdentityAnswer.Person);
        stranger.PersonId.ShouldBeNull();

        (await persons.VerifyAsync(enrolled.Person.Id, SampleFaces.Again(0))).Verdict.Answer.ShouldBe(Answer.Same);
    }

    [Fact]
    public async Task An_embedding_in_place_of_a_photograph_gets_the_same_answer()
    {
        var gallery = await NewAsync();
        var persons = Service.Client.Persons(gallery.Id);
        await persons.EnrolAsync([SampleFaces.People[0]], new PersonRequest("1"));
        var photo = await persons.IdentifyAsync(SampleFaces.Again(0));
        var kept = await Service.Client.EmbedAsync(SampleFaces.Again(0));
        using var json = Requests.Json(System.Text.Json.JsonSerializer.Serialize(new
        {
            embedding = new { modelId = kept.ModelId, mu = kept.Faces[0].Mu, logVariance = kept.Faces[0].LogVariance },
        }));
        using var response = await Service.Http.PostAsync($"/v1/galleries/{gallery.Id}/identify", json);
        var answer = await response.JsonAsync();
        answer.GetProperty("personId").GetGuid().ShouldBe(photo.PersonId!.Value);
        answer.GetProperty("probability").GetDouble().ShouldBe(photo.Probability, 1e-3);

        using var other = Requests.Json("""{"embedding": {"modelId": "another", "mu": [1, 0], "logVariance": [-5, -5]}}""");
        using var refused = await Service.Http.PostAsync($"/v1/galleries/{gallery.Id}/identify", other);
        await refused.ShouldBeProblemAsync(409, ProblemCodes.ModelMismatch);
    }

    [Fact]
    public async Task Part_of_an_enrolment_may_be_refused_each_at_its_place()
    {
        var gallery = await NewAsync();
        var result = await Service.Client.Persons(gallery.Id).EnrolAsync(
            [SampleFaces.Blank, SampleFaces.People[0], SampleFaces.Group, SampleFaces.People[0]], new PersonRequest(Name: "Part"));
        result.Accepted.ShouldHaveSingleItem().Index.ShouldBe(1);
        result.Rejected.Select(image => (image.Index, image.Advice[0].Code))
            .ShouldBe([(0, "noFace"), (2, "severalFaces"), (3, "alreadyEnrolled")]);
    }

    [Fact]
    public async Task A_repeated_request_gets_its_first_answer_and_changes_nothing()
    {
        var gallery = await NewAsync();
        async Task<HttpResponseMessage> Enrol(string key, byte[] photo)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/galleries/{gallery.Id}/persons")
            { Content = Requests.Form(("images", photo)).With("name", "Once"), Headers = { { "Idempotency-Key", key } } };
            return await Service.Http.SendAsync(request);
        }

        using var first = await Enrol("enrol-1", SampleFaces.People[0]);
        using var second = await Enrol("enrol-1", SampleFaces.People[0]);
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        var location = first.Headers.Location!.ToString();
        location.ShouldStartWith($"/v1/galleries/{gallery.Id}/persons/");
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        (await Service.Client.Persons(gallery.Id).ListAsync()).Items.Count.ShouldBe(1);
        using var other = await Enrol("enrol-1", SampleFaces.People[1]);
        await other.ShouldBeProblemAsync(422, ProblemCodes.IdempotencyConflict);
    }

    [Fact]
    public async Task A_change_of_what_was_changed_meanwhile_is_refused()
    {
        var gallery = await NewAsync();
        var persons = Service.Client.Persons(gallery.Id);
        var person = (await persons.EnrolAsync([SampleFaces.People[0]], new PersonRequest("a", "Ann"))).Person;
        var changed = await persons.UpdateAsync(person.Id, new PersonRequest(Name: "Anna"), person.Version);
        changed.Name.ShouldBe("Anna");
        changed.ExternalId.ShouldBe("a");
        (await Should.ThrowAsync<PfeServiceException>(() => persons.UpdateAsync(person.Id, new PersonRequest(Name: "Anne"),
            person.Version)))
            .Code.ShouldBe(ProblemCodes.VersionConflict);
        (await Should.ThrowAsync<PfeServiceException>(() => persons.RemoveAsync(person.Id, person.Version))).Code
            .ShouldBe(ProblemCodes.VersionConflict);
        await persons.RemoveAsync(person.Id, changed.Version);
        (await Should.ThrowAsync<PfeServiceException>(() => persons.GetAsync(person.Id))).Code.ShouldBe(ProblemCodes.NotFound);
    }

    [Fact]
    public async Task People_are_merged_split_moved_and_removed()
    {
        var gallery = await NewAsync();
        var persons = Service.Client.Persons(gallery.Id);
        var ann = (await persons.EnrolAsync([SampleFaces.People[0]], new PersonRequest("a", "Ann"))).Person;
        var bea = await persons.EnrolAsync([SampleFaces.Again(0)], new PersonRequest("b", "Bea"));
        // Enrolled twice: the second enrolment says so and asks.
        bea.Accepted[0].Warnings.ShouldContain(advice => advice.Code == "enrolledAsAnother" && advice.PersonId == ann.Id);
        var review = (await Service.Client.Reviews(gallery.Id).ListAsync()).Items.ShouldHaveSingleItem();
        review.CandidateId.ShouldBe(ann.Id);
        (await Service.Client.Reviews(gallery.Id).DecideAsync(review.Id, ReviewState.Same)).State.ShouldBe(ReviewState.Same);
        (await Service.Client.Reviews(gallery.Id).ListAsync()).Items.ShouldBeEmpty();
        (await Service.Client.Reviews(gallery.Id).ListAsync(ReviewState.Same)).Items.Count.ShouldBe(1);

        var merged = await persons.MergeAsync(bea.Person.Id, ann.Id);
        merged.MovedImages.ShouldBe(1);
        merged.Person.Images.ShouldBe(2);
        (await persons.ListAsync()).Items.Count.ShouldBe(1);

        var images = await persons.ListImagesAsync(ann.Id);
        var split = await persons.SplitAsync(ann.Id, new SplitRequest([images[1].Id], Name: "Bea again"));
        split.Person.Name.ShouldBe("Bea again");
        split.Other!.Images.ShouldBe(1);

        using var move = Requests.Json($$"""{"personId": "{{ann.Id}}"}""");
        using var moved = await Service.Http.PostAsync($"/v1/galleries/{gallery.Id}/images/{images[1].Id}:move", move);
        (await moved.JsonAsync()).GetProperty("movedImages").GetInt32().ShouldBe(1);
        await persons.RemoveImageAsync(images[1].Id);
        (await persons.ListImagesAsync(ann.Id)).Count.ShouldBe(1);
        await persons.RemoveAsync(ann.Id);
        (await persons.IdentifyAsync(SampleFaces.Again(0))).Answer.ShouldNotBe(IdentityAnswer.Person);
    }

    [Fact]
    public async Task Lists_come_in_parts_that_fit_together()
    {
        var gallery = await NewAsync();
        for (var i = 0; i < 5; i++)
        {
            using var json = Requests.Json($$"""{"externalId": "p{{i}}"}""");
            using var made = await Service.Http.PostAsync($"/v1/galleries/{gallery.Id}/persons", json);
            made.StatusCode.ShouldBe(HttpStatusCode.Created);
        }
        var (seen, cursor) = (new List<string>(), "");
        do
        {
            using var part = await Service.Http.GetAsync(
                $"/v1/galleries/{gallery.Id}/persons?limit=2{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            var json = await part.JsonAsync();
            seen.AddRange(json.GetProperty("items").EnumerateArray().Select(person => person.GetProperty("externalId").GetString()!));
            cursor = json.GetProperty("next").GetString() ?? "";
        }
        while (cursor.Length > 0 && seen.Count < 100);
        seen.ShouldBe(["p0", "p1", "p2", "p3", "p4"]);
        using var wrong = await Service.Http.GetAsync($"/v1/galleries/{gallery.Id}/persons?cursor=nonsense");
        await wrong.ShouldBeProblemAsync(400, ProblemCodes.InvalidRequest);
        using var taken = Requests.Json("""{"externalId": "p1"}""");
        await (await Service.Http.PostAsync($"/v1/galleries/{gallery.Id}/persons", taken)).ShouldBeProblemAsync(409,
            ProblemCodes.Duplicate);
    }

    [Fact]
    public async Task An_export_imported_elsewhere_finds_the_same_people()
    {
        var gallery = await NewAsync();
        var ann = await Service.Client.Persons(gallery.Id).EnrolAsync([SampleFaces.People[0]], new PersonRequest("a", "Ann"));
        using var asked = await Service.Http.PostAsync($"/v1/galleries/{gallery.Id}/exports", null);
        asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var job = await DoneAsync((await asked.JsonAsync()).GetProperty("id").GetGuid());
        var lines = await Service.Http.GetByteArrayAsync(job.Result);

        var copy = await NewAsync();
        using var content = new ByteArrayContent(lines) { Headers = { ContentType = new("application/x-ndjson") } };
        using var import = await Service.Http.PostAsync($"/v1/galleries/{copy.Id}/imports?newIds=true", content);
        var done = await DoneAsync((await import.JsonAsync()).GetProperty("id").GetGuid());
        done.Outcome.ShouldNotBeNull().ShouldContain("1 persons");
        var found = await Service.Client.Persons(copy.Id).IdentifyAsync(SampleFaces.Again(0));
        found.Answer.ShouldBe(IdentityAnswer.Person);
        found.Candidates[0].ExternalId.ShouldBe("a");
        found.PersonId.ShouldNotBe(ann.Person.Id);

        using var broken = new StringContent("nonsense", null, "application/x-ndjson");
        using var bad = await Service.Http.PostAsync($"/v1/galleries/{copy.Id}/imports", broken);
        var failed = await DoneAsync((await bad.JsonAsync()).GetProperty("id").GetGuid());
        failed.State.ShouldBe(JobState.Failed);
        failed.Outcome.ShouldNotBeNull().ShouldContain("line 1");
    }

    [Fact]
    public async Task The_audit_log_says_who_did_what_without_names()
    {
        var gallery = await NewAsync();
        var person = (await Service.Client.Persons(gallery.Id).EnrolAsync([SampleFaces.People[0]],
            new PersonRequest(Name: "Zebedee"))).Person;
        using var response = await Service.Http.GetAsync($"/v1/audit?gallery={gallery.Id}");
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldNotContain("Zebedee");
        var entry = (await response.JsonAsync()).GetProperty("items")[0];
        entry.GetProperty("action").GetString().ShouldBe("person.enrol");
        entry.GetProperty("subjectId").GetGuid().ShouldBe(person.Id);
        entry.GetProperty("keyId").GetString().ShouldBe(Service.Key[4..12]);
    }

    private async Task<Job> DoneAsync(Guid id)
    {
        for (var i = 0; i < 600; i++)
        {
            var job = await Service.Client.GetJobAsync(id);
            if (job.State is JobState.Done or JobState.Failed) return job;
            await Task.Delay(50);
        }
        throw new TimeoutException("the job is not done");
    }
}
