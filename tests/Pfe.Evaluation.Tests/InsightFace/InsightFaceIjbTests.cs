using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.InsightFace;
using Pfe.Evaluation.Tests.Generated;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests.InsightFace;

public sealed class InsightFaceIjbTests
{
    private const string Images = "1.jpg 1 100\n2.jpg 1 101\n3.jpg\t1  101\n4.jpg 2 102\n5.jpg 3 103\n6.jpg 4 104\n";
    private const string Pairs = "1 2 1\n1 3 0\n2 3 0\n1 4 0\n3 4 0\n";

    private static InsightFaceIjbFiles Write(TemporaryFolder folder, string images = Images, string pairs = Pairs)
    {
        File.WriteAllText(folder.File("meta", "ijbc_face_tid_mid.txt"), images);
        File.WriteAllText(folder.File("meta", "ijbc_template_pair_label.txt"), pairs);
        return InsightFaceIjbFiles.In(folder.Path);
    }

    private static EmbeddingSet SmallFaces(int count = 6) =>
        Faces.Of([.. Enumerable.Range(1, count).Select(n => $"loose_crop/{n}.jpg")],
            [.. new[] { "a", "a", "a", "a", "b", "c" }.Take(count)], 16, 0.2, 9);

    [Fact]
    public void The_same_protocol_gives_the_same_rates_in_both_forms_of_files()
    {
        using var folder = new TemporaryFolder();
        using var faces = SmallFaces();
        var csv = folder.File("t.csv");
        File.WriteAllText(
            csv, "TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID\n1,10,1.jpg,100\n1,10,2.jpg,101\n1,10,3.jpg,101\n" +
            "2,10,4.jpg,102\n3,11,5.jpg,103\n4,12,6.jpg,104\n");
        File.WriteAllText(folder.File("m.csv"), "1,2\n1,3\n2,3\n1,4\n3,4\n");
        var official = IjbC.Evaluate(new("x", [csv], folder.File("m.csv")), faces);
        var result = InsightFaceIjb.Evaluate(Write(folder), faces);
        (result.Images, result.Templates, result.GenuinePairs, result.ImpostorPairs).ShouldBe((6, 4, 1, 4));
        result.Protocol.ShouldBe("IJB-C 1:1, InsightFace's files");
        foreach (var far in IjbC.Fars)
            result.Methods.Select(method => method.Rates.Single(rate => rate.RequestedFar == far)).ShouldBe(
                official.Methods.Select(method => method.Rates.Single(rate => rate.RequestedFar == far)));
    }

    [Fact]
    public void Missing_images_and_templates_left_without_any_are_counted()
    {
        using var folder = new TemporaryFolder();
        using var faces = SmallFaces(5);
        var result = InsightFaceIjb.Evaluate(Write(folder), faces);
        (result.ImagesMissing, result.TemplatesWithoutImages, result.PairsWithoutScore).ShouldBe((1, 1, 2));
    }

    [Theory]
    [InlineData("1.jpg 1 100\n2.jpg 1\n", Pairs, "ijbc_face_tid_mid.txt', line 2: expected 'image template media'")]
    [InlineData("1.jpg one 100\n", Pairs, "ijbc_face_tid_mid.txt', line 1: expected")]
    [InlineData("1.jpg 1 99999999999\n", Pairs, "line 1: expected")]
    [InlineData("1.jpg 1 1 1\n", Pairs, "line 1: expected")]
    [InlineData(Images, "1 2 1\n\n1 3 2\n", "ijbc_template_pair_label.txt', line 3: expected 'template1 template2 label'")]
    [InlineData(Images, "1 2 1\n1 9 0\n", "ijbc_template_pair_label.txt', line 2: template 9 has no image")]
    [InlineData(Images, "1,2,1\n", "line 1: expected")]
    [InlineData(Images, "1 3 0\n", "0 genuine and 1 impostor pairs")]
    [InlineData("x/1.jpg 1 1\n", Pairs, "none of the protocol's 1 images")]
    public void A_bad_line_is_refused_with_file_and_line(string images, string pairs, string message)
    {
        using var folder = new TemporaryFolder();
        using var faces = SmallFaces();
        var files = Write(folder, images, pairs);
        var error = Should.Throw<PfeException>(() => InsightFaceIjb.Evaluate(files, faces)).Message;
        error.ShouldContain(message);
        error.ShouldNotContain('\n');
    }

    [Fact]
    public void A_folder_without_the_files_says_what_it_wants()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<PfeException>(() => InsightFaceIjbFiles.In(folder.Path)).Message.ShouldContain("0 files *_face_tid_mid.txt");
        Should.Throw<PfeException>(() => InsightFaceIjbFiles.In(folder.File("no"))).Message.ShouldContain("there is no folder");
    }
}
