using Pfe.Samples.Cookbook;
using Pfe.Search;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>
/// Commands killed at any moment, again and again: what is there afterwards is whole, the next run goes on and ends as an unbroken one
/// does, and nothing is left over. How often: <see cref="Kills"/>.
/// </summary>
public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Kills _kills = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Index_build_leaves_the_whole_index_or_none()
    {
        var (faces, index) = (Faces("people", 4000), Path.Combine(_folder.Path, "out", "people.pfi"));
        string[] build = ["index", "build", index, faces];
        var time = Ended(build).Time;
        File.Delete(index);
        for (var n = 0; _kills.GoesOn(); n++)
        {
            _kills.Note(PfeProcess.Run(_kills.Moment(time), build));
            if (File.Exists(index)) Whole();
            File.Delete(index);
        }
        Ended(build);
        Whole();
        Directory.GetFiles(Path.GetDirectoryName(index)!).ShouldBe([index]);

        void Whole()
        {
            using var open = FileIndex.Open(index);
            open.Verify(TestContext.Current.CancellationToken);
            open.Count.ShouldBe(4000);
        }
    }

    [Fact]
    public void Index_add_and_remove_leave_the_faces_of_before_or_after()
    {
        var index = Path.Combine(_folder.Path, "out", "people.pfi");
        Ended(["index", "build", index, Faces("people", 500)]);
        var (more, count, added) = (Faces("more", 500), 500, 0);
        string[] Add(int n) => ["index", "add", index, Renamed(more, n)];
        var time = Ended(Add(-1)).Time;
        count += 500;
        for (var n = 0; _kills.GoesOn(); n++)
        {
            var remove = n % 2 == 1 && added > 0;
            _kills.Note(PfeProcess.Run(_kills.Moment(time), remove ? ["index", "remove", index, $"{added}-0"] : Add(n)));
            File.Delete(_folder.File($"more-{n}.safetensors"));
            using var open = FileIndex.Open(index);
            open.Verify(TestContext.Current.CancellationToken);
            ((int)open.Count).ShouldBeOneOf(count, remove ? count - 1 : count + 500);
            if (!remove && open.Count == count + 500) added = n;
            count = (int)open.Count;
            if (count < 10_000) continue;
            // Not for ever larger: each look at it reads it as a whole.
            Ended(["index", "build", index, more]);
            (count, added) = (500, 0);
        }
        Ended(Add(-2));
        using (var open = FileIndex.Open(index)) open.Count.ShouldBe(count + 500);
        Directory.GetFiles(Path.GetDirectoryName(index)!).ShouldBe([index]);
    }

    [Fact]
    public void Embed_goes_on_and_ends_in_the_same_file()
    {
        for (var i = 0; i < 40; i++) BadPictures.Noise(112, 112, i).Save(_folder.File("in", $"{i:00}.png"));
        string[] Embed(string name) =>
            ["embed", Path.Combine(_folder.Path, "in"), "--aligned", "--workers", "1", "--output",
                Path.Combine(_folder.Path, name, "e.safetensors")];
        var time = Ended(Embed("whole")).Time;
        KilledAndResumed(Embed("killed"), time, () => Same("whole", "killed"));
    }

    [Fact]
    public void Align_goes_on_and_ends_in_the_same_pictures()
    {
        var list = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            BadPictures.Noise(160, 150, i).Save(_folder.File("in", "p", $"{i:00}.png"));
            list.Add($"p/{i:00}.png 56 67 98 67 77 91 60 116 95 116");
        }
        File.WriteAllLines(_folder.File("list.txt"), list);
        string[] Align(string name) =>
            ["align", Path.Combine(_folder.Path, "in"), "--landmarks", _folder.File("list.txt"), "--output",
                Path.Combine(_folder.Path, name)];
        var time = Ended(Align("whole")).Time;
        KilledAndResumed(Align("killed"), time, () => Same("whole", "killed", ".pfe-made"));
    }

    [Fact]
    public void Train_resumed_ends_in_the_same_bits_as_an_unbroken_run()
    {
        var (whole, killed) = (Path.Combine(_folder.Path, "whole"), Path.Combine(_folder.Path, "killed"));
        var time = Ended(["train", DrawnPeople.Configuration(_folder, whole)]).Time;
        var config = DrawnPeople.Configuration(_folder, killed);
        string[] Command() => Run(killed) is { } run ? ["train", "--resume", run] : ["train", config];
        while (_kills.GoesOn())
        {
            if (_kills.Note(PfeProcess.Run(_kills.Moment(time), Command())) is not { } ended) continue;
            ended.Code.ShouldBe(0, ended.Error);
            SameBits();
            Directory.Delete(killed, recursive: true);
            // Computed and kept by the first run, so that the next ones are killed in their training: now in their features again.
            Directory.Delete(Path.Combine(_folder.Path, "cache"), recursive: true);
        }
        Ended(Command());
        SameBits();

        void SameBits()
        {
            foreach (var file in new[] { "head.safetensors", "model.onnx" })
                File.ReadAllBytes(Path.Combine(Run(killed)!, file)).ShouldBe(File.ReadAllBytes(Path.Combine(Run(whole)!, file)), file);
            // A folder that was killed before it was a run is nobody's, and keeps what was being written into it.
            Directory.GetFiles(Run(killed)!, "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
        }
    }

    /// <summary>The run's folder, once it has a configuration; a folder without one was killed before it was a run.</summary>
    private static string? Run(string log) => Directory.Exists(Path.Combine(log, "x"))
        ? Directory.GetDirectories(Path.Combine(log, "x")).Order(StringComparer.Ordinal)
            .FirstOrDefault(run => File.Exists(Path.Combine(run, "config.json"))) : null;

    /// <summary>A run that was killed is gone on with; what one that ended has made is looked at and made anew.</summary>
    private void KilledAndResumed(string[] command, TimeSpan time, Action same)
    {
        while (_kills.GoesOn())
        {
            if (_kills.Note(PfeProcess.Run(_kills.Moment(time), command)) is not { } ended) continue;
            ended.Code.ShouldBe(0, ended.Error);
            same();
            Directory.Delete(Path.Combine(_folder.Path, "killed"), recursive: true);
        }
        Ended(command);
        same();
    }

    private void Same(string whole, string killed, params string[] except)
    {
        var (one, other) = (Files(whole), Files(killed));
        other.Keys.ShouldBe(one.Keys);
        foreach (var (name, bytes) in one) other[name].SequenceEqual(bytes).ShouldBeTrue(name);

        SortedDictionary<string, byte[]> Files(string name) => new(
            Directory.GetFiles(Path.Combine(_folder.Path, name), "*", SearchOption.AllDirectories)
                .Where(path => !except.Contains(Path.GetFileName(path)))
                .ToDictionary(path => Path.GetRelativePath(Path.Combine(_folder.Path, name), path), File.ReadAllBytes),
                    StringComparer.Ordinal);
    }

    private static PfeProcess Ended(string[] command)
    {
        var run = PfeProcess.Run(command);
        run.Code.ShouldBe(0, run.Error);
        return run;
    }

    private string Faces(string name, int count)
    {
        var path = _folder.File($"{name}.safetensors");
        if (!File.Exists(path)) SimulatedFaces.Draw(persons: count / 5, images: 5).Save(path);
        return path;
    }

    /// <summary>The same faces under names that no index has yet.</summary>
    private string Renamed(string faces, int n)
    {
        var path = _folder.File($"more-{n}.safetensors");
        using var set = EmbeddingSet.Load(faces);
        var (mu, logVariance) = (new float[set.Count * set.Dimension], new float[set.Count * set.Dimension]);
        for (var i = 0; i < set.Count; i++)
        {
            set.Mu(i).CopyTo(mu.AsSpan(i * set.Dimension));
            set.LogVariance(i).CopyTo(logVariance.AsSpan(i * set.Dimension));
        }
        new EmbeddingSet(set.Dimension, mu, logVariance, [.. Enumerable.Range(0, set.Count).Select(i => $"{n}-{i}")]).Save(path);
        return path;
    }
}
