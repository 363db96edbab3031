using System.Text.Json;
using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests;

public sealed class SqliteGalleryTests : GalleryContractTests
{
    protected override async Task<GalleryStore> OpenStoreAsync() => await SqliteGalleryStore.OpenAsync(Path.Combine(Folder, "store"));
}

[Collection(nameof(PostgreSqlServer))]
public sealed class PostgreSqlGalleryTests(PostgreSqlServer server) : GalleryContractTests
{
    private readonly PostgreSqlStores _stores = new(server);

    protected override Task<GalleryStore> OpenStoreAsync() => _stores.OpenAsync(Path.Combine(Folder, "cache"));
}

/// <summary>What a gallery promises, whatever it is stored in.</summary>
public abstract class GalleryContractTests : StoreTests
{
    [Fact]
    public async Task An_enrolled_person_is_identified_and_a_stranger_is_not()
    {
        for (var person = 0; person < 20; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0, 1));
        var known = await Gallery.IdentifyAsync(TestFaces.Image(7, 5));
        known.Answer.ShouldBe(IdentityAnswer.Person, known.Reason);
        known.Candidates[0].ExternalId.ShouldBe("id-7");
        known.PersonId.ShouldBe(known.Candidates[0].PersonId);
        known.RunnerUp!.PersonId.ShouldNotBe(known.PersonId!.Value);
        known.Candidates.Select(candidate => candidate.PersonId).ShouldBeUnique();
        known.Coverage.ShouldBe(1);
        (known.Candidates.Sum(candidate => candidate.Probability) + known.UnknownProbability).ShouldBeInRange(0.9, 1 + 1e-9);

        var stranger = await Gallery.IdentifyAsync(TestFaces.Image(999, 0));
        stranger.Answer.ShouldBe(IdentityAnswer.Unknown, stranger.Reason);
        stranger.PersonId.ShouldBeNull();
    }

    [Fact]
    public async Task A_face_the_model_is_uncertain_of_gets_no_answer()
    {
        await Gallery.EnrolAsync(TestFaces.Request(1, 0));
        var answer = await Gallery.IdentifyAsync(TestFaces.Image(1, 9, logVariance: 0));
        answer.Answer.ShouldBe(IdentityAnswer.CannotTell);
        answer.Reason.ShouldNotBeEmpty();
        answer.PersonId.ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_is_known_in_an_empty_gallery()
    {
        var answer = await Gallery.IdentifyAsync(TestFaces.Image(1, 0));
        (answer.Answer, answer.Candidates.Count, answer.RunnerUp).ShouldBe((IdentityAnswer.Unknown, 0, null));
    }

    [Fact]
    public async Task A_restart_finds_everything_that_was_enrolled()
    {
        var person = (await Gallery.EnrolAsync(TestFaces.Request(3, 0, 1, 2))).Person;
        var before = await Gallery.IdentifyAsync(TestFaces.Image(3, 7));
        await ReopenAsync();
        (await Gallery.GetPersonAsync(person.Id)).ShouldBeEquivalentTo(person);
        (await Gallery.ListImagesAsync(person.Id)).Count.ShouldBe(3);
        var after = await Gallery.IdentifyAsync(TestFaces.Image(3, 7));
        after.PersonId.ShouldBe(person.Id);
        after.Candidates[0].Score.ShouldBe(before.Candidates[0].Score);
    }

    [Fact]
    public async Task A_repeated_request_with_its_key_changes_nothing_and_gets_the_first_answer()
    {
        var context = new WriteContext { KeyId = "k", IdempotencyKey = "one", RequestHash = "a" };
        var first = await Gallery.EnrolAsync(TestFaces.Request(1, 0), context);
        await ReopenAsync();
        var again = await Gallery.EnrolAsync(TestFaces.Request(1, 0), context);
        JsonSerializer.Serialize(again).ShouldBe(JsonSerializer.Serialize(first));
        (await Gallery.ListImagesAsync(first.Person.Id)).Count.ShouldBe(1);
        (await Gallery.GetInfoAsync()).Version.ShouldBe(first.GalleryVersion);
        var other = await Should.ThrowAsync<GalleryException>(() =>
            Gallery.EnrolAsync(TestFaces.Request(2, 0), context with { RequestHash = "b" }));
        other.Error.ShouldBe(GalleryError.IdempotencyConflict);
        (await Gallery.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Requests_with_one_key_at_the_same_time_are_done_once()
    {
        var context = new WriteContext { IdempotencyKey = "same" };
        var results = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => Gallery.EnrolAsync(TestFaces.Request(1, 0), context))));
        results.Select(result => result.Person.Id).Distinct().ShouldHaveSingleItem();
        (await Gallery.ListImagesAsync(results[0].Person.Id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_embedding_of_another_model_is_refused()
    {
        (await Should.ThrowAsync<GalleryException>(() => Catalog.OpenAsync(Gallery.Id, TestFaces.OtherModel))).Error
            .ShouldBe(GalleryError.ModelMismatch);
        var face = TestFaces.Image(1, 0);
        var foreign = new FaceEmbedding(face.Mu, face.LogVariance, "model-b");
        (await Should.ThrowAsync<GalleryException>(() => Gallery.IdentifyAsync(foreign))).Error.ShouldBe(GalleryError.ModelMismatch);
        var shorter = new FaceEmbedding(face.Mu[..9], face.LogVariance[..9]);
        (await Should.ThrowAsync<GalleryException>(() => Gallery.EnrolAsync(new EnrolRequest { Samples = [new FaceSample(shorter)] })))
            .Error
            .ShouldBe(GalleryError.ModelMismatch);
    }

    [Fact]
    public async Task A_merge_makes_one_person_of_two_and_a_split_two_of_one()
    {
        var a = (await Gallery.EnrolAsync(TestFaces.Request(1, 0, 1))).Person;
        var b = (await Gallery.EnrolAsync(TestFaces.Request(2, 0))).Person;
        var merged = await Gallery.MergeAsync(b.Id, a.Id);
        (merged.Person.Images, merged.MovedImages, merged.Person.ExternalId).ShouldBe((3, 1, "id-1"));
        (await Should.ThrowAsync<GalleryException>(() => Gallery.GetPersonAsync(b.Id))).Error.ShouldBe(GalleryError.NotFound);
        (await Gallery.IdentifyAsync(TestFaces.Image(2, 5))).PersonId.ShouldBe(a.Id);

        var image = (await Gallery.ListImagesAsync(a.Id)).Single(image => image.Reference == "person-2-shot-0").Id;
        var split = await Gallery.SplitAsync(a.Id, [image], "id-2");
        (await Gallery.IdentifyAsync(TestFaces.Image(2, 5))).PersonId.ShouldBe(split.Person.Id);
        (await Gallery.IdentifyAsync(TestFaces.Image(1, 5))).PersonId.ShouldBe(a.Id);
        (await Gallery.GetPersonAsync(a.Id)).Images.ShouldBe(2);
    }

    [Fact]
    public async Task What_was_decided_in_reviews_are_scored_pairs_even_after_the_two_became_one()
    {
        for (var person = 0; person < 4; person++)
        {
            await Gallery.EnrolAsync(TestFaces.Request(person, 0, 1));
            await Gallery.EnrolAsync(new EnrolRequest { ExternalId = $"again-{person}", Samples = [TestFaces.Sample(person, 2)] });
        }
        var reviews = (await Gallery.ListReviewsAsync()).Items;
        reviews.Count.ShouldBe(4);
        (await Gallery.ListReviewedPairsAsync()).Pairs.ShouldBeEmpty();
        await Gallery.DecideReviewAsync(reviews[0].Id, ReviewState.Same);
        await Gallery.MergeAsync(reviews[0].PersonId!.Value, reviews[0].CandidateId);
        await Gallery.DecideReviewAsync(reviews[1].Id, ReviewState.Different);
        await Gallery.DecideReviewAsync(reviews[2].Id, ReviewState.Skipped);
        // A merge without a decision is one.
        await Gallery.MergeAsync(reviews[3].CandidateId, reviews[3].PersonId!.Value, new WriteContext { KeyId = "me" });
        var merged = await Gallery.GetReviewAsync(reviews[3].Id);
        (merged.State, merged.DecidedBy, merged.PersonId).ShouldBe((ReviewState.Same, "me", merged.CandidateId));
        (await Should.ThrowAsync<GalleryException>(() => Gallery.DecideReviewAsync(merged.Id, ReviewState.Open))).Message
            .ShouldContain("split that person");

        var decided = await Gallery.ListReviewedPairsAsync();
        decided.ModelId.ShouldBe(TestFaces.Model.Id);
        decided.Pairs.Select(pair => pair.IsSame).Order().ShouldBe([false, true, true]);
        var other = decided.Pairs.Single(pair => !pair.IsSame);
        (other.Score, other.Uncertainty1, other.Uncertainty2)
            .ShouldBe(((float)reviews[1].Score, reviews[1].Uncertainty1, reviews[1].Uncertainty2));
        var file = Path.Combine(Folder, "decisions.csv");
        await File.WriteAllTextAsync(file, decided.ToCsv());
        Calibration.ReviewedPairs.Load(file).Pairs.ShouldBe(decided.Pairs);
        // Scores of a model that the gallery left say nothing of the one it has.
        await Store.WriteAsync(
            session => session.ExecuteAsync($"UPDATE gallery SET generation = 2 WHERE id = {Gallery.Id}", default), default);
        (await Gallery.ListReviewedPairsAsync()).Pairs.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_moved_image_is_found_where_it_went()
    {
        var a = (await Gallery.EnrolAsync(TestFaces.Request(1, 0))).Person;
        var b = (await Gallery.EnrolAsync(
            new EnrolRequest { Name = "other", Samples = [TestFaces.Sample(2, 0), TestFaces.Sample(1, 1)] })).Person;
        var image = (await Gallery.ListImagesAsync(b.Id)).Single(image => image.Reference == "person-1-shot-1").Id;
        await Gallery.MoveImageAsync(image, a.Id);
        (await Gallery.IdentifyAsync(TestFaces.Image(1, 5))).PersonId.ShouldBe(a.Id);
        ((await Gallery.GetPersonAsync(a.Id)).Images, (await Gallery.GetPersonAsync(b.Id)).Images).ShouldBe((2, 1));
    }

    [Fact]
    public async Task A_removed_person_is_not_found_again_even_after_a_restart()
    {
        var person = (await Gallery.EnrolAsync(TestFaces.Request(1, 0))).Person;
        await Gallery.EnrolAsync(TestFaces.Request(2, 0));
        (await Gallery.RemovePersonAsync(person.Id)).Images.ShouldBe(1);
        (await Gallery.IdentifyAsync(TestFaces.Image(1, 5))).Answer.ShouldBe(IdentityAnswer.Unknown);
        await ReopenAsync();
        (await Gallery.IdentifyAsync(TestFaces.Image(1, 5))).Answer.ShouldBe(IdentityAnswer.Unknown);
        (await Gallery.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_change_of_what_somebody_else_changed_is_refused()
    {
        var person = (await Gallery.EnrolAsync(TestFaces.Request(1, 0))).Person;
        await Gallery.UpdatePersonAsync(person.Id, new PersonChange(Name: "new"), person.Version);
        var refused = await Should.ThrowAsync<GalleryException>(() =>
            Gallery.UpdatePersonAsync(person.Id, new PersonChange(Name: "newer"), person.Version));
        refused.Error.ShouldBe(GalleryError.VersionConflict);
        (await Gallery.GetPersonAsync(person.Id)).Name.ShouldBe("new");
    }

    [Fact]
    public async Task Persons_are_listed_in_parts_and_found_by_name()
    {
        for (var person = 0; person < 5; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        var (seen, cursor) = (new List<string?>(), (string?)null);
        do
        {
            var page = await Gallery.ListPersonsAsync(cursor: cursor, limit: 2);
            seen.AddRange(page.Items.Select(person => person.ExternalId));
            cursor = page.Next;
        }
        while (cursor is not null);
        seen.ShouldBe(["id-0", "id-1", "id-2", "id-3", "id-4"]);
        (await Gallery.ListPersonsAsync("NAME 3")).Items.ShouldHaveSingleItem().ExternalId.ShouldBe("id-3");
        (await Gallery.ListPersonsAsync("%")).Items.ShouldBeEmpty();
        (await Should.ThrowAsync<GalleryException>(() => Gallery.ListPersonsAsync(cursor: "nonsense")))
            .Error.ShouldBe(GalleryError.Invalid);
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_log_and_the_log_shows_tampering()
    {
        var person = (await Gallery.EnrolAsync(TestFaces.Request(1, 0), new WriteContext { KeyId = "key", RequestId = "r1" })).Person;
        await Gallery.RemovePersonAsync(person.Id);
        var entries = (await Catalog.Audit.ListAsync(Gallery.Id)).Items;
        entries.Select(entry => entry.Action).ShouldBe(["person.remove", "person.enrol"]);
        (entries[1].KeyId, entries[1].RequestId, entries[1].SubjectId).ShouldBe(("key", "r1", person.Id));
        entries.ShouldAllBe(entry => !entry.Outcome.Contains("Name 1"));
        (await Catalog.Audit.CheckAsync(Gallery.Id)).ShouldBeEmpty();
        await Store.WriteAsync(session =>
            session.ExecuteAsync($"UPDATE audit SET outcome = {"nothing"} WHERE scope = {Gallery.Id} AND sequence = 1", default), default);
        (await Catalog.Audit.CheckAsync(Gallery.Id)).ShouldHaveSingleItem().ShouldContain("entry 1 was altered");
    }

    [Fact]
    public async Task A_key_opens_until_it_expires_or_is_removed()
    {
        var made = await Catalog.Keys.CreateAsync("phone", KeyScopes.Read | KeyScopes.Enrol, [Gallery.Id]);
        made.Secret.ShouldStartWith($"pfe_{made.Key.Id}_");
        var found = await Catalog.Keys.FindAsync(made.Secret);
        (found!.Id, found.Scopes, found.Galleries.ShouldHaveSingleItem())
            .ShouldBe((made.Key.Id, KeyScopes.Read | KeyScopes.Enrol, Gallery.Id));
        (await Catalog.Keys.FindAsync(made.Secret[..^1] + (made.Secret[^1] == 'A' ? 'B' : 'A'))).ShouldBeNull();
        (await Catalog.Keys.FindAsync("pfe_00000000_x")).ShouldBeNull();
        (await Catalog.Keys.ListAsync()).ShouldHaveSingleItem().LastUsed.ShouldNotBeNull();
        await Catalog.Keys.RemoveAsync(made.Key.Id);
        (await Catalog.Keys.FindAsync(made.Secret)).ShouldBeNull();
    }

    [Fact]
    public async Task Two_processes_see_each_others_changes()
    {
        await using var store = await OpenStoreAsync();
        await using var catalog = new GalleryCatalog(store, Options);
        var other = await catalog.OpenAsync(Gallery.Id, TestFaces.Model);
        (await other.IdentifyAsync(TestFaces.Image(1, 5))).Answer.ShouldBe(IdentityAnswer.Unknown);
        var enrolled = await Gallery.EnrolAsync(TestFaces.Request(1, 0));
        var seen = await other.IdentifyAsync(TestFaces.Image(1, 5), new IdentifyOptions { MinimumVersion = enrolled.GalleryVersion });
        (seen.PersonId, seen.GalleryVersion).ShouldBe((enrolled.Person.Id, enrolled.GalleryVersion));
        await other.RemovePersonAsync(enrolled.Person.Id);
        (await Gallery.IdentifyAsync(TestFaces.Image(1, 5))).Answer.ShouldBe(IdentityAnswer.Unknown);
        var ahead = await Should.ThrowAsync<GalleryException>(() =>
            Gallery.IdentifyAsync(TestFaces.Image(1, 5), new IdentifyOptions { MinimumVersion = 99 }));
        ahead.Error.ShouldBe(GalleryError.Behind);
    }

    [Fact]
    public async Task A_job_keeps_its_place_over_a_restart_and_a_cancelled_one_stays_cancelled()
    {
        var job = await Catalog.Jobs.CreateAsync(JobKind.Export, Gallery.Id, "{}");
        await Catalog.Jobs.UpdateAsync(job.Id, at => at with { State = JobState.Running, Done = 5, Total = 9, Cursor = "here" });
        await ReopenAsync();
        var found = (await Catalog.Jobs.ListUnfinishedAsync()).ShouldHaveSingleItem();
        (found.Id, found.Done, found.Total, found.Cursor).ShouldBe((job.Id, 5, 9, "here"));
        await Catalog.Jobs.CancelAsync(job.Id);
        (await Catalog.Jobs.UpdateAsync(job.Id, at => at with { State = JobState.Done })).State.ShouldBe(JobState.Cancelled);
    }

    private Task<int> WriteAsync(FormattableString sql) => Store.WriteAsync(session => session.ExecuteAsync(sql, default), default);

    [Fact]
    public async Task Persons_are_counted_whatever_comes_and_goes_and_whoever_writes()
    {
        var persons = new List<Guid>();
        for (var i = 0; i < 4; i++) persons.Add((await Gallery.EnrolAsync(TestFaces.Request(i, 0))).Person.Id);
        (await Gallery.CountAsync()).ShouldBe(4);
        await Gallery.RemovePersonAsync(persons[0]);
        await Gallery.MergeAsync(persons[1], persons[2]);
        (await Gallery.CountAsync()).ShouldBe(2);
        await Should.ThrowAsync<GalleryException>(() => Gallery.RemovePersonAsync(persons[0]));
        (await Gallery.CountAsync()).ShouldBe(2);
        // A program that knows no count: it writes, and takes the next version.
        await WriteAsync($"DELETE FROM change WHERE person_id = {persons[3]}");
        await WriteAsync($"DELETE FROM template WHERE person_id = {persons[3]}");
        await WriteAsync($"DELETE FROM image WHERE person_id = {persons[3]}");
        await WriteAsync($"DELETE FROM person WHERE id = {persons[3]}");
        await WriteAsync($"UPDATE gallery SET version = version + 1 WHERE id = {Gallery.Id}");
        (await Gallery.CountAsync()).ShouldBe(1);
        await Gallery.EnrolAsync(TestFaces.Request(5, 0));
        (await Gallery.CountAsync()).ShouldBe(2);
        (await Store.ReadAsync(session => session.NumberAsync($"SELECT persons FROM gallery WHERE counted = version", default), default))
            .ShouldBe(2);
        (await Gallery.CheckAsync()).Problems.ShouldBeEmpty();
        await WriteAsync($"UPDATE gallery SET persons = 7 WHERE id = {Gallery.Id}");
        (await Gallery.CheckAsync()).Problems.ShouldHaveSingleItem().ShouldContain("7 persons are counted and 2 are there");
    }

    [Fact]
    public async Task A_store_of_an_older_version_is_opened_and_its_persons_are_counted()
    {
        for (var i = 0; i < 3; i++) await Gallery.EnrolAsync(TestFaces.Request(i, 0));
        await WriteAsync($"ALTER TABLE gallery DROP COLUMN persons");
        await WriteAsync($"ALTER TABLE gallery DROP COLUMN counted");
        await WriteAsync($"DELETE FROM schema_version WHERE n = 4");
        await ReopenAsync();
        (await Store.ReadAsync(session => session.NumberAsync($"SELECT persons FROM gallery WHERE counted = version", default), default))
            .ShouldBe(3);
        (await Gallery.CountAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task A_gallery_is_removed_with_everybody()
    {
        await Gallery.EnrolAsync(TestFaces.Request(1, 0, 1));
        var removed = await Catalog.RemoveAsync(Gallery.Id);
        (removed.Persons, removed.Images).ShouldBe((1, 2));
        (await Catalog.ListAsync()).Items.ShouldBeEmpty();
        (await Should.ThrowAsync<GalleryException>(() =>
            Catalog.CreateAsync("people", TestFaces.Model, new GalleryPolicy { CertainFrom = 2 }))).Error
            .ShouldBe(GalleryError.Invalid);
        await Catalog.CreateAsync("people", TestFaces.Model);
        (await Should.ThrowAsync<GalleryException>(() => Catalog.CreateAsync("people", TestFaces.Model)))
            .Error.ShouldBe(GalleryError.Duplicate);
    }

    [Fact]
    public async Task A_check_of_a_sound_gallery_finds_nothing_and_of_a_damaged_one_the_damage()
    {
        for (var person = 0; person < 3; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0, 1));
        var sound = await Gallery.CheckAsync();
        sound.Problems.ShouldBeEmpty();
        (sound.Persons, sound.Images).ShouldBe((3, 6));
        await Store.WriteAsync(session =>
            session.ExecuteAsync($"DELETE FROM template WHERE person_id IN (SELECT id FROM person WHERE external_id = {"id-1"})", default),
            default);
        (await Gallery.CheckAsync()).Problems.Count(problem => problem.Contains("no template")).ShouldBe(2);
    }
}
