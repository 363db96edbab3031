using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;
using Pfe.Vision.Faces;

namespace Pfe.Gallery.Tests.Enrolment;

public sealed class EnrolmentTests : StoreTests
{
    protected override async Task<GalleryStore> OpenStoreAsync() => await SqliteGalleryStore.OpenAsync(Path.Combine(Folder, "store"));

    private static readonly FaceMeasures Fine = new(120, 0.99, 120, 50, 300, 2, 0.02, 5);

    [Theory]
    [InlineData(AdviceCode.TooSmall, "24 pixels wide")]
    [InlineData(AdviceCode.TooDark, "dark")]
    [InlineData(AdviceCode.TooBright, "bright")]
    [InlineData(AdviceCode.LowContrast, "contrast")]
    [InlineData(AdviceCode.Blurred, "blurred")]
    [InlineData(AdviceCode.Rotated, "rotated by 40 degrees")]
    [InlineData(AdviceCode.Turned, "turned")]
    [InlineData(AdviceCode.Covered, "mask?")]
    [InlineData(AdviceCode.Uncertain, "too uncertain")]
    public void A_refused_face_is_told_what_is_wrong(AdviceCode code, string words)
    {
        var face = code switch
        {
            AdviceCode.TooSmall => Fine with { Width = 24 },
            AdviceCode.TooDark => Fine with { Brightness = 20 },
            AdviceCode.TooBright => Fine with { Brightness = 240 },
            AdviceCode.LowContrast => Fine with { Contrast = 8 },
            AdviceCode.Blurred => Fine with { Sharpness = 3 },
            AdviceCode.Rotated => Fine with { Roll = -40 },
            AdviceCode.Turned => Fine with { Yaw = 0.6 },
            AdviceCode.Covered => Fine with { LowerFace = 50 },
            _ => Fine,
        };
        var (isAccepted, advice) = QualityGate.Judge(new GalleryPolicy(), quality: 1, face);
        isAccepted.ShouldBeFalse();
        advice.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(found => found.Code.ShouldBe(code), found => found.Text.ShouldContain(words));
    }

    [Fact]
    public void A_face_the_model_is_certain_of_is_accepted_dark_or_not_with_a_word_about_it()
    {
        QualityGate.Judge(new GalleryPolicy(), 60, Fine)
            .ShouldSatisfyAllConditions(fine => fine.Accepted.ShouldBeTrue(), fine => fine.Advice.ShouldBeEmpty());
        var (isAccepted, advice) = QualityGate.Judge(new GalleryPolicy(), 60, Fine with { Brightness = 20 });
        isAccepted.ShouldBeTrue();
        advice.ShouldHaveSingleItem().Code.ShouldBe(AdviceCode.TooDark);
        QualityGate.Judge(new GalleryPolicy(), 60, Fine with { Width = 24 }).Accepted.ShouldBeFalse();
    }

    [Fact]
    public async Task Good_faces_are_stored_and_bad_ones_refused_in_one_request()
    {
        var result = await Gallery.EnrolAsync(new EnrolRequest
        {
            Name = "Ann",
            Samples = [TestFaces.Sample(1, 0), TestFaces.Sample(1, 1) with { Measures = Fine with { Width = 10 } },
                TestFaces.Sample(1, 2, logVariance: 0)],
        });
        result.Accepted.ShouldHaveSingleItem().Image.Reference.ShouldBe("person-1-shot-0");
        result.Rejected.Select(image => image.Advice[0].Code).ShouldBe([AdviceCode.TooSmall, AdviceCode.Uncertain]);
        result.Person.Images.ShouldBe(1);
    }

    [Fact]
    public async Task A_request_without_a_usable_face_stores_nothing_and_brings_the_advice()
    {
        var refused = await Should.ThrowAsync<GalleryException>(() =>
            Gallery.EnrolAsync(new EnrolRequest { Name = "Ann", Samples = [TestFaces.Sample(1, 0, logVariance: 0)] }));
        refused.Error.ShouldBe(GalleryError.NoUsableFace);
        refused.Rejected.ShouldHaveSingleItem().Advice.ShouldHaveSingleItem().Code.ShouldBe(AdviceCode.Uncertain);
        (await Gallery.CountAsync()).ShouldBe(0);
        (await Gallery.GetInfoAsync()).Version.ShouldBe(0);
    }

    [Fact]
    public async Task A_face_enrolled_as_somebody_else_is_warned_of_and_waits_for_review()
    {
        var ann = (await Gallery.EnrolAsync(TestFaces.Request(1, 0, 1))).Person;
        var again = await Gallery.EnrolAsync(new EnrolRequest { Name = "Anna", Samples = [TestFaces.Sample(1, 2)] });
        var warning = again.Accepted.ShouldHaveSingleItem().Warnings.ShouldHaveSingleItem();
        (warning.Code, warning.PersonId).ShouldBe((AdviceCode.EnrolledAsAnother, ann.Id));
        var review = (await Gallery.ListReviewsAsync()).Items.ShouldHaveSingleItem();
        (review.Kind, review.PersonId, review.CandidateId).ShouldBe((ReviewKind.PossibleDuplicate, again.Person.Id, ann.Id));
        var decided = await Gallery.DecideReviewAsync(review.Id, ReviewState.Same, review.Version, new WriteContext { KeyId = "me" });
        (decided.State, decided.DecidedBy).ShouldBe((ReviewState.Same, "me"));
        (await Gallery.ListReviewsAsync()).Items.ShouldBeEmpty();
        (await Should.ThrowAsync<GalleryException>(() => Gallery.DecideReviewAsync(review.Id, ReviewState.Different, review.Version))).Error
            .ShouldBe(GalleryError.VersionConflict);
    }

    [Fact]
    public async Task A_face_unlike_its_persons_others_is_kept_apart_with_a_warning()
    {
        await Gallery.EnrolAsync(TestFaces.Request(1, 0, 1));
        var odd = await Gallery.EnrolAsync(new EnrolRequest { ExternalId = "id-1", Samples = [TestFaces.Sample(2, 0)] });
        odd.Accepted.ShouldHaveSingleItem().Warnings.ShouldContain(warning => warning.Code == AdviceCode.UnlikeThePerson);
        odd.Anchors.ShouldBe(2);
    }

    [Fact]
    public async Task The_same_photograph_is_not_enrolled_twice_for_one_person()
    {
        var sample = TestFaces.Sample(1, 0) with { Sha256 = new string('a', 64) };
        await Gallery.EnrolAsync(new EnrolRequest { ExternalId = "id-1", Samples = [sample] });
        var again = await Should.ThrowAsync<GalleryException>(() =>
            Gallery.EnrolAsync(new EnrolRequest { ExternalId = "id-1", Samples = [sample] }));
        again.Rejected.ShouldHaveSingleItem().Advice.ShouldHaveSingleItem().Code.ShouldBe(AdviceCode.AlreadyEnrolled);
    }

    [Fact]
    public async Task Photographs_are_kept_only_where_the_policy_says_so()
    {
        var sample = TestFaces.Sample(1, 0) with { Photo = new byte[] { 1, 2, 3 } };
        var without = await Gallery.EnrolAsync(new EnrolRequest { Samples = [sample] });
        (await Gallery.GetPhotoAsync(without.Accepted[0].Image.Id)).ShouldBeNull();
        await Catalog.UpdateAsync(Gallery.Id, TestFaces.Model, policy: new GalleryPolicy { KeepPhotos = true });
        var with = await Gallery.EnrolAsync(new EnrolRequest { Samples = [sample] });
        (await Gallery.GetPhotoAsync(with.Accepted[0].Image.Id)).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_given_opens_a_review_where_that_is_wanted()
    {
        await Gallery.EnrolAsync(TestFaces.Request(1, 0));
        var answer = await Gallery.IdentifyAsync(TestFaces.Image(1, 9, logVariance: 0), new IdentifyOptions { OpenReview = true });
        answer.Answer.ShouldBe(IdentityAnswer.CannotTell);
        var review = await Gallery.GetReviewAsync(answer.ReviewId!.Value);
        (review.Kind, review.CandidateId, review.ImageId).ShouldBe((ReviewKind.Identification, answer.Candidates[0].PersonId, null));
    }
}
