using System.Text.Json;

namespace Pfe.Client;

/// <summary>The galleries of a service. Every method throws <see cref="PfeServiceException"/> where the service refuses.</summary>
public sealed class GalleryClient
{
    private readonly Wire _wire;

    internal GalleryClient(Wire wire) => _wire = wire;

    /// <summary>Galleries, oldest first.</summary>
    /// <param name="cursor">The last part's <see cref="Page{T}.Next"/>; null for the beginning.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Page<GalleryRecord>> ListAsync(string? cursor = null, CancellationToken cancellationToken = default) =>
        _wire.GetAsync("v1/galleries" + Wire.Cursor(cursor), WireJson.Default.PageGalleryRecord, cancellationToken);

    /// <summary>Makes a gallery.</summary>
    /// <param name="request">Its name and policy.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<GalleryRecord> CreateAsync(GalleryRequest request, CancellationToken cancellationToken = default) =>
        _wire.PostAsync("v1/galleries", JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.GalleryRequest),
            WireJson.Default.GalleryRecord, cancellationToken);

    /// <summary>A gallery.</summary>
    /// <param name="id">The gallery.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<GalleryRecord> GetAsync(Guid id, CancellationToken cancellationToken = default) =>
        _wire.GetAsync($"v1/galleries/{id}", WireJson.Default.GalleryRecord, cancellationToken);

    /// <summary>Removes a gallery with everybody in it.</summary>
    /// <param name="id">The gallery.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task RemoveAsync(Guid id, CancellationToken cancellationToken = default) =>
        _wire.DeleteAsync($"v1/galleries/{id}", null, cancellationToken);

    /// <summary>Moves a gallery to another model.</summary>
    /// <param name="id">The gallery.</param>
    /// <param name="request">The model.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The job that does it.</returns>
    public Task<Job> ReembedAsync(Guid id, ReembedRequest request, CancellationToken cancellationToken = default) =>
        _wire.PostAsync($"v1/galleries/{id}/reembed", JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.ReembedRequest),
            WireJson.Default.Job, cancellationToken);
}

/// <summary>The API keys of a service.</summary>
public sealed class KeyClient
{
    private readonly Wire _wire;

    internal KeyClient(Wire wire) => _wire = wire;

    /// <summary>The keys, without secrets.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<KeyList> ListAsync(CancellationToken cancellationToken = default) =>
        _wire.GetAsync("v1/keys", WireJson.Default.KeyList, cancellationToken);

    /// <summary>Makes a key; the answer is the only place where its secret is.</summary>
    /// <param name="request">What it may do.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Key> CreateAsync(KeyRequest request, CancellationToken cancellationToken = default) =>
        _wire.PostAsync("v1/keys", JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.KeyRequest), WireJson.Default.Key,
            cancellationToken);

    /// <summary>Ends a key at once.</summary>
    /// <param name="id">Its public part.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task RemoveAsync(string id, CancellationToken cancellationToken = default) =>
        _wire.DeleteAsync($"v1/keys/{Uri.EscapeDataString(id)}", null, cancellationToken);
}

/// <summary>The open questions of a gallery.</summary>
public sealed class ReviewClient
{
    private readonly Wire _wire;
    private readonly string _path;

    internal ReviewClient(Wire wire, Guid gallery) => (_wire, _path) = (wire, $"v1/galleries/{gallery}/reviews");

    /// <summary>Reviews; those where a wrong automatic answer is likeliest come first.</summary>
    /// <param name="state">Open by default.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Page<Review>> ListAsync(ReviewState state = ReviewState.Open, CancellationToken cancellationToken = default) =>
        _wire.GetAsync($"{_path}?state={JsonNamingPolicy.CamelCase.ConvertName(state.ToString())}", WireJson.Default.PageReview,
            cancellationToken);

    /// <summary>Decides a review.</summary>
    /// <param name="review">The review.</param>
    /// <param name="decision">How.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Review> DecideAsync(Guid review, ReviewState decision, CancellationToken cancellationToken = default) =>
        _wire.PostAsync($"{_path}/{review}/decision",
            JsonSerializer.SerializeToUtf8Bytes(new DecisionRequest(decision), WireJson.Default.DecisionRequest),
            WireJson.Default.Review, cancellationToken);
}
