using Pfe.Cluster;
using Pfe.Gallery.Search;
using Pfe.Gallery.Storage;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Search;

/// <summary>Questions to one part that wait for a processor share a pass.</summary>
public sealed class ShardPassesTests : StoreTests
{
    private readonly SemaphoreSlim _processors = new(1);

    protected override GalleryOptions Options => new() { Threads = 1, FollowWithin = TimeSpan.Zero, FacesForAFile = 10 };

    protected override async Task<GalleryStore> OpenStoreAsync() => await SqliteGalleryStore.OpenAsync(Path.Combine(Folder, "store"));

    [Fact]
    public async Task Questions_that_wait_are_answered_by_one_pass_each_as_if_it_were_alone()
    {
        using var shard = await ShardAsync();
        var passes = new ShardPasses(_processors);
        await _processors.WaitAsync();
        var asked = Enumerable.Range(0, 6).Select(i => (Faces: Faces(i, 1 + i), K: 1 + 5 * i)).ToArray();
        var answers = asked.Select(one => passes.SearchAsync(shard, one.Faces, one.K, CancellationToken.None)).ToArray();
        answers.ShouldAllBe(answer => !answer.IsCompleted);
        _processors.Release();
        for (var i = 0; i < asked.Length; i++)
        {
            var (shared, alone) = (await answers[i], shard.Search(asked[i].Faces, asked[i].K, CancellationToken.None));
            shared.Length.ShouldBe(alone.Length);
            for (var face = 0; face < alone.Length; face++) shared[face].ShouldBe(alone[face]);
        }
        passes.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_pass_is_for_64_faces_at_most_and_a_larger_question_is_a_pass_of_its_own()
    {
        using var shard = await ShardAsync();
        var passes = new ShardPasses(_processors);
        await _processors.WaitAsync();
        var answers = ((int[])[40, 24, 1, 100, 63]).Select(count => passes.SearchAsync(shard, Faces(0, count), 3, CancellationToken.None))
            .ToArray();
        _processors.Release();
        (await Task.WhenAll(answers)).Select(answer => answer.Length).ShouldBe([40, 24, 1, 100, 63]);
        // 40 + 24, 1, 100, 63.
        passes.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_question_that_nobody_waits_for_any_more_is_left_out_and_the_others_are_answered()
    {
        using var shard = await ShardAsync();
        var passes = new ShardPasses(_processors);
        await _processors.WaitAsync();
        using var stop = new CancellationTokenSource();
        var (gone, stays) = (passes.SearchAsync(shard, Faces(0, 1), 3, stop.Token),
            passes.SearchAsync(shard, Faces(1, 1), 3, CancellationToken.None));
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        _processors.Release();
        (await stays)[0].Length.ShouldBe(3);
        // The processor is given back by every question, and failures are answers.
        var other = new FaceEmbedding(new float[3], new float[3]);
        for (var i = 0; i < 3; i++)
            await Should.ThrowAsync<ModelMismatchException>(() => passes.SearchAsync(shard, [other], 1, CancellationToken.None));
        await _processors.WaitAsync(TestContext.Current.CancellationToken);
    }

    private static FaceEmbedding[] Faces(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => TestFaces.Image(i % 25, 9))];

    private async Task<GalleryShard> ShardAsync()
    {
        for (var person = 0; person < 20; person++) await Gallery.EnrolAsync(TestFaces.Request(person, 0));
        var shard = new GalleryShard(Store, Gallery.Id, [TestFaces.Model], 0, 1, Options);
        await shard.FollowAsync(0, CancellationToken.None);
        return shard;
    }
}
