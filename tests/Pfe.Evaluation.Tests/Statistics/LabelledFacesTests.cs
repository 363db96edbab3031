using Pfe.Evaluation.Statistics;

namespace Pfe.Evaluation.Tests.Statistics;

public sealed class LabelledFacesTests
{
    private static readonly LabelledFaces Faces =
        LabelledFaces.FromFolders([.. Enumerable.Range(0, 300).Select(row => $"p{row / 6}/{row % 6}.jpg")]);

    [Fact]
    public void All_pairs_are_there_once_when_they_are_few_enough()
    {
        var pairs = Faces.Pairs();
        pairs.GenuineCount.ShouldBe(50 * 15);
        pairs.ImpostorCount.ShouldBe(300 * 299 / 2 - 50 * 15);
    }

    [Theory]
    [InlineData(100, 500)]
    [InlineData(100, 40_000)]
    public void A_sample_has_the_wanted_size_right_labels_and_no_pair_twice(int genuine, int impostor)
    {
        var pairs = Faces.Pairs(genuine, impostor);
        pairs.GenuineCount.ShouldBe(genuine);
        pairs.ImpostorCount.ShouldBe(impostor);
        var (first, second) = (pairs.First.ToArray(), pairs.Second.ToArray());
        first.Zip(second).Distinct().Count().ShouldBe(pairs.Count);
        for (var n = 0; n < pairs.Count; n++) (first[n] / 6 == second[n] / 6).ShouldBe(pairs.Same.Span[n]);
        Faces.Pairs(genuine, impostor).First.ToArray().ShouldBe(first);
    }

    [Fact]
    public void One_person_alone_is_refused() =>
        Should.Throw<PfeException>(() => LabelledFaces.FromFolders(["a/1.jpg", "a/2.jpg"]).Pairs())
            .Message.ShouldContain("at least two persons");

    [Fact]
    public void An_image_in_no_folder_is_refused_by_name() =>
        Should.Throw<PfeException>(() => LabelledFaces.FromFolders(["1.jpg"])).Message.ShouldContain("'1.jpg'");
}
