using Pfe.Calibration;
using Pfe.Gallery.Decisions;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

public sealed partial class FaceGallery
{
    /// <summary>The faces of one request on their way into the store.</summary>
    private sealed class Enrolment(FaceGallery gallery, GalleryInfo info, Person person, EnrolRequest request,
        IReadOnlyList<Template> before)
    {
        private readonly List<FacePoint> _faces = [.. before.Select(template => new FacePoint(template.Mu, template.LogVariance))];
        private readonly IReadOnlyList<Anchor> _anchorsBefore = before.Count == 0
            ? [] : AnchorPlan.Of([.. before.Select(template => new FacePoint(template.Mu, template.LogVariance))], gallery.Calibration,
                info.Policy.MaximumAnchors);
        private readonly List<Review> _reviews = [];
        private readonly List<(EnrolledImage Image, FaceSample Sample, List<Advice> Warnings)> _stored = [];

        /// <summary>How many were taken.</summary>
        public int Accepted => _stored.Count;

        public List<RejectedImage> Rejected { get; } = [];

        /// <summary>Takes a face or refuses it.</summary>
        public void Judge(FaceSample sample, FacePoint face, PersonScore[] nearest, HashSet<string> known, WriteScope scope)
        {
            var quality = gallery.QualityOf(face);
            var (isGood, advice) = QualityGate.Judge(info.Policy, quality.Quality, sample.Measures);
            if (sample.Sha256 is { } sum && !known.Add(sum)) (isGood, advice) =
                (false, [new(AdviceCode.AlreadyEnrolled, "this very photograph is enrolled as this person already")]);
            else if (request.IgnoreGate) isGood = true;
            if (!isGood)
            {
                Rejected.Add(new(sample.Reference, advice));
                return;
            }
            var keeps = info.Policy.KeepPhotos && sample.Photo is not null;
            var image = new EnrolledImage(scope.NewId(), person.Id, sample.Reference, sample.Sha256, quality.Quality, face.Uncertainty,
                sample.Measures, keeps, scope.Now);
            var warnings = new List<Advice>(advice);
            WarnOfAnother(image, face, nearest, warnings, scope);
            if (IsUnlike(face)) warnings.Add(
                new(AdviceCode.UnlikeThePerson, "this face does not look like the person's other photographs; it is kept apart from them"));
            _stored.Add((image, sample, warnings));
            _faces.Add(face);
        }

        /// <summary>Writes what was taken.</summary>
        public async Task StoreAsync(WriteScope scope, CancellationToken cancellation)
        {
            foreach (var (image, sample, _) in _stored)
            {
                await scope.Session.AddImageAsync(gallery.Id, image, cancellation).ConfigureAwait(false);
                if (image.HasPhoto)
                    await scope.Session.AddPhotoAsync(image.Id, sample.Photo!.Value.ToArray(), cancellation).ConfigureAwait(false);
            }
            var templates = _stored.Select(stored =>
                new Template(stored.Image.Id, person.Id, info.Generation, stored.Image.Quality, stored.Image.Uncertainty,
                stored.Sample.Embedding.Mu.ToArray(), stored.Sample.Embedding.LogVariance.ToArray())).ToList();
            await gallery.Store.AddTemplatesAsync(scope.Session, gallery.Id, templates, cancellation).ConfigureAwait(false);
            foreach (var review in _reviews)
                await scope.Session.AddReviewAsync(review, info.Generation, cancellation).ConfigureAwait(false);
        }

        /// <summary>The person's anchors with the new images, and how much each of these counts.</summary>
        public (IReadOnlyList<AcceptedImage> Accepted, int Anchors) Weigh()
        {
            var anchors = AnchorPlan.Of(_faces, gallery.Calibration, info.Policy.MaximumAnchors);
            var weights = AnchorPlan.Weights(_faces, anchors);
            return ([.. _stored.Select((stored, i) =>
                new AcceptedImage(stored.Image, weights[before.Count + i].Weight, weights[before.Count + i].Anchor, stored.Warnings))],
                anchors.Count);
        }

        private bool IsUnlike(FacePoint face) => _anchorsBefore.Count > 0
            && _anchorsBefore.Max(anchor => face.EvidenceWith(anchor.Face, gallery.Calibration)) < gallery.Calibration.DifferentBelow;

        private void WarnOfAnother(EnrolledImage image, FacePoint face, PersonScore[] nearest, List<Advice> warnings, WriteScope scope)
        {
            var rate = info.Policy.FalseMatchRate ?? gallery.Calibration.DefaultFalseMatchRate;
            foreach (var match in nearest.Where(match => match.PersonId != person.Id).Take(1))
            {
                var evidence = gallery.Calibration.LogLikelihoodRatio(match.Score, face.Uncertainty, match.Uncertainty);
                if (evidence < gallery.Calibration.ThresholdAt(rate)) continue;
                var probability = gallery.Calibration.Probability(match.Score, face.Uncertainty, match.Uncertainty);
                // No calibration on some thousand pairs supports more nines.
                var stated = probability > 0.999 ? "more than 99.9 %" : $"{probability:0.0 %}";
                var text = $"this face looks like another enrolled person (P(same) {stated}): merge the two, or move the photograph";
                warnings.Add(new(AdviceCode.EnrolledAsAnother, text, match.PersonId));
                if (request.OpenReviews)
                    _reviews.Add(new(scope.NewId(), gallery.Id, ReviewKind.PossibleDuplicate, image.Id, person.Id, match.PersonId,
                        probability, match.Score, face.Uncertainty, match.Uncertainty,
                        "an enrolled photograph looks like another enrolled person", ReviewState.Open, null, null, 1, scope.Now));
            }
        }
    }
}
