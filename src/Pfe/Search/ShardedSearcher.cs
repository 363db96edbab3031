namespace Pfe.Search;

/// <summary>
/// Asks several searchers at once, wherever they are, and merges what they find. Persons must not be split over them; see
/// <see cref="ShardedIndex"/>.
/// </summary>
/// <param name="shards">The searchers, at least one.</param>
/// <param name="allowMissing">
/// Whether to answer without shards that fail: the result's coverage then is below 1, and a person who is not found may be in a shard
/// that is missing.
/// Else, by default, a failure is a failure.
/// </param>
public sealed class ShardedSearcher(IReadOnlyList<IFaceSearcher> shards, bool allowMissing = false) : IFaceSearcher
{
    private readonly IFaceSearcher[] _shards =
        shards is { Count: > 0 } ? [.. shards] : throw new ArgumentException("a sharded search needs at least one shard", nameof(shards));

    /// <inheritdoc/>
    public async ValueTask<SearchResult<FaceMatch>> SearchFacesAsync(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default)
    {
        var found = await AskAsync(shard => shard.SearchFacesAsync(probes, options, cancellation), cancellation).ConfigureAwait(false);
        return Covered(SearchMerge.Faces(found, (options ?? new()).K), found.Count);
    }

    /// <inheritdoc/>
    public async ValueTask<SearchResult<PersonMatch>> SearchPersonsAsync(
        IReadOnlyList<FaceEmbedding> probes, SearchOptions? options = null, CancellationToken cancellation = default)
    {
        var found = await AskAsync(shard => shard.SearchPersonsAsync(probes, options, cancellation), cancellation).ConfigureAwait(false);
        return Covered(SearchMerge.Persons(found, (options ?? new()).K), found.Count);
    }

    // Hashing spreads persons evenly, so a shard that is missing takes its share along.
    private SearchResult<T> Covered<T>(SearchResult<T> result, int answered) =>
        result with { Coverage = result.Coverage * answered / _shards.Length };

    private async Task<List<T>> AskAsync<T>(Func<IFaceSearcher, ValueTask<T>> ask, CancellationToken cancellation) where T : class
    {
        var answers = Array.ConvertAll(_shards, shard => AskOneAsync(shard, ask));
        var (found, failure) = (new List<T>(answers.Length), default(Exception));
        foreach (var answer in answers)
        {
            var (result, error) = await answer.ConfigureAwait(false);
            if (result is not null) found.Add(result);
            else failure = Worse(failure, error!);
        }
        cancellation.ThrowIfCancellationRequested();
        // Probes that no shard can take are the caller's fault, and no shard is missing.
        if (failure is not null && (!allowMissing || found.Count == 0 || failure is ModelMismatchException or ArgumentException))
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return found;
    }

    private static async Task<(T? Result, Exception? Error)> AskOneAsync<T>(IFaceSearcher shard, Func<IFaceSearcher,
        ValueTask<T>> ask) where T : class
    {
        try { return (await ask(shard).ConfigureAwait(false), null); }
        // Whatever a shard's way of failing is, it is one shard that failed.
        catch (Exception e) { return (null, e); }
    }

    private static Exception Worse(Exception? one, Exception other) => one is ModelMismatchException or ArgumentException ? one : other;
}
