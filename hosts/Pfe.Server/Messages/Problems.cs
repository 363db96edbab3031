using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pfe.Client;
using Pfe.Gallery;
using Pfe.Vision.Imaging;

namespace Pfe.Server.Messages;

/// <summary>From exceptions and bare statuses to <c>application/problem+json</c> with a stable code.</summary>
internal static class Problems
{
    /// <summary>Where the problem's code is left for the request's line in the log.</summary>
    public const string CodeItem = "pfe.code";

    /// <summary>What an exception means to the caller; null where it is a fault of the service.</summary>
    public static (int Status, string Code, string Detail)? Of(Exception exception) => exception switch
    {
        ProblemException problem => (problem.Status, problem.Code, problem.Message),
        GalleryException gallery => Of(gallery),
        ModelMismatchException mismatch => (409, ProblemCodes.ModelMismatch, mismatch.Message),
        NoFaceException face => (422, ProblemCodes.NoFace, face.Message),
        ImageException image => (422, ProblemCodes.UnreadableImage, image.Message),
        InvalidConfigurationException setting => (400, ProblemCodes.InvalidRequest, setting.Message),
        BadHttpRequestException { StatusCode: 413 } => (413, ProblemCodes.BodyTooLarge, "the body has more bytes than are taken"),
        BadHttpRequestException bad => (bad.StatusCode, ProblemCodes.InvalidRequest, bad.Message),
        JsonException json => (400, ProblemCodes.InvalidRequest, ServerJson.Problem(json)),
        InvalidDataException => (400, ProblemCodes.InvalidRequest,
            "the form cannot be read: multipart/form-data with a boundary is wanted, within the limits of size"),
        _ => null,
    };

    /// <summary>What a status without a body means.</summary>
    public static (string Code, string Detail) Of(int status) => status switch
    {
        400 => (ProblemCodes.InvalidRequest,
            "a number or a word of the address or the request cannot be read; /openapi/v1.json says what is taken"),
        401 => (ProblemCodes.Unauthenticated, "send a key: Authorization: Bearer pfe_..."),
        403 => (ProblemCodes.Forbidden, "this key may not do that"),
        404 => (ProblemCodes.NotFound, "there is nothing at this address; /openapi/v1.json lists what there is"),
        405 => (ProblemCodes.MethodNotAllowed, "this address does not have that method; /openapi/v1.json lists what there is"),
        413 => (ProblemCodes.BodyTooLarge, "the body has more bytes than are taken"),
        415 => (ProblemCodes.UnsupportedMediaType, "multipart/form-data or application/json is wanted"),
        _ => (ProblemCodes.Internal, "the service failed; its log has the request under the id"),
    };

    /// <summary>Writes a problem as the answer.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string code, string detail, Exception? exception = null)
    {
        await RequestBody.DiscardAsync(context);
        var response = context.Response;
        response.StatusCode = status;
        context.Items[CodeItem] = code;
        if (status is 429 or 503 && !response.Headers.ContainsKey("Retry-After")) response.Headers.RetryAfter = "1";
        if (status == 401) response.Headers.WWWAuthenticate = "Bearer";
        var problem = new Problem($"urn:pfe:problem:{code}", Title(code), status, code, detail.ReplaceLineEndings(" "),
            context.TraceIdentifier)
        {
            Rejected = exception is GalleryException { Rejected: { Count: > 0 } rejected }
                ? [.. rejected.Select((image, index) => WireRecords.Of(image, index))] : null,
        };
        response.ContentType = "application/problem+json";
        // Not WriteAsJsonAsync: it takes the request's token where it is given none, which has been cancelled when the time is up, and a
        // writing that is cancelled aborts the connection.
        await response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem, ServerJson.Default.Problem), CancellationToken.None);
    }

    private static (int, string, string) Of(GalleryException e) => e.Error switch
    {
        GalleryError.NotFound => (404, ProblemCodes.NotFound, e.Message),
        GalleryError.Duplicate => (409, ProblemCodes.Duplicate, e.Message),
        GalleryError.ModelMismatch => (409, ProblemCodes.ModelMismatch, e.Message),
        GalleryError.VersionConflict => (412, ProblemCodes.VersionConflict, e.Message),
        GalleryError.IdempotencyConflict => (422, ProblemCodes.IdempotencyConflict,
            "the idempotency key was used for another request; a new request needs a new key"),
        GalleryError.Invalid => (400, ProblemCodes.InvalidRequest, e.Message),
        GalleryError.NoUsableFace => (422, ProblemCodes.NoUsableFace, e.Message),
        GalleryError.Behind => (503, ProblemCodes.Behind, e.Message),
        GalleryError.Incomplete => (503, ProblemCodes.GalleryIncomplete, e.Message),
        GalleryError.Unavailable => (503, ProblemCodes.StoreUnavailable,
            "the store does not answer; whether the request was written is not known: repeat it with its idempotency key"),
        GalleryError.DiskFull => (503, ProblemCodes.DiskFull, "the disk is full; nothing was written"),
        GalleryError.ReadOnly => (503, ProblemCodes.ReadOnly, "the store may only be read; nothing was written"),
        GalleryError.Damaged => (500, ProblemCodes.StoreDamaged, "the store is damaged; restore a backup"),
        _ => (500, ProblemCodes.Internal, "the service failed; its log has the request under the id"),
    };

    // "no_usable_face" reads "No usable face".
    private static string Title(string code) =>
        string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(code[0])}{code[1..].Replace('_', ' ')}");
}
