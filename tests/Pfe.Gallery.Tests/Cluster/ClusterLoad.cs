using System.Collections.Concurrent;
using System.Diagnostics;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>
/// People who are looked for without end by several callers, while another one enrols and removes people of their own. What was put off
/// and when, what was wrong, how long each took, what was acknowledged.
/// </summary>
internal sealed class ClusterLoad(FaceGallery gallery, int people)
{
    // Numbers beyond those of the people who are searched for.
    private const int FirstNew = 100_000_000;

    private readonly ConcurrentBag<TimeSpan> _times = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _newcomer = FirstNew, _putOff, _wrong, _writesPutOff;
    private long _lastPutOff;

    /// <summary>Who must be there, and who must not, by what was acknowledged.</summary>
    public ConcurrentDictionary<string, bool> Acknowledged { get; } = new();

    /// <summary>Asks for a time.</summary>
    public async Task<string> RunAsync(TimeSpan time, int callers, bool writes)
    {
        var end = _clock.Elapsed + time;
        var work = Enumerable.Range(0, callers).Select(caller => AskAsync(caller, end));
        var start = _clock.Elapsed;
        await Task.WhenAll(writes ? work.Append(WriteAsync(end)) : work);
        var sorted = _times.Order().ToArray();
        string At(double share) => sorted.Length == 0 ? "-" : $"{sorted[(int)(share * (sorted.Length - 1))].TotalMilliseconds:0} ms";
        var last = _putOff + _writesPutOff == 0 ? ""
            : $", the last one {TimeSpan.FromTicks(_lastPutOff).TotalSeconds - start.TotalSeconds:0.0} s after the beginning";
        var line = $"{sorted.Length + _putOff} questions, {_putOff} put off, {_wrong} wrong, " +
            $"p50 {At(0.5)}, p99 {At(0.99)}, slowest {At(1)}; " +
            $"{(writes ? $"{Acknowledged.Count} enrolled so far, {_writesPutOff} writes put off" : "no writes")}{last}";
        _times.Clear();
        (_putOff, _wrong, _writesPutOff) = (0, 0, 0);
        return line;
    }

    private async Task AskAsync(int seed, TimeSpan end)
    {
        var random = new Random(seed + (int)end.TotalMilliseconds);
        while (_clock.Elapsed < end)
        {
            var (person, start) = (random.Next(people), _clock.Elapsed);
            try
            {
                var answer = await gallery.IdentifyAsync(TestFaces.Image(person, 9), new IdentifyOptions { K = 10 });
                _times.Add(_clock.Elapsed - start);
                if (answer.Coverage < 1 || answer.Candidates[0].ExternalId != $"id-{person}")
                    Interlocked.Increment(ref _wrong);
            }
            catch (GalleryException) { await PutOffAsync(() => Interlocked.Increment(ref _putOff)); }
        }
    }

    /// <summary>Everybody new is found at once; every second one leaves again, and is found no more.</summary>
    private async Task WriteAsync(TimeSpan end)
    {
        while (_clock.Elapsed < end)
        {
            var person = ++_newcomer;
            try
            {
                var enrolled = await gallery.EnrolAsync(TestFaces.Request(person, 0));
                Acknowledged[$"id-{person}"] = true;
                var found = await gallery.IdentifyAsync(TestFaces.Image(person, 9),
                    new IdentifyOptions { MinimumVersion = enrolled.GalleryVersion });
                if (found.Candidates[0].PersonId != enrolled.Person.Id) Interlocked.Increment(ref _wrong);
                if (person % 2 == 0) continue;
                var removed = await gallery.RemovePersonAsync(enrolled.Person.Id);
                Acknowledged[$"id-{person}"] = false;
                found = await gallery.IdentifyAsync(TestFaces.Image(person, 9),
                    new IdentifyOptions { MinimumVersion = removed.GalleryVersion });
                if (found.Candidates.Any(one => one.PersonId == enrolled.Person.Id)) Interlocked.Increment(ref _wrong);
            }
            catch (GalleryException) { await PutOffAsync(() => Interlocked.Increment(ref _writesPutOff)); }
        }
    }

    private async Task PutOffAsync(Action count)
    {
        count();
        Interlocked.Exchange(ref _lastPutOff, _clock.Elapsed.Ticks);
        await Task.Delay(100);
    }
}
