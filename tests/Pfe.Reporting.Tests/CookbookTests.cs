using System.Text.RegularExpressions;
using Pfe.Calibration;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Figures;
using Pfe.Samples.Cookbook;
using Pfe.TestSupport;

namespace Pfe.Reporting.Tests;

/// <summary>
/// Runs the recipes. Pictures in docs/cookbook are what they draw; to renew them after a change on purpose, run this class with
/// <c>PFE_WRITE_COOKBOOK</c> set to a folder for the whole report, and look at every one.
/// </summary>
public sealed partial class CookbookTests
{
    /// <summary>Made once for all tests that look at it.</summary>
    internal static readonly Lazy<Pfe.Reporting.Report.FaceReport> Report = new(Recipes.Report);

    private static readonly string Pictures = Path.Combine(TestData.RepoRoot, "docs", "cookbook");

    [Fact]
    public void Every_committed_picture_is_what_its_recipe_draws()
    {
        var report = Report.Value;
        Figure[] figures = [.. report.Figures, Recipes.Explain()];
        if (Environment.GetEnvironmentVariable("PFE_WRITE_COOKBOOK") is { Length: > 0 } folder)
        {
            using var fonts = Fonts.Load();
            report.Write(folder, fonts);
            foreach (var figure in figures) Storage.AtomicFile.WriteText(Path.Combine(Pictures, figure.Id + ".svg"), figure.ToSvg());
        }
        Directory.GetFiles(Pictures).Select(path => Path.GetFileNameWithoutExtension(path)!).Order()
            .ShouldBe(figures.Select(figure => figure.Id).Order());
        foreach (var figure in figures)
            ShouldLookAlike(figure.ToSvg(), File.ReadAllText(Path.Combine(Pictures, figure.Id + ".svg")), figure.Id);
    }

    [Fact]
    public void The_calibration_recipe_gives_true_probabilities_on_other_people()
    {
        var faces = SimulatedFaces.Draw(120, 8, seed: 4);
        var pairs = LabelledFaces.FromFolders(faces.Paths).Pairs();
        Reliability.Of(Recipes.Calibrate(), ScoredPairs.Of(faces, pairs.First, pairs.Second, pairs.Same))
            .ExpectedCalibrationError.ShouldBeLessThan(0.06);
    }

    [Fact]
    public void The_comparison_recipe_answers_with_a_reason()
    {
        var verdict = Recipes.Compare();
        verdict.Answer.ShouldBe(Answer.Same);
        verdict.Reason.ShouldNotBeEmpty();
    }

    [Fact]
    public void The_threshold_recipe_has_its_rate() => Recipes.Threshold().Errors.ShouldBe((int)(1e-3 * Recipes.Threshold().ImpostorPairs));

    // Equal but for numbers that differ by less than a pixel, as vector units of different width may round differently; embedded pictures
    // are compared by being there.
    private static void ShouldLookAlike(string actual, string expected, string name)
    {
        var (a, e) = (Embedded().Replace(actual, "data:"), Embedded().Replace(expected, "data:"));
        Number().Replace(a, "#").ShouldBe(Number().Replace(e, "#"), $"{name}.svg has other marks or words than the committed one");
        foreach (var (x, y) in Number().Matches(a).Zip(Number().Matches(e)))
            Math.Abs(double.Parse(x.Value) - double.Parse(y.Value)).ShouldBeLessThan(1, $"{name}.svg: {x.Value} against {y.Value}");
    }

    [GeneratedRegex("data:image/[a-z]+;base64,[^\"]*", RegexOptions.NonBacktracking)]
    private static partial Regex Embedded();

    [GeneratedRegex(@"-?\d+(\.\d+)?", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
