using System.Text.Json.Serialization;

namespace Pfe.Client;

/// <summary>Why a request failed: RFC 9457, <c>application/problem+json</c>.</summary>
/// <param name="Type">A URI of the kind.</param>
/// <param name="Title">The kind in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">Stable, for a program; one of <see cref="ProblemCodes"/>.</param>
/// <param name="Detail">What is wrong here and what would be right.</param>
/// <param name="RequestId">Names the request in the service's log and audit log.</param>
public sealed record Problem(string Type, string Title, int Status, string Code, string Detail, string RequestId)
{
    /// <summary>The images refused, for <see cref="ProblemCodes.NoUsableFace"/> at an enrolment.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RejectedImage>? Rejected { get; init; }
}

/// <summary>The codes of problems; they never change their meaning.</summary>
public static class ProblemCodes
{
    /// <summary>400: the request contradicts itself or lacks something.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>401: no key, or one that is unknown or expired.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>403: the key may not do that, or not in that gallery.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>404: there is no such record.</summary>
    public const string NotFound = "not_found";

    /// <summary>405: the address has no such method.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>409: the name or external id is taken.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>409: embeddings of another model.</summary>
    public const string ModelMismatch = "model_mismatch";

    /// <summary>409: the service does not run the gallery's model.</summary>
    public const string ModelNotLoaded = "model_not_loaded";

    /// <summary>409: the job is not done, so that it has no result yet.</summary>
    public const string NotDone = "not_done";

    /// <summary>412: the record was changed since it was read.</summary>
    public const string VersionConflict = "version_conflict";

    /// <summary>413: more bytes than are taken.</summary>
    public const string BodyTooLarge = "body_too_large";

    /// <summary>413: more pixels than are decoded.</summary>
    public const string TooManyPixels = "too_many_pixels";

    /// <summary>413: more photographs in one request than are taken.</summary>
    public const string TooManyPhotos = "too_many_photos";

    /// <summary>415: the body is neither multipart/form-data nor JSON.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>422: not a photograph, cut short or damaged.</summary>
    public const string UnreadableImage = "unreadable_image";

    /// <summary>422: no face in the photograph.</summary>
    public const string NoFace = "no_face";

    /// <summary>422: more faces than are looked at.</summary>
    public const string TooManyFaces = "too_many_faces";

    /// <summary>422: none of the photographs can be enrolled; each with advice.</summary>
    public const string NoUsableFace = "no_usable_face";

    /// <summary>422: the idempotency key was used for another request.</summary>
    public const string IdempotencyConflict = "idempotency_conflict";

    /// <summary>429: the key's quota; wait as Retry-After says.</summary>
    public const string QuotaExceeded = "quota_exceeded";

    /// <summary>503: more requests than the service can hold; wait as Retry-After says.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>503: the request took longer than it may.</summary>
    public const string Timeout = "timeout";

    /// <summary>503: the store does not answer; repeat with the same idempotency key.</summary>
    public const string StoreUnavailable = "store_unavailable";

    /// <summary>503: the disk is full; nothing was written.</summary>
    public const string DiskFull = "disk_full";

    /// <summary>503: the store may only be read; nothing was written.</summary>
    public const string ReadOnly = "read_only";

    /// <summary>503: the gallery's version that was asked for is not reached yet.</summary>
    public const string Behind = "behind";

    /// <summary>
    /// 503: a part of the gallery cannot be searched now, so that nobody can be called unknown; ask again, or allow part of it.
    /// </summary>
    public const string GalleryIncomplete = "gallery_incomplete";

    /// <summary>500: the store is damaged.</summary>
    public const string StoreDamaged = "store_damaged";

    /// <summary>500: a fault of the service; the log has it under the request's id.</summary>
    public const string Internal = "internal";
}
