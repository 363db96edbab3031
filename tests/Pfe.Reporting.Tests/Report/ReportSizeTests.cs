using System.Diagnostics;
using System.Runtime.InteropServices;
using Pfe.Calibration;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Data;
using Pfe.Reporting.Report;
using Pfe.Samples.Cookbook;
using Pfe.Scoring;
using Pfe.Storage;
using Pfe.TestSupport;

namespace Pfe.Reporting.Tests.Report;

public sealed class ReportSizeTests
{
    private const int Persons = 5_000, Images = 20, Faces = Persons * Images, Dimension = 512;

    /// <summary>
    /// Run alone: <c>dotnet run -c Release --project tests/Pfe.Reporting.Tests -- -explicit only -class
    /// Pfe.Reporting.Tests.Report.ReportSizeTests -showliveoutput</c>. Wall time, size and peak memory go to the output; docs/results.md
    /// quotes them.
    /// </summary>
    [Theory(Explicit = true)]
    [InlineData(false)]
    [InlineData(true)]
    public void A_report_over_100_000_faces_of_512_dimensions_is_quick_small_and_of_bounded_memory(bool pictures)
    {
        using var folder = new TemporaryFolder();
        using var fonts = Fonts.Load();
        var features = folder.File("generated.safetensors");
        Write(features);
        var clock = Stopwatch.StartNew();
        using var inputs = ReportInputs.Load([features]);
        var data = inputs.Measure(
            new() { Calibration = Calibrate(inputs) }) with
        {
            Thumbnails = pictures
            ? new FaceThumbnails(row => SimulatedFaces.Picture(row, Images)) : null
        };
        FaceReport.Of(data).Write(Path.Combine(folder.Path, "report"), fonts);
        var seconds = clock.Elapsed.TotalSeconds;
        var files = new DirectoryInfo(Path.Combine(folder.Path, "report")).EnumerateFiles("*", SearchOption.AllDirectories).ToList();
        var (all, page) = (files.Sum(file => file.Length), files.Single(file => file.Extension == ".html").Length);
        var process = Process.GetCurrentProcess();
        TestContext.Current.TestOutputHelper!.WriteLine($"pictures {pictures}: {seconds:0.0} s, page {page / 1e6:0.00} MB, all files " +
            $"{all / 1e6:0.00} MB, peak {process.PeakWorkingSet64 >> 20} MB of which the mapped file is " +
            $"{new FileInfo(features).Length >> 20} MB");
        seconds.ShouldBeLessThan(120);
        all.ShouldBeLessThan(10_000_000);
        process.PeakWorkingSet64.ShouldBeLessThan(2L << 30);
    }

    private static ScoreCalibration Calibrate(ReportInputs inputs)
    {
        var pairs = LabelledFaces.FromFolders(inputs.Faces.Paths).Pairs(genuine: 5_000, impostor: 20_000);
        var scored = ScoredPairs.Of(inputs.Faces, pairs.First, pairs.Second, pairs.Same);
        return CalibrationFit.Fit(
            scored, FaceUncertainty.Of(inputs.Faces), ScoreKind.MutualLikelihood, Dimension, "the generated faces themselves");
    }

    // Row by row, so that making the file does not count as the report's memory.
    private static void Write(string path)
    {
        var names = System.Text.Encoding.UTF8.GetBytes(
            string.Join('\n', Enumerable.Range(0, Faces).Select(row => $"person{row / Images:00000}/{row % Images:000}.png")));
        var row = new float[Dimension];
        void Rows(Stream stream, int seed, Action<int, Random> fill)
        {
            var random = new Random(seed);
            for (var face = 0; face < Faces; face++)
            {
                fill(face, random);
                stream.Write(MemoryMarshal.AsBytes(row.AsSpan()));
            }
        }
        Safetensors.Write(path,
        [
            new("mu", "F32", [Faces, Dimension], stream => Rows(stream, 1, (face, random) =>
            {
                // The person's direction, the same for all of its images, and noise of the face's own strength.
                var (person, squares, noise) = (new Random(face / Images), 0f, Noise(face));
                for (var l = 0; l < Dimension; l++)
                {
                    row[l] = person.NextSingle() - 0.5f + noise * (random.NextSingle() - 0.5f);
                    squares += row[l] * row[l];
                }
                for (var l = 0; l < Dimension; l++) row[l] /= MathF.Sqrt(squares);
            })),
            new("log_variance", "F32", [Faces, Dimension], stream => Rows(stream, 2, (face, random) =>
            {
                for (var l = 0; l < Dimension; l++)
                    row[l] = 2 * MathF.Log(Noise(face) / MathF.Sqrt(12 * Dimension)) + 0.2f * (random.NextSingle() - 0.5f);
            })),
            new("paths", "U8", [names.Length], stream => stream.Write(names)),
            new(EmbeddingSet.Norm, "F32", [Faces], stream =>
                stream.Write(MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, Faces).Select(face => 1 / Noise(face))]))),
        ]);
    }

    private static float Noise(int face) => 1.5f + 5 * (float)SimulatedFaces.DamageOf(face);
}
