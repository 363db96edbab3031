using System.Net.Http.Headers;

namespace Pfe.Client;

/// <summary>
/// A Pfe service. Requests that the service puts off (429, 503) are repeated up to three times, as its Retry-After says; those that write
/// carry an idempotency key, so that a repetition is never done twice. Safe for several threads at once.
/// </summary>
/// <example><code>
/// using var pfe = new PfeClient(new Uri("http://127.0.0.1:7333"), key);
/// var gallery = await pfe.Galleries.CreateAsync(new GalleryRequest("staff"));
/// var ann = await pfe.Persons(gallery.Id).EnrolAsync([await Photo.LoadAsync("ann1.jpg")], new PersonRequest("4711", "Ann"));
/// foreach (var image in ann.Rejected) Console.WriteLine(image.Advice[0].Text);
/// var who = await pfe.Persons(gallery.Id).IdentifyAsync(await Photo.LoadAsync("door.jpg"));
/// Console.WriteLine(who.Answer switch
/// {
///     IdentityAnswer.Person => $"{who.Candidates[0].Name}: {who.Probability:P1}",
///     IdentityAnswer.Unknown => "nobody who is enrolled",
///     _ => $"cannot tell: {who.Reason}",
/// });
/// </code></example>
public sealed class PfeClient : IDisposable
{
    private readonly Wire _wire;

    /// <summary>Talks to a service.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="key">An API key, <c>pfe_...</c>.</param>
    /// <param name="handler">How requests are sent; null for the platform's. It stays the caller's to dispose.</param>
    public PfeClient(Uri address, string key, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentException.ThrowIfNullOrEmpty(key);
        var http = handler is null ? new HttpClient() : new HttpClient(handler, disposeHandler: false);
        http.BaseAddress = address;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        _wire = new Wire(http);
        (Galleries, Keys) = (new GalleryClient(_wire), new KeyClient(_wire));
    }

    /// <summary>Galleries.</summary>
    public GalleryClient Galleries { get; }

    /// <summary>API keys.</summary>
    public KeyClient Keys { get; }

    /// <summary>The people of a gallery.</summary>
    /// <param name="gallery">The gallery.</param>
    public PersonClient Persons(Guid gallery) => new(_wire, gallery);

    /// <summary>The open questions of a gallery.</summary>
    /// <param name="gallery">The gallery.</param>
    public ReviewClient Reviews(Guid gallery) => new(_wire, gallery);

    /// <summary>Finds faces.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="PfeServiceException">The service refused.</exception>
    public Task<DetectResult> DetectAsync(Photo photo, CancellationToken cancellationToken = default) =>
        _wire.PostPhotosAsync("v1/detect", [("image", photo)], [], WireJson.Default.DetectResult, cancellationToken);

    /// <summary>Embeds every face.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="PfeServiceException">The service refused.</exception>
    public Task<EmbeddingsResult> EmbedAsync(Photo photo, CancellationToken cancellationToken = default) =>
        _wire.PostPhotosAsync("v1/embeddings", [("image", photo)], [], WireJson.Default.EmbeddingsResult, cancellationToken);

    /// <summary>Says how good faces are, and what would make them better.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="PfeServiceException">The service refused.</exception>
    public Task<QualityResult> QualityAsync(Photo photo, CancellationToken cancellationToken = default) =>
        _wire.PostPhotosAsync("v1/quality", [("image", photo)], [], WireJson.Default.QualityResult, cancellationToken);

    /// <summary>Compares a photograph with others.</summary>
    /// <param name="source">The photograph.</param>
    /// <param name="targets">The others.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="PfeServiceException">The service refused.</exception>
    public Task<VerifyResult> VerifyAsync(
        Photo source, IEnumerable<Photo> targets, CancellationToken cancellationToken = default) =>
        _wire.PostPhotosAsync("v1/verify", [("source", source), .. targets.Select(target => ("targets", target))], [],
            WireJson.Default.VerifyResult, cancellationToken);

    /// <summary>The models that the service runs.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<ModelList> ListModelsAsync(CancellationToken cancellationToken = default) =>
        _wire.GetAsync("v1/models", WireJson.Default.ModelList, cancellationToken);

    /// <summary>A job.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Job> GetJobAsync(Guid id, CancellationToken cancellationToken = default) =>
        _wire.GetAsync($"v1/jobs/{id}", WireJson.Default.Job, cancellationToken);

    /// <summary>Lets go of the connections.</summary>
    public void Dispose() => _wire.Dispose();
}
