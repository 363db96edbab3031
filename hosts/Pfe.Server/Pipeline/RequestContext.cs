using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Pfe.Gallery;
using Pfe.Server.Messages;
using Pfe.Server.Security;

namespace Pfe.Server.Pipeline;

/// <summary>What handlers read from a request besides its photographs.</summary>
internal static class RequestContext
{
    /// <summary>Who asks, for the audit log, and under which idempotency key.</summary>
    /// <param name="context">The request.</param>
    /// <param name="hash">SHA-256 of the content.</param>
    /// <param name="isIdempotent">Whether the operation gives its first answer again.</param>
    public static WriteContext Who(this HttpContext context, string? hash = null, bool isIdempotent = true)
    {
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        return new WriteContext
        {
            KeyId = context.User.KeyId(),
            RequestId = context.TraceIdentifier,
            IdempotencyKey = isIdempotent && key.Length > 0 ? key : null,
            // The address names what is changed: the same content there is another request.
            RequestHash = Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes($"{context.Request.Method} {context.Request.Path} {hash}"))),
        };
    }

    /// <summary>The version that a caller read: <c>If-Match: "3"</c>; null where none is named.</summary>
    /// <exception cref="ProblemException">It is no version.</exception>
    public static long? ExpectedVersion(this HttpContext context)
    {
        var tag = context.Request.Headers.IfMatch.ToString();
        if (tag is "" or "*") return null;
        return long.TryParse(tag.Trim('"'), CultureInfo.InvariantCulture, out var version) ? version
            : throw ProblemException.Invalid("If-Match holds the ETag that the record was read with, such as \"3\"");
    }

    /// <summary>Tells a caller the version of what is sent.</summary>
    public static void SetVersion(this HttpContext context, long version) =>
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>Reads JSON, with its checksum.</summary>
    /// <exception cref="ProblemException">It is no JSON, or none of that kind.</exception>
    public static async Task<(T Value, string Hash)> JsonAsync<T>(this HttpContext context, JsonTypeInfo<T> type) where T : class
    {
        if (!context.Request.HasJsonContentType())
            throw new ProblemException(415, Client.ProblemCodes.UnsupportedMediaType, "application/json is wanted");
        using var memory = new MemoryStream();
        await context.Request.Body.CopyToAsync(memory, context.RequestAborted);
        var bytes = memory.ToArray();
        var value = JsonSerializer.Deserialize(bytes, type) ?? throw ProblemException.Invalid("the JSON is an object");
        return (value, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
