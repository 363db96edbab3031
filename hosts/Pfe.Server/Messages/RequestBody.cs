using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pfe.Server.Messages;

/// <summary>What is left of a request that is refused.</summary>
internal static class RequestBody
{
    private const long Most = 64 << 20;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Reads the rest and throws it away, within bounds. A client that still sends when the connection is closed sees a broken connection
    /// in
    /// place of the answer that says why.
    /// </summary>
    public static async Task DiscardAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or 0 or > Most) return;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        using var time = new CancellationTokenSource(Longest);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (await context.Request.Body.ReadAsync(buffer, time.Token) > 0)
            {
                // Thrown away.
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException or InvalidOperationException)
        {
            // Whoever sent it is gone, slow, or sends more than was announced; the answer is sent all the same.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
