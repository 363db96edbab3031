using Pfe.Gallery.Decisions;
using Pfe.Gallery.Search;

namespace Pfe.Cluster;

/// <summary>
/// The searches of one part. Questions that wait for a processor are answered by one pass over the part, 64 faces at most: a scan for one
/// face is as fast as memory, and a pass for several reads the part once. Nobody waits for others to come.
/// </summary>
/// <param name="processors">What the parts of a node share: a pass holds one.</param>
internal sealed class ShardPasses(SemaphoreSlim processors)
{
    /// <summary>The most faces of a pass; a question with more is a pass of its own.</summary>
    public const int MostFaces = 64;

    private readonly Lock _turn = new();
    private readonly Queue<Question> _waiting = [];
    private int _passes;

    /// <summary>How many passes were made.</summary>
    public int Count => _passes;

    /// <summary>The k best persons of each face.</summary>
    /// <param name="shard">The part, which shows what the question asks for.</param>
    /// <param name="faces">What is looked for.</param>
    /// <param name="k">How many persons.</param>
    /// <param name="cancellation">Stops waiting; a pass that nobody waits for any more is stopped.</param>
    public Task<PersonScore[][]> SearchAsync(GalleryShard shard, FaceEmbedding[] faces, int k, CancellationToken cancellation)
    {
        var question = new Question(faces, k, cancellation);
        lock (_turn) _waiting.Enqueue(question);
        _ = Task.Run(() => PassAsync(shard), CancellationToken.None);
        return question.Answer.Task.WaitAsync(cancellation);
    }

    /// <summary>One for each question: whoever comes first takes all that wait, and the others find nothing left to do.</summary>
    private async Task PassAsync(GalleryShard shard)
    {
        await processors.WaitAsync();
        try
        {
            var questions = Take();
            if (questions.Count > 0) Answer(shard, questions);
        }
        finally
        {
            processors.Release();
        }
    }

    private List<Question> Take()
    {
        var (taken, faces) = (new List<Question>(), 0);
        lock (_turn)
        {
            while (_waiting.TryPeek(out var next) && (taken.Count == 0 || faces + next.Faces.Length <= MostFaces))
            {
                _waiting.Dequeue();
                if (next.Cancellation.IsCancellationRequested) continue;
                taken.Add(next);
                faces += next.Faces.Length;
            }
        }
        return taken;
    }

    private void Answer(GalleryShard shard, List<Question> questions)
    {
        Interlocked.Increment(ref _passes);
        using var pass = new CancellationTokenSource();
        var left = questions.Count;
        var gone = questions.ConvertAll(question => question.Cancellation.Register(() =>
        {
            if (Interlocked.Decrement(ref left) == 0) pass.Cancel();
        }));
        try
        {
            var k = questions.Max(question => question.K);
            var found = shard.Search([.. questions.SelectMany(question => question.Faces)], k, pass.Token);
            var first = 0;
            foreach (var question in questions)
            {
                question.Answer.TrySetResult([.. found.Skip(first).Take(question.Faces.Length).Select(best => best[..Math.Min(question.K,
                    best.Length)])]);
                first += question.Faces.Length;
            }
        }
        // Of whatever kind: it is the answer to each of them.
        catch (Exception e)
        {
            foreach (var question in questions) question.Answer.TrySetException(e);
        }
        finally
        {
            foreach (var one in gone) one.Dispose();
        }
    }

    private sealed record Question(FaceEmbedding[] Faces, int K, CancellationToken Cancellation)
    {
        public TaskCompletionSource<PersonScore[][]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
