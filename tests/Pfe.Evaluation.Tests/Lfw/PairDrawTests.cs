using Pfe.Evaluation.Folder;
using Pfe.Evaluation.Lfw;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests.Lfw;

public sealed class PairDrawTests
{
    private static readonly PairDrawOptions Options = new() { Folds = 4, PairsPerFold = 6, Seed = 7 };

    /// <summary>Persons with 1 to 5 images, in LFW's form.</summary>
    private static List<FolderImage> Folder(int people, Func<int, int, string>? name = null) =>
        [.. from p in Enumerable.Range(0, people)
            from i in Enumerable.Range(1, p % 5 + 1)
            select new FolderImage($"P_{p}/{name?.Invoke(p, i) ?? $"P_{p}_{i:0000}.jpg"}", $"P_{p}")];

    [Fact]
    public void The_file_is_read_back_and_no_person_is_in_two_folds_and_no_pair_twice()
    {
        var pairs = Read(PairDraw.Draw(Folder(60), Options));
        (pairs.Folds, pairs.Pairs.Count).ShouldBe((4, 48));
        var folds = pairs.Pairs.SelectMany(pair => new[] { (Person(pair.First), pair.Fold), (Person(pair.Second), pair.Fold) }).Distinct()
            .ToList();
        folds.GroupBy(entry => entry.Item1).ShouldAllBe(person => person.Count() == 1);
        pairs.Pairs.ShouldAllBe(pair => pair.Same == (Person(pair.First) == Person(pair.Second)) && pair.First != pair.Second);
        pairs.Pairs.Select(pair => string.CompareOrdinal(pair.First, pair.Second) < 0 ? (pair.First, pair.Second)
            : (pair.Second, pair.First)).Distinct().Count().ShouldBe(48);
        string[] known = [.. Folder(60).Select(image => Path.ChangeExtension(image.Name, null))];
        pairs.Pairs.ShouldAllBe(pair => known.Contains(pair.First) && known.Contains(pair.Second));
    }

    [Fact]
    public void Same_seed_same_file_and_another_seed_another_file()
    {
        PairDraw.Draw(Folder(60), Options).ShouldBe(PairDraw.Draw(Folder(60), Options));
        PairDraw.Draw(Folder(60), Options with { Seed = 8 }).ShouldNotBe(PairDraw.Draw(Folder(60), Options));
    }

    [Theory]
    [InlineData(".jpg")]
    [InlineData(" copy.png")]
    public void Images_under_other_names_go_by_their_names(string ending)
    {
        var folder = Folder(60, (p, i) => $"{1000 * p + i:000000}{ending}");
        var pairs = Read(PairDraw.Draw(folder, Options));
        pairs.Pairs.ShouldAllBe(pair => folder.Any(image => image.Name == pair.First) && folder.Any(image => image.Name == pair.Second));
    }

    [Fact]
    public void A_small_folder_gives_all_it_has_and_is_told_how_much_that_is()
    {
        // 4 persons of 2 images in 2 folds: 2 genuine and 4 impostor pairs a fold.
        var folder = Enumerable.Range(0, 4).SelectMany(p => new[] { 1, 2 }.Select(i => new FolderImage($"P{p}/P{p}_{i:0000}.jpg", $"P{p}")))
            .ToList();
        Read(PairDraw.Draw(folder, new PairDrawOptions { Folds = 2, PairsPerFold = 2 })).Pairs.Count.ShouldBe(8);
        Should.Throw<PfeException>(() => PairDraw.Draw(folder, new PairDrawOptions { Folds = 2, PairsPerFold = 3 })).Message
            .ShouldBe(
                "the folder's 4 persons give at most 2 pairs of each kind in each of 2 folds, 3 are wanted: ask for fewer, or for fewer " +
                    "folds");
        Should.Throw<InvalidConfigurationException>(() => PairDraw.Draw(folder, new PairDrawOptions { Folds = 1 }));
    }

    [Fact]
    public void Every_person_of_a_fold_is_about_equally_likely_however_many_images_there_are()
    {
        // One person with 60 images has 1,770 of the fold's 1,775 or so pairs; uniform over pairs it would be nearly all of them.
        var folder = Enumerable.Range(0, 20).SelectMany(p => Enumerable.Range(1, p == 0 ? 60 : 8)
            .Select(i => new FolderImage($"P{p}/P{p}_{i:0000}.jpg", $"P{p}"))).ToList();
        var pairs = Read(PairDraw.Draw(folder, new PairDrawOptions { Folds = 2, PairsPerFold = 100 }));
        pairs.Pairs.Count(pair => pair.Same && Person(pair.First) == "P0").ShouldBeLessThan(25);
    }

    private static string Person(string image) => image[..image.IndexOf('/', StringComparison.Ordinal)];

    private static LfwPairs Read(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("pairs.txt"), text);
        return LfwPairs.Read(folder.File("pairs.txt"));
    }
}
