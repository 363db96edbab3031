using Pfe.Calibration;
using Pfe.TestSupport;

namespace Pfe.Tests.Calibration;

/// <summary>Decisions of people as a file.</summary>
public sealed class ReviewedPairsTests
{
    private const string Heading = "score,uncertainty1,uncertainty2,same,model\n";

    [Fact]
    public void What_is_written_is_read()
    {
        var pairs = new ReviewedPairs("ab12", [new(1.5f, -7.25, -6, true), new(-0.1f, -5, -5.5, false)]);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("decisions.csv"), pairs.ToCsv() + "\n");
        var read = ReviewedPairs.Load(folder.File("decisions.csv"));
        (read.ModelId, read.Pairs.SequenceEqual(pairs.Pairs)).ShouldBe(("ab12", true));
        read.Scored(n => n == 1).Scores.ToArray().ShouldBe([-0.1f]);
    }

    [Theory]
    [InlineData("", "holds no decision")]
    [InlineData("score\n", "line 1", "the heading is")]
    [InlineData(Heading, "holds no decision")]
    [InlineData(Heading + "1,2,3,1\n", "line 2", "wanted are five values")]
    [InlineData(Heading + "1,2,3,1,\n", "line 2", "wanted are five values")]
    [InlineData(Heading + "1,2,3,2,a\n", "line 2", "same being 0 or 1")]
    [InlineData(Heading + "1,2,3,1,a,b\n", "line 2", "wanted are five values")]
    [InlineData(Heading + "1,2,3,1,a\n1,2,3,0,b\n", "line 3", "another model")]
    [InlineData(Heading + "NaN,2,3,1,a\n", "line 2", "'NaN' is no number")]
    [InlineData(Heading + "1,1e9,3,1,a\n", "line 2", "'1e9' is no number")]
    public void What_is_no_such_file_is_refused_with_its_line(string text, params string[] words)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("decisions.csv"), text);
        var message = Should.Throw<PfeException>(() => ReviewedPairs.Load(folder.File("decisions.csv"))).Message;
        foreach (var word in words) message.ShouldContain(word);
    }
}
