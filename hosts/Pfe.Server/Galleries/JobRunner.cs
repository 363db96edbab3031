using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pfe.Gallery;
using Pfe.Server.Faces;
using Pfe.Server.Messages;
using Pfe.Server.Observability;

namespace Pfe.Server.Galleries;

/// <summary>Does the jobs, one after the other. After a restart those that were not done are done again: each goes on from what is
/// stored.</summary>
internal sealed class JobRunner(
    GalleryCatalog catalog, GalleryOperations operations, FaceEngine engine, JobFolder folder, TimeProvider time, ILogger<JobRunner> logger)
    : BackgroundService
{
    // Every step as a write of its own would cost more than the step.
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<Guid> _waiting = Channel.CreateUnbounded<Guid>();
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _running = new();

    /// <summary>Asks for a job.</summary>
    public async Task<Job> AddAsync(JobKind kind, Guid gallery, JobInput input, CancellationToken cancellation)
    {
        var job = await catalog.Jobs.CreateAsync(kind, gallery, JsonSerializer.Serialize(input with { Node = folder.Node },
            JobJson.Default.JobInput), cancellation);
        _waiting.Writer.TryWrite(job.Id);
        return job;
    }

    /// <summary>Cancels a job; one at work stops at its next step.</summary>
    public async Task<Job> CancelAsync(Guid id, CancellationToken cancellation)
    {
        var job = await catalog.Jobs.CancelAsync(id, cancellation);
        if (_running.TryGetValue(id, out var source)) await source.CancelAsync();
        if (InputOf(job).File is { } file) File.Delete(folder.Of(file));
        return job;
    }

    /// <summary>What a job works on.</summary>
    public static JobInput InputOf(Job job) => JsonSerializer.Deserialize(job.Input, JobJson.Default.JobInput)!;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var job in await catalog.Jobs.ListUnfinishedAsync(stoppingToken))
                if (InputOf(job).Node is not { } node || node == folder.Node) _waiting.Writer.TryWrite(job.Id);
            await foreach (var id in _waiting.Reader.ReadAllAsync(stoppingToken)) await RunAsync(id, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was under way waits in the store for the next start.
        }
    }

    private async Task RunAsync(Guid id, CancellationToken stopping)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _running[id] = source;
        try
        {
            var job = await catalog.Jobs.UpdateAsync(id, job => job with { State = JobState.Running }, stopping);
            if (job.State != JobState.Running) return;
            var outcome = await DoAsync(job, source.Token);
            job = await catalog.Jobs.UpdateAsync(id, job => job with { State = JobState.Done, Cursor = outcome }, stopping);
            ServerLog.Job(logger, id, $"{job.Kind}", $"{job.State}");
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            // Cancelled by its caller, or the service stops; the store says which.
        }
        catch (Exception e)
        {
            ServerLog.JobFailed(logger, id, e.GetType().Name);
            var reason = Problems.Of(e)?.Detail ?? "the service failed; its log has the job under its id";
            await catalog.Jobs.UpdateAsync(id, job => job with { State = JobState.Failed, Failure = reason }, CancellationToken.None);
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    private async Task<string> DoAsync(Job job, CancellationToken cancellation)
    {
        var input = InputOf(job);
        var gallery = await operations.OpenAsync(job.GalleryId!.Value, cancellation);
        var context = new WriteContext { KeyId = input.KeyId, RequestId = $"{job.Id:N}" };
        var progress = new Steps(this, job.Id);
        switch (job.Kind)
        {
            case JobKind.Import:
                await using (var file = File.OpenRead(folder.Of(input.File!)))
                {
                    var result = await gallery.People.ImportAsync(file, input.NewIds, progress, context, cancellation);
                    await progress.LastAsync();
                    file.Close();
                    File.Delete(folder.Of(input.File!));
                    return $"{result.AddedPersons} persons and {result.AddedImages} images added, {result.Persons} persons read";
                }
            case JobKind.Export:
                await using (var file = folder.Create(input.File!))
                {
                    var count = await gallery.People.ExportAsync(file, progress, cancellation);
                    await progress.LastAsync();
                    return $"{count} persons written";
                }
            default:
                return await ReembedAsync(gallery, input, progress, context, cancellation);
        }
    }

    private async Task<string> ReembedAsync(
        OpenGallery gallery, JobInput input, Steps progress, WriteContext context, CancellationToken cancellation)
    {
        var model = engine.Find(input.ModelId!) ?? throw new ProblemException(409, Client.ProblemCodes.ModelNotLoaded,
            "this service does not run that model any more");
        var result = await gallery.People.ReembedAsync(model.Description, async (image, token) =>
        {
            if (image.Photo is not { } photo) return null;
            try { return (await engine.AnalyseAsync(photo, "a stored photograph", model, main: true, token)).Faces[0].Embedding; }
            catch (Vision.Imaging.ImageException) { return null; }
        }, input.LeaveMissing, progress, context, cancellation);
        await progress.LastAsync();
        var compared = result.Comparison is { } both
            ? $"; of {both.Probes} images the old model finds {both.OldFound} again, the new one {both.NewFound}" : "";
        return result.Switched ? $"{result.Embedded} images embedded, the gallery is the new model's now{compared}"
            : throw new ProblemException(409, Client.ProblemCodes.InvalidRequest, $"not switched: {result.Reason}{compared}");
    }

    /// <summary>Reports how far a job is, now and then.</summary>
    private sealed class Steps(JobRunner runner, Guid job) : IProgress<int>
    {
        private long _reported = runner.TimeStamp();
        private int _value;
        private Task _last = Task.CompletedTask;

        public void Report(int value)
        {
            _value = value;
            if (!_last.IsCompleted || runner.Elapsed(_reported) < ReportEvery) return;
            _reported = runner.TimeStamp();
            _last = StoreAsync();
        }

        public async Task LastAsync()
        {
            await _last;
            await StoreAsync();
        }

        private Task<Job> StoreAsync() => runner.StoreAsync(job, _value);
    }

    private long TimeStamp() => time.GetTimestamp();

    private TimeSpan Elapsed(long since) => time.GetElapsedTime(since);

    private Task<Job> StoreAsync(Guid id, int done) => catalog.Jobs.UpdateAsync(id, job => job with { Done = done },
        CancellationToken.None);
}
