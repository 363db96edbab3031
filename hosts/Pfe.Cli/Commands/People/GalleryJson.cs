using System.Text.Json.Serialization;
using Pfe.Gallery;

namespace Pfe.Cli.Commands.People;

/// <summary>What <c>pfe gallery create --json</c> writes.</summary>
/// <param name="Id">The gallery's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Store">Where it is stored.</param>
/// <param name="Model">The model it is bound to.</param>
/// <param name="ModelSha256">That model's checksum.</param>
internal sealed record GalleryCreateResult(Guid Id, string Name, string Store, string Model, string ModelSha256);

/// <summary>What <c>pfe gallery enroll --json</c> writes.</summary>
/// <param name="Gallery">The gallery's name.</param>
/// <param name="Persons">Persons in the folder.</param>
/// <param name="Images">Photographs in the folder.</param>
/// <param name="Enrolled">Photographs enrolled now.</param>
/// <param name="AlreadyThere">Photographs that an earlier run had enrolled.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Rejected">Photographs refused.</param>
/// <param name="Warnings">Photographs enrolled that look wrong.</param>
internal sealed record GalleryEnrollResult(
    string Gallery, int Persons, int Images, int Enrolled, int AlreadyThere, double Seconds, IReadOnlyList<AdvisedImage> Rejected,
    IReadOnlyList<AdvisedImage> Warnings);

/// <summary>A photograph with what is to be said about it.</summary>
/// <param name="Image">Its path in the folder.</param>
/// <param name="Codes">What is wrong, for a program.</param>
/// <param name="Advice">What is wrong and what would help, in words.</param>
internal sealed record AdvisedImage(string Image, IReadOnlyList<AdviceCode> Codes, string Advice)
{
    public static AdvisedImage Of(RejectedImage image) =>
        new(image.Reference ?? "", [.. image.Advice.Select(advice => advice.Code)], string.Join("; ", image.Advice.Select(advice =>
            advice.Text)));
}

/// <summary>What <c>pfe gallery identify --json</c> writes.</summary>
/// <param name="Photo">The photograph.</param>
/// <param name="Faces">One entry a face, in the detector's order.</param>
internal sealed record GalleryIdentifyResult(string Photo, IReadOnlyList<IdentifiedFace> Faces);

/// <summary>One face of a photograph and who it is.</summary>
/// <param name="Box">Left, top, right, bottom in pixels.</param>
/// <param name="Answer">person, unknown or cannot tell.</param>
/// <param name="Reason">Why.</param>
/// <param name="Probability">Of the answer; for "cannot tell" that of the likeliest person.</param>
/// <param name="PersonId">The person; null unless that is the answer.</param>
/// <param name="Quality">0 to 100: more certain than that percentage of the calibration's faces.</param>
/// <param name="Candidates">The likeliest persons, best first.</param>
/// <param name="GalleryVersion">The gallery's version that was searched.</param>
internal sealed record IdentifiedFace(
    double[] Box, IdentityAnswer Answer, string Reason, double Probability, Guid? PersonId, double Quality,
    IReadOnlyList<GalleryCandidate> Candidates, long GalleryVersion);

/// <summary>A person a face may show.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="ExternalId">The caller's own id.</param>
/// <param name="Name">The name to show.</param>
/// <param name="Probability">That it is this person.</param>
/// <param name="Score">The mutual likelihood score with the person's nearest anchor.</param>
/// <param name="Evidence">ln likelihood ratio of one person against two.</param>
internal sealed record GalleryCandidate(Guid PersonId, string? ExternalId, string? Name, double Probability, float Score, double Evidence);

/// <summary>What <c>pfe gallery verify --json</c> writes.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Verdict">Same, different or cannot tell, with probability and error rates.</param>
/// <param name="Score">The mutual likelihood score with the person's nearest anchor.</param>
/// <param name="Quality">0 to 100: more certain than that percentage of the calibration's faces.</param>
internal sealed record GalleryVerifyResult(Guid PersonId, Pfe.Calibration.Verdict Verdict, float Score, double Quality);

/// <summary>What <c>pfe gallery list --json</c> writes.</summary>
/// <param name="Gallery">The gallery's name.</param>
/// <param name="Model">The model it is bound to.</param>
/// <param name="Version">The gallery's version.</param>
/// <param name="Persons">The persons, oldest first.</param>
internal sealed record GalleryListResult(string Gallery, string Model, long Version, IReadOnlyList<ListedPerson> Persons);

/// <summary>A person of a list.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="ExternalId">The caller's own id.</param>
/// <param name="Name">The name to show.</param>
/// <param name="Images">How many images are enrolled.</param>
internal sealed record ListedPerson(Guid Id, string? ExternalId, string? Name, int Images);

/// <summary>What <c>pfe gallery merge</c>, <c>split</c> and <c>remove</c> write with <c>--json</c>.</summary>
/// <param name="PersonId">The person who has the images now; for a removal the one who is gone.</param>
/// <param name="Images">Images moved or removed.</param>
/// <param name="GalleryVersion">The gallery's version that shows it.</param>
internal sealed record GalleryChangeResult(Guid PersonId, int Images, long GalleryVersion);

/// <summary>What <c>pfe gallery export</c> and <c>import</c> write with <c>--json</c>.</summary>
/// <param name="File">The export.</param>
/// <param name="Persons">Persons written or read.</param>
/// <param name="AddedPersons">Persons an import added.</param>
/// <param name="AddedImages">Images an import added.</param>
internal sealed record GalleryTransferResult(string File, int Persons, int AddedPersons, int AddedImages);

/// <summary>What <c>pfe gallery export --reviews --json</c> writes.</summary>
/// <param name="File">The file.</param>
/// <param name="Pairs">Decided pairs of the gallery's model.</param>
/// <param name="Same">How many of them were decided "same".</param>
internal sealed record GalleryReviewsResult(string File, int Pairs, int Same);

/// <summary>What <c>pfe gallery reembed --json</c> writes.</summary>
/// <param name="Embedded">Images that got a template of the new model now.</param>
/// <param name="Missing">Images without one.</param>
/// <param name="Probes">Images that both models looked for; null where it did not come to that.</param>
/// <param name="OldFound">How many the old model found.</param>
/// <param name="NewFound">How many the new model found.</param>
/// <param name="Switched">Whether the gallery is the new model's now.</param>
/// <param name="Reason">Why not; null where it is.</param>
internal sealed record GalleryReembedResult(
    int Embedded, int Missing, int? Probes, int? OldFound, int? NewFound, bool Switched, string? Reason);

/// <summary>What <c>pfe gallery drop-models --json</c> writes.</summary>
/// <param name="Templates">Templates of other models that were removed.</param>
internal sealed record GalleryDropModelsResult(int Templates);

/// <summary>What <c>pfe gallery check --json</c> writes.</summary>
/// <param name="Persons">Persons read.</param>
/// <param name="Images">Images read.</param>
/// <param name="Problems">One line a problem.</param>
internal sealed record GalleryCheckResult(int Persons, int Images, IReadOnlyList<string> Problems);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented =
    true)]
[JsonSerializable(typeof(GalleryCreateResult))]
[JsonSerializable(typeof(GalleryEnrollResult))]
[JsonSerializable(typeof(GalleryIdentifyResult))]
[JsonSerializable(typeof(GalleryVerifyResult))]
[JsonSerializable(typeof(GalleryListResult))]
[JsonSerializable(typeof(GalleryChangeResult))]
[JsonSerializable(typeof(GalleryTransferResult))]
[JsonSerializable(typeof(GalleryReviewsResult))]
[JsonSerializable(typeof(GalleryReembedResult))]
[JsonSerializable(typeof(GalleryDropModelsResult))]
[JsonSerializable(typeof(GalleryCheckResult))]
internal sealed partial class GalleryJson : JsonSerializerContext;
