using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pfe.Server.Messages;

/// <summary>
/// Reads a request's body so that a request whose time is up is still answered. Kestrel cannot read on after a reading that was cancelled
/// and closes the connection, and the framework's forms abort it: the caller would see a broken connection in place of the problem.
/// </summary>
internal static class RequestBody
{
    private const long MostDiscarded = 64 << 20;
    private const int LongestForm = 1 << 20;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Sets how many bytes the body may have; null for any number. Too late once it is being read.</summary>
    public static void LimitBody(this HttpContext context, long? most)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = most;
    }

    /// <summary>All of the body, in memory. The time is looked at between two readings; how slow one may be is Kestrel's limit.</summary>
    /// <exception cref="OperationCanceledException">The time is up, or the caller is gone.</exception>
    public static async Task<MemoryStream> ReadAsync(HttpContext context)
    {
        var body = new MemoryStream((int)Math.Clamp(context.Request.ContentLength ?? 0, 0, 1 << 20));
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (await context.Request.Body.ReadAsync(buffer, CancellationToken.None) is > 0 and var read)
            {
                body.Write(buffer, 0, read);
                context.RequestAborted.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        body.Position = 0;
        return body;
    }

    /// <summary>A form, from memory.</summary>
    public static async Task<IFormCollection> FormAsync(this HttpContext context, FormOptions options)
    {
        context.Request.Body = await ReadAsync(context);
        try
        {
            return await context.Request.ReadFormAsync(options, CancellationToken.None);
        }
        catch (IOException e)
        {
            throw new InvalidDataException("the form ends too early", e);
        }
    }

    /// <summary>The form of a page, a megabyte at most.</summary>
    public static Task<IFormCollection> FormAsync(this HttpContext context)
    {
        context.LimitBody(LongestForm);
        return context.FormAsync(new FormOptions());
    }

    /// <summary>
    /// Reads the rest and throws it away, within bounds. A client that still sends when the connection is closed sees a broken connection
    /// in place of the answer that says why.
    /// </summary>
    public static async Task DiscardAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or 0 or > MostDiscarded) return;
        context.LimitBody(null);
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
            // Whoever sent it is gone, slow, or sends more than was announced, or a reading was cut off. The answer is sent all the same,
            // and says that the connection ends with it.
            if (!context.Response.HasStarted) context.Response.Headers.Connection = "close";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
