using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pfe.Client;
using Pfe.Gallery;
using Pfe.Server.Faces;
using Pfe.Server.Messages;
using Pfe.Server.Security;
using Pfe.Server.Settings;

namespace Pfe.Server.Api;

/// <summary>Questions about photographs that need no gallery. Nothing of them is kept.</summary>
internal static class FaceEndpoints
{
    public static void MapFaces(this RouteGroupBuilder api, ServerLimits limits)
    {
        var faces = api.MapGroup("").WithTags("faces").RequireRateLimiting(RequestLimits.Photographs).Needs(KeyScopes.Read);

        faces.MapPost("/detect", async (HttpContext context, FaceOperations operations) =>
        {
            var upload = await Upload.ReadAsync(context, limits.Body, limits);
            return TypedResults.Ok(operations.Detect(upload.Photo("image")));
        }).Described("Find faces", "Every face of a photograph, with five landmarks.").TakesPhotos("image");

        faces.MapPost("/embeddings", async (HttpContext context, FaceOperations operations) =>
        {
            var upload = await Upload.ReadAsync(context, limits.Body, limits);
            return TypedResults.Ok(await operations.EmbedAsync(upload.Photo("image"), context.RequestAborted));
        }).Described("Embed faces", "Every face of a photograph as a Gaussian: mu and log variance.").TakesPhotos("image");

        faces.MapPost("/quality", async (HttpContext context, FaceOperations operations) =>
        {
            var upload = await Upload.ReadAsync(context, limits.Body, limits);
            return TypedResults.Ok(await operations.QualityAsync(upload.Photo("image"), context.RequestAborted));
        }).Described("Judge faces", "How certain the model is of each face, and what would make it better.").TakesPhotos("image");

        faces.MapPost("/verify", async (HttpContext context, FaceOperations operations) =>
        {
            var upload = await Upload.ReadAsync(context, limits.Enrolment, limits);
            var rate = upload.Text("falseMatchRate") is not { Length: > 0 } text ? (double?)null
                : double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
                : throw ProblemException.Invalid("'falseMatchRate' is a number such as 0.001");
            return TypedResults.Ok(await operations.VerifyAsync(upload.Photo("source"), upload.Photos("targets"), rate,
                context.RequestAborted));
        }).Described("Compare faces", "One photograph with others: same, different or cannot tell, with probability and reason.")
            .TakesPhotos("source", ["targets"], ("falseMatchRate", "One that the model's calibration has; 0.001 by default."));
    }
}
