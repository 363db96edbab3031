using System.Text.Json;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Data;
using Pfe.Reporting.Report;
using Pfe.Samples.Cookbook;
using Pfe.TestSupport;

namespace Pfe.Reporting.Tests;

public sealed class FaceReportTests
{
    [Fact]
    public void The_report_is_one_page_without_network_its_figures_and_their_numbers()
    {
        using var folder = new TemporaryFolder();
        using var fonts = Fonts.Load();
        var report = CookbookTests.Report.Value;
        var page = File.ReadAllText(report.Write(folder.Path, fonts));
        report.Figures.Count.ShouldBe(12);
        // The namespace of SVG is a name, not an address that is fetched.
        page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).ShouldNotContain("http");
        page.ShouldNotContain("<script");
        foreach (var figure in report.Figures)
        {
            page.ShouldContain($"<section id=\"{figure.Id}\">");
            foreach (var kind in new[] { ".svg", ".png", ".csv" })
                new FileInfo(Path.Combine(folder.Path, "figures", figure.Id + kind)).Length.ShouldBeGreaterThan(50);
        }
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "data.json")));
        json.RootElement.GetProperty("figures").EnumerateObject().Select(entry => entry.Name)
            .ShouldBe(report.Figures.Select(figure => figure.Id));
    }

    [Fact]
    public void Without_faces_no_picture_and_no_path_is_in_the_report()
    {
        var faces = SimulatedFaces.Draw(20, 4);
        var data = ReportData.Of("drawn", faces,
            LabelledFaces.FromFolders(faces.Paths)) with
        { Thumbnails = new FaceThumbnails(row => SimulatedFaces.Picture(row, 4)) };
        FaceReport.Of(data).Figures.ShouldContain(figure => figure.ToSvg().Contains("<image"));
        FaceReport.Of(data, new ReportOptions { Faces = false }).Figures.ShouldAllBe(figure => !figure.ToSvg().Contains("<image"));
        // The folder of a path is the person's name.
        FaceReport.Of(data).Figures.ShouldContain(figure => figure.Data.ToCsv().Contains("person0"));
        FaceReport.Of(data, new ReportOptions { Faces = false })
            .Figures.ShouldAllBe(figure => !figure.Data.ToCsv().Contains("person0") && !figure.ToSvg().Contains("person0"));
    }

    [Fact]
    public void A_head_that_learnt_nothing_is_named_at_the_top()
    {
        var trained = SimulatedFaces.Draw(20, 4);
        var flat = new float[trained.Count * trained.Dimension];
        Array.Fill(flat, -7f);
        var mu = Enumerable.Range(0, trained.Count).SelectMany(row => trained.Mu(row).ToArray()).ToArray();
        var faces = new EmbeddingSet(trained.Dimension, mu, flat, trained.Paths);
        FaceReport.Of(ReportData.Of("flat", faces, LabelledFaces.FromFolders(faces.Paths)))
            .Warnings.ShouldContain(line => line.Contains("untrained or has collapsed"));
        FaceReport.Of(ReportData.Of("trained", trained, LabelledFaces.FromFolders(trained.Paths))).Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_report_over_100_000_faces_stays_small()
    {
        var faces = SimulatedFaces.Draw(5_000, 20, dimension: 128);
        var data = ReportData.Of("generated", faces,
            LabelledFaces.FromFolders(faces.Paths)) with
        { Thumbnails = new FaceThumbnails(row => SimulatedFaces.Picture(row, 20)) };
        using var folder = new TemporaryFolder();
        using var fonts = Fonts.Load();
        FaceReport.Of(data, new ReportOptions { Resamples = 50 }).Write(folder.Path, fonts);
        new DirectoryInfo(folder.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
            .ShouldBeLessThan(10_000_000);
    }
}
