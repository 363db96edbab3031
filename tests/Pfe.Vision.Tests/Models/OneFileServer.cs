using System.Net;

namespace Pfe.Vision.Tests.Models;

/// <summary>Serves the same bytes for every request on the loopback interface.</summary>
internal sealed class OneFileServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private int _requests;

    public OneFileServer(byte[] content)
    {
        for (var port = 20_000 + Random.Shared.Next(20_000); ; port++)
        {
            Address = $"http://localhost:{port}/";
            _listener.Prefixes.Add(Address);
            try { _listener.Start(); break; }
            catch (HttpListenerException) when (port < 65_000) { _listener.Prefixes.Clear(); }
        }
        _ = Task.Run(async () =>
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                Interlocked.Increment(ref _requests);
                await context.Response.OutputStream.WriteAsync(content);
                context.Response.Close();
            }
        });
    }

    public string Address { get; private set; }

    public int Requests => Volatile.Read(ref _requests);

    public void Dispose() => _listener.Close();
}
