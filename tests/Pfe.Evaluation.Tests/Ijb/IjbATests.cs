using System.Formats.Tar;
using System.IO.Compression;
using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.Tests.Generated;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests.Ijb;

public sealed class IjbATests
{
    [Fact]
    public void The_ten_real_splits_with_features_of_known_answer_give_that_answer()
    {
        var reason = TestData.MissingReason("ijba-protocol.tar.gz");
        Assert.SkipWhen(reason is not null, reason ?? "");
        using var folder = new TemporaryFolder();
        using (var archive = new GZipStream(File.OpenRead(TestData.Path("ijba-protocol.tar.gz")), CompressionMode.Decompress))
            TarFile.ExtractToDirectory(archive, folder.Path, overwriteFiles: true);
        var root = Path.Combine(folder.Path, "proto", "IJB-A");
        // Images under the names of the crop tool; subject 9 of the sorted list has lost all of its images.
        var images = File.ReadLines(Path.Combine(root, "metadata.csv")).Skip(1).Select(line => line.Split(','))
            .Select(fields => (Subject: fields[1], Path: $"{fields[1]}/{fields[2].Replace('/', '_')}")).Distinct().ToList();
        var lost = images.Select(image => image.Subject).Distinct().Order(StringComparer.Ordinal).ElementAt(9);
        images.RemoveAll(image => image.Subject == lost);
        using var faces = Faces.Of(
            [.. images.Select(image => image.Path)], [.. images.Select(image => image.Subject)], 48, 0.05, 7, damaged: false);

        var splits = new List<int>();
        var result = IjbA.Evaluate(root, faces, progress: new Tell(splits.Add));
        splits.ShouldBe(Enumerable.Range(1, 10));
        (result.Splits, result.GenuinePairs + result.ImpostorPairs).ShouldBe((10, CountLines(root)));

        // Every face that is there is recognised; every genuine pair of the lost subject is rejected: the answer is a matter of counting.
        var expected = Enumerable.Range(1, 10).Select(split => ExpectedTar(root, split, lost)).ToList();
        result.TemplatesWithoutImages.ShouldBe(expected.Sum(split => split.LostTemplates));
        result.TemplatesWithoutImages.ShouldBeGreaterThan(0);
        var mean = expected.Average(split => split.Tar);
        foreach (var rate in result.Methods.SelectMany(method => method.Rates))
        {
            rate.Tar.ShouldBe(mean, 1e-12);
            rate.TarDeviation!.Value.ShouldBe(Math.Sqrt(expected.Average(split => Math.Pow(split.Tar - mean, 2))), 1e-12);
        }
    }

    [Fact]
    public void A_folder_without_splits_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var faces = Faces.Of(["a"], ["a"], 4, 0.1, 1);
        Should.Throw<PfeException>(() => IjbA.Evaluate(folder.Path, faces)).Message.ShouldContain("split1 to split10");
    }

    private static (double Tar, int LostTemplates) ExpectedTar(string root, int split, string lost)
    {
        var files = Path.Combine(root, "IJB-A_11_sets", $"split{split}");
        var subjects = File.ReadLines(Path.Combine(files, $"verify_metadata_{split}.csv")).Skip(1).Select(line => line.Split(','))
            .GroupBy(fields => fields[0]).ToDictionary(group => group.Key, group => group.First()[1]);
        var genuine = File.ReadLines(Path.Combine(files, $"verify_comparisons_{split}.csv")).Select(line => line.Split(','))
            .Where(pair => subjects[pair[0]] == subjects[pair[1]]).Select(pair => subjects[pair[0]]).ToList();
        return (genuine.Average(subject => subject == lost ? 0.0 : 1.0), subjects.Values.Count(subject => subject == lost));
    }

    private static int CountLines(string root) =>
        Directory.GetFiles(root, "verify_comparisons_*.csv", SearchOption.AllDirectories).Sum(file => File.ReadLines(file).Count());

    private sealed class Tell(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
