using System.Diagnostics;
using Pfe.Calibration;
using Pfe.Evaluation.Ijb;
using Pfe.Scoring;
using Pfe.Storage;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests.Ijb;

public sealed class IjbCSizeTests
{
    private const int Subjects = 3531, TemplateCount = 23_124, ImagesATemplate = 3, Dimension = 512, Impostors = 15_638_932;

    /// <summary>
    /// Run alone: <c>dotnet run -c Release --project tests/Pfe.Evaluation.Tests -- -explicit only -class
    /// Pfe.Evaluation.Tests.Ijb.IjbCSizeTests -showliveoutput</c>. Wall time and peak memory go to the output; docs/evaluation.md quotes
    /// them.
    /// </summary>
    [Fact(Explicit = true)]
    public void A_protocol_of_the_size_of_ijbc_is_read_pooled_scored_by_six_methods_and_judged()
    {
        using var folder = new TemporaryFolder();
        var files = Write(folder);
        var clock = Stopwatch.StartNew();
        using var faces = EmbeddingSet.Load(folder.File("faces.safetensors"));
        var log = new Log(clock);
        var result = IjbC.Evaluate(files, faces, bootstrap: new() { Resamples = 200 }, calibration: Calibration, progress: log);
        log.Write("all");
        (result.Templates, result.ImpostorPairs).ShouldBe((TemplateCount, Impostors));
        result.Probability!.Impostor.Pairs.ShouldBe(Impostors);
        result.Methods.ShouldAllBe(method => method.Rates.Count == 4);
        Process.GetCurrentProcess().PeakWorkingSet64.ShouldBeLessThan(4L << 30);
    }

    private static readonly ScoreCalibration Calibration = new()
    {
        Score = ScoreKind.MutualLikelihood, Dimension = Dimension, Lines = [new(-8, 0.02, -15), new(-4, 0.02, -15)],
        FalseMatch = [new(1e-3, 3)], DifferentBelow = -1,
        Quality = new([.. Enumerable.Range(0, 101).Select(step => -8 + 0.04 * step)]), GenuinePairs = 30, ImpostorPairs = 30_000,
        Source = "made up",
    };

    private static IjbCFiles Write(TemporaryFolder folder)
    {
        var random = new Random(1);
        int[] subject = [.. Enumerable.Range(0, TemplateCount).Select(template => template % Subjects)];
        using (var templates = new StreamWriter(folder.File("t.csv")))
        {
            templates.WriteLine("TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID");
            for (var image = 0; image < TemplateCount * ImagesATemplate; image++)
                templates.WriteLine($"{image / ImagesATemplate},{subject[image / ImagesATemplate]},img/{image}.jpg,{image - image % 2}");
        }
        using (var matches = new StreamWriter(folder.File("m.csv")))
        {
            for (var template = 0; template < TemplateCount - Subjects; template++) matches.WriteLine($"{template},{template + Subjects}");
            for (var impostors = 0; impostors < Impostors;)
            {
                var (probe, gallery) = (impostors / 800 % TemplateCount, random.Next(TemplateCount));
                if (subject[probe] == subject[gallery]) gallery = (gallery + 1) % TemplateCount;
                matches.WriteLine($"{probe},{gallery}");
                impostors++;
            }
        }
        WriteFaces(folder.File("faces.safetensors"), subject, random);
        return new("IJB-C's size, generated", [folder.File("t.csv")], folder.File("m.csv"));
    }

    private static void WriteFaces(string path, int[] subject, Random random)
    {
        var directions = new float[Subjects * Dimension];
        for (var n = 0; n < directions.Length; n++) directions[n] = random.NextSingle() - 0.5f;
        var images = subject.Length * ImagesATemplate;
        var names = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, images).Select(image => $"img/{image}.jpg")));
        var row = new float[Dimension];
        void Rows(Stream stream, Action<int> fill)
        {
            for (var image = 0; image < images; image++)
            {
                fill(image);
                stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(row.AsSpan()));
            }
        }
        Safetensors.Write(path,
        [
            new("mu", "F32", [images, Dimension], stream => Rows(stream, image =>
            {
                var direction = directions.AsSpan(subject[image / ImagesATemplate] * Dimension, Dimension);
                var squared = 0f;
                for (var l = 0; l < Dimension; l++)
                {
                    row[l] = direction[l] + (random.NextSingle() - 0.5f) * (image % 3);
                    squared += row[l] * row[l];
                }
                for (var l = 0; l < Dimension; l++) row[l] /= MathF.Sqrt(squared);
            })),
            new("log_variance", "F32", [images, Dimension], stream => Rows(stream, image =>
            {
                for (var l = 0; l < Dimension; l++) row[l] = -7 + image % 3 + random.NextSingle();
            })),
            new("paths", "U8", [names.Length], stream => stream.Write(names)),
        ]);
    }

    private sealed class Log(Stopwatch clock) : IProgress<Evaluation.Templates.TemplateMethod>
    {
        public void Report(Evaluation.Templates.TemplateMethod value) => Write(value.ToString());

        public void Write(string what)
        {
            var process = Process.GetCurrentProcess();
            TestContext.Current.TestOutputHelper!.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s, processor " +
                $"{process.TotalProcessorTime.TotalSeconds:0} s, peak {process.PeakWorkingSet64 >> 20} MB: {what}");
        }
    }
}
