using Pfe.Gallery;
using Pfe.Vision.Faces;
using Calibrated = Pfe.Calibration;
using Wire = Pfe.Client;

namespace Pfe.Server.Messages;

/// <summary>From the library's records to those that travel.</summary>
internal static class WireRecords
{
    public static Wire.Face Of(DetectedFace face) => new(
        new(Math.Round(face.Box.Left, 2), Math.Round(face.Box.Top, 2), Math.Round(face.Box.Right, 2), Math.Round(face.Box.Bottom, 2)),
        face.Score, [.. Enumerable.Range(0, 5).Select(i => new Wire.Point(Math.Round(face.Landmarks[i].X, 2),
            Math.Round(face.Landmarks[i].Y, 2)))]);

    public static Wire.Advice Of(Advice advice) => new(Camel(advice.Code), advice.Text, advice.PersonId);

    public static Wire.Measures Of(FaceMeasures measures) => new(measures.Width, measures.Brightness, measures.Contrast, measures.Sharpness,
        measures.Roll, measures.Yaw);

    public static Wire.Verdict Of(Calibrated.Verdict verdict) => new((Wire.Answer)verdict.Answer, verdict.Probability,
        verdict.LogLikelihoodRatio, verdict.FalseMatchRate, verdict.FalseNonMatchRate, verdict.Reason);

    public static Wire.GalleryRecord Of(GalleryInfo info, int? persons = null) => new(info.Id, info.Name, info.ModelId, info.ModelName,
        info.Dimension, info.Generation, info.Version, persons, Of(info.Policy), info.Created, info.Updated);

    public static Wire.Policy Of(GalleryPolicy policy) => new()
    {
        FalseMatchRate = policy.FalseMatchRate,
        CertainFrom = policy.CertainFrom,
        StrangerShare = policy.StrangerShare,
        MinimumQuality = policy.MinimumQuality,
        MinimumFaceWidth = policy.MinimumFaceWidth,
        KeepPhotos = policy.KeepPhotos,
        MaximumAnchors = policy.MaximumAnchors,
    };

    /// <summary>A policy with what a caller names changed.</summary>
    public static GalleryPolicy Changed(GalleryPolicy policy, Wire.Policy? change) => change is null ? policy : policy with
    {
        FalseMatchRate = change.FalseMatchRate ?? policy.FalseMatchRate,
        CertainFrom = change.CertainFrom ?? policy.CertainFrom,
        StrangerShare = change.StrangerShare ?? policy.StrangerShare,
        MinimumQuality = change.MinimumQuality ?? policy.MinimumQuality,
        MinimumFaceWidth = change.MinimumFaceWidth ?? policy.MinimumFaceWidth,
        KeepPhotos = change.KeepPhotos ?? policy.KeepPhotos,
        MaximumAnchors = change.MaximumAnchors ?? policy.MaximumAnchors,
    };

    public static Wire.Person Of(Person person) => new(person.Id, person.ExternalId, person.Name, person.Metadata, person.Images,
        person.Version, person.Created, person.Updated);

    public static Wire.EnrolledImage Of(EnrolledImage image) => new(image.Id, image.PersonId, image.Reference, image.Quality,
        image.Uncertainty, image.HasPhoto, image.Created);

    public static Wire.RejectedImage Of(RejectedImage image, int index) => new(index, image.Reference, [.. image.Advice.Select(Of)]);

    public static Wire.MoveResult Of(MergeResult result) => new(Of(result.Person), result.Other is { } other ? Of(other) : null,
        result.MovedImages, result.GalleryVersion);

    public static Wire.Review Of(Review review) => new(review.Id, Camel(review.Kind), review.ImageId, review.PersonId, review.CandidateId,
        review.Probability, review.Score, review.Uncertainty1, review.Uncertainty2, review.Reason, (Wire.ReviewState)review.State,
        review.DecidedBy, review.Decided, review.Version, review.Created);

    public static Wire.Candidate Of(Candidate candidate) => new(candidate.PersonId, candidate.ExternalId, candidate.Name,
        candidate.Probability, candidate.Score, candidate.Evidence);

    public static Wire.Identification Of(Identification found, Wire.Face? face, int faces) => new((Wire.IdentityAnswer)found.Answer,
        found.Reason, found.Probability, found.PersonId, found.UnknownProbability, [.. found.Candidates.Select(Of)],
        found.RunnerUp is { } second ? Of(second) : null, new(found.Probe.Quality, found.Probe.Uncertainty, face, faces),
        found.GalleryVersion, found.Coverage, found.ReviewId);

    public static Wire.PersonVerification Of(PersonVerification found, Wire.Face? face, int faces) => new(found.PersonId, Of(found.Verdict),
        found.Score, new(found.Probe.Quality, found.Probe.Uncertainty, face, faces), found.GalleryVersion);

    public static Wire.AuditEntry Of(AuditEntry entry) => new(entry.Sequence, entry.At, entry.KeyId, entry.Action, entry.SubjectId,
        entry.Outcome, entry.RequestId, entry.Hash);

    public static Wire.Key Of(ApiKey key, string? secret = null) => new(key.Id, key.Name, [.. Enum.GetValues<Wire.Scope>()
        .Where(scope => key.Scopes.HasFlag(Scope(scope)))], key.Galleries, key.Created, key.Expires, key.LastUsed, secret);

    /// <summary>Several scopes as the library's flags.</summary>
    public static KeyScopes Scopes(IEnumerable<Wire.Scope> scopes) =>
        scopes.Aggregate(KeyScopes.None, (all, scope) => all | Scope(scope));

    public static string Camel<T>(T value) where T : struct, Enum =>
        System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static KeyScopes Scope(Wire.Scope scope) => scope switch
    {
        Wire.Scope.Read => KeyScopes.Read,
        Wire.Scope.Enrol => KeyScopes.Enrol,
        Wire.Scope.Review => KeyScopes.Review,
        _ => KeyScopes.Admin,
    };
}
