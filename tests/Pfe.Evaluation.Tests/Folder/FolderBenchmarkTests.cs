using Pfe.Evaluation.Folder;
using Pfe.Evaluation.Tests.Generated;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests.Folder;

public sealed class FolderBenchmarkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Files that stand for images: what is in them does not matter, only whether it is equal.</summary>
    private string[] Write(int people, int images, Func<int, int, string>? content = null)
    {
        var names = (from person in Enumerable.Range(0, people) from image in Enumerable.Range(0, images) select (person, image)).ToList();
        foreach (var (person, image) in names)
            File.WriteAllText(_folder.File($"p{person:00}", $"{image}.jpg"), content?.Invoke(person, image) ?? $"{person} {image}");
        return [.. names.Select(name => $"p{name.person:00}/{name.image}.jpg")];
    }

    private static EmbeddingSet FacesOf(string[] names, Func<string, string>? identity = null) =>
        Faces.Of(names, [.. names.Select(identity ?? (name => name[..3]))], 32, 0.3, 6);

    [Fact]
    public void Every_pair_is_compared_once_and_a_sound_folder_has_no_warning()
    {
        var names = Write(40, 4);
        using var faces = FacesOf(names);
        var result = new FolderBenchmark(_folder.Path, faces).Evaluate();
        (result.GenuinePairs, result.ImpostorPairs, result.Identities, result.Images).ShouldBe((40 * 6, 160 * 159 / 2 - 240, 40, 160));
        result.Check.Warnings.ShouldBeEmpty();
        result.Protocol.ShouldBe("own folder, all pairs");
    }

    [Fact]
    public void A_folder_holds_the_pictures_that_an_embedding_run_reads()
    {
        foreach (var extension in new[] { "jpg", "JPEG", "jpe", "jfif", "png", "webp", "bmp", "gif", "txt" })
            File.WriteAllText(_folder.File("ann", $"a.{extension}"), "");
        FolderImage.In(_folder.Path).Select(image => image.Name)
            .ShouldBe(["ann/a.JPEG", "ann/a.bmp", "ann/a.gif", "ann/a.jfif", "ann/a.jpe", "ann/a.jpg", "ann/a.png", "ann/a.webp"]);
    }

    [Fact]
    public void Sampled_pairs_are_the_same_for_the_same_seed_and_others_for_another()
    {
        var names = Write(40, 4);
        using var faces = FacesOf(names);
        IReadOnlyList<FolderScoreResult> Scores(int seed) =>
            new FolderBenchmark(_folder.Path, faces).Evaluate(new() { MaxGenuinePairs = 100, MaxImpostorPairs = 3000, Seed = seed }).Scores;
        double[] Thresholds(int seed) => [.. Scores(seed).SelectMany(score => score.Rates).Select(rate => rate.Threshold)];
        Thresholds(1).ShouldBe(Thresholds(1));
        Thresholds(1).ShouldNotBe(Thresholds(2));
    }

    [Fact]
    public void A_sample_holds_distinct_pairs_of_the_right_kind_drawn_evenly()
    {
        int[] identity = [.. Enumerable.Range(0, 60).Select(n => n / 3)];
        var pairs = FolderPairs.Build([.. Enumerable.Range(0, 60)], identity, 60, new() { MaxGenuinePairs = 20, MaxImpostorPairs = 500 });
        (pairs.GenuineCount, pairs.ImpostorCount).ShouldBe((20, 500));
        var keys = Enumerable.Range(0, pairs.Count).Select(n => (pairs.First.Span[n], pairs.Second.Span[n])).ToList();
        keys.Distinct().Count().ShouldBe(520);
        for (var n = 0; n < pairs.Count; n++) (identity[keys[n].Item1] == identity[keys[n].Item2]).ShouldBe(pairs.Same.Span[n]);
        // 1,000 ends over 60 faces: 17 each on average; an even draw stays well within these bounds.
        foreach (var face in Enumerable.Range(0, 60))
            keys.Skip(20).Count(key => key.Item1 == face || key.Item2 == face).ShouldBeInRange(3, 38);
    }

    [Fact]
    public void The_false_accept_rate_that_the_data_support_follows_the_rule_of_thirty()
    {
        var names = Write(40, 4);
        using var faces = FacesOf(names);
        var result = new FolderBenchmark(_folder.Path, faces).Evaluate();
        result.Support.ShouldBe(new FarSupport(12480, 780, 30.0 / 780, 30.0 / 12480));
        result.Scores[0].Rates.Select(rate => rate.RequestedFar).ShouldBe([0.1, 0.01]);
        result.Notes.ShouldContain(note => note.Contains("down to 3.8e-2 firmly") && note.Contains("nothing below 2.4e-3"));
    }

    [Fact]
    public void A_folder_that_supports_no_false_accept_rate_says_so_in_words()
    {
        using var faces = FacesOf(Write(3, 2));
        new FolderBenchmark(_folder.Path, faces).Evaluate()
            .Notes.ShouldContain("this folder supports no false accept rate at all: its 12 impostor pairs of 3 pairs of persons would " +
            "have to be 3000 to say anything of FAR 1e-2");
    }

    [Fact]
    public void Equal_files_under_two_names_are_found_and_equal_files_of_one_person_are_not_meant()
    {
        var names = Write(40, 3, (person, image) =>
            (person, image) switch { (4, 1) or (9, 2) => "the same", (5, _) => "one person's", _ => $"{person} {image}" });
        using var faces = FacesOf(names);
        var check = new FolderBenchmark(_folder.Path, faces).Evaluate().Check;
        check.EqualFiles.ShouldBe([new LikelyDuplicate("p04/1.jpg", "p09/2.jpg", null)]);
        check.Warnings.ShouldHaveSingleItem().ShouldContain("p04/1.jpg and p09/2.jpg");
    }

    [Fact]
    public void One_person_under_two_names_is_found_by_the_faces()
    {
        var names = Write(30, 3);
        using var faces = FacesOf(names, name => name[..3] == "p17" ? "p03" : name[..3]);
        var check = new FolderBenchmark(_folder.Path, faces).Evaluate().Check;
        var pair = check.LikelyOnePerson.ShouldHaveSingleItem();
        (pair.First, pair.Second).ShouldBe(("p03", "p17"));
        pair.Cosine!.Value.ShouldBeGreaterThan(0.5);
    }

    [Fact]
    public void Missing_embeddings_and_single_images_are_counted()
    {
        var names = Write(30, 2);
        using var faces = FacesOf([.. names.Where(name => name is not "p07/1.jpg")]);
        var benchmark = new FolderBenchmark(_folder.Path, faces);
        benchmark.NotEmbedded.ShouldBe(["p07/1.jpg"]);
        var check = benchmark.Evaluate(unreadable: []).Check;
        check.SingleImageIdentities.ShouldBe(1);
        check.Warnings.ShouldContain(warning => warning.Contains("1 of 60 images are left out (0 unreadable, 1 without a face)"));
    }

    [Theory]
    [InlineData(1, 4, "one identity only")]
    [InlineData(5, 1, "one usable image for each of its 5 identities")]
    public void Too_little_to_compare_is_refused(int people, int images, string message)
    {
        var names = Write(people, images);
        using var faces = FacesOf(names);
        Should.Throw<PfeException>(() => new FolderBenchmark(_folder.Path, faces)).Message.ShouldContain(message);
    }

    [Fact]
    public void Pictures_outside_of_identity_folders_are_refused()
    {
        var names = Write(3, 2);
        File.WriteAllText(_folder.File("stray.jpg"), "");
        using var faces = FacesOf(names);
        Should.Throw<PfeException>(() => new FolderBenchmark(_folder.Path, faces)).Message.ShouldContain("'stray.jpg' first");
    }
}
