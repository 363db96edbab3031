using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace Pfe.ServiceLoad;

/// <summary>What one phase came to.</summary>
/// <param name="Sent">Requests sent.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Times">Milliseconds of each request that was answered with 200.</param>
/// <param name="PutOff">Requests answered with 429 or 503.</param>
internal sealed record Phase(int Sent, double Seconds, IReadOnlyList<double> Times, int PutOff)
{
    public int Answered => Times.Count;

    public override string ToString()
    {
        var sorted = Times.Order().ToArray();
        double At(double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
        return $"{Answered} answered, {PutOff} put off, p50 {At(0.5):0} ms, p95 {At(0.95):0} ms, p99 {At(0.99):0} ms";
    }
}

/// <summary>A running service under load.</summary>
internal sealed class Service : IDisposable
{
    private readonly HttpClient _http;
    private readonly byte[] _photo;

    public Service(Uri address, string key, byte[] photo)
    {
        _photo = photo;
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 512 })
        { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Each of a number of callers sends its next request when it has the answer to the last: how much the service does.</summary>
    public async Task<Phase> ClosedAsync(string path, int callers, TimeSpan time)
    {
        var (times, putOff, sent, watch) = (new ConcurrentQueue<double>(), 0, 0, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            while (watch.Elapsed < time)
            {
                Interlocked.Increment(ref sent);
                if (!await SendAsync(path, Stopwatch.GetTimestamp(), times)) Interlocked.Increment(ref putOff);
            }
        }));
        return new Phase(sent, watch.Elapsed.TotalSeconds, [.. times], putOff);
    }

    /// <summary>Requests at fixed moments, whether or not earlier ones are answered: a late answer counts from when it was due.</summary>
    public async Task<Phase> OpenAsync(string path, double rate, TimeSpan time)
    {
        var (times, putOff, watch) = (new ConcurrentQueue<double>(), 0, Stopwatch.StartNew());
        var pending = new List<Task>();
        var count = (int)(rate * time.TotalSeconds);
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds(i / rate);
            if (due - watch.Elapsed is { Ticks: > 0 } wait) await Task.Delay(wait);
            var from = Stopwatch.GetTimestamp() - (long)((watch.Elapsed - due).TotalSeconds * Stopwatch.Frequency);
            pending.Add(Task.Run(async () =>
            {
                if (!await SendAsync(path, from, times)) Interlocked.Increment(ref putOff);
            }));
        }
        await Task.WhenAll(pending);
        return new Phase(count, watch.Elapsed.TotalSeconds, [.. times], putOff);
    }

    /// <summary>One request; whether it was answered and not put off.</summary>
    public Task<bool> AskAsync(string path, CancellationToken cancellation) => SendAsync(path, 0, null, cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<bool> SendAsync(string path, long from, ConcurrentQueue<double>? times, CancellationToken cancellation = default)
    {
        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(_photo), "image", "photo");
        using var response = await _http.PostAsync(path, form, cancellation);
        await response.Content.ReadAsByteArrayAsync(cancellation);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            times?.Enqueue(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
            return true;
        }
        return response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable ? false
            : throw new InvalidOperationException($"{path} was answered with {(int)response.StatusCode}");
    }
}
