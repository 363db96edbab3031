using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.Templates;
using Pfe.Evaluation.Tests.Generated;
using Pfe.Evaluation.Tests.Metrics;
using Pfe.Scoring;
using Pfe.TestSupport;

namespace Pfe.Evaluation.Tests.Ijb;

public sealed class IjbCIdentificationTests : IDisposable
{
    private const string Header = "TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(string name, IEnumerable<(int Template, int Subject, string File)> rows)
    {
        File.WriteAllLines(_folder.File(name), [Header, .. rows.Select((row, n) => $"{row.Template},{row.Subject},{row.File},{n / 2}")]);
        return _folder.File(name);
    }

    [Fact]
    public void Rates_are_the_mean_over_the_galleries_and_equal_the_definition()
    {
        // Subjects 0 to 19 in gallery 1, 20 to 39 in gallery 2; 60 probes of subjects 0 to 39, two images each; a probe of the one gallery
        // is a stranger in the other.
        var galleries = Enumerable.Range(0, 40).Select(subject => (Template: subject, Subject: subject, File: $"g/{subject}.jpg")).ToList();
        var probes = Enumerable.Range(0, 120).Select(image => (Template: 1000 + image / 2, Subject: image / 2 % 40, File: $"p/{image}.jpg"))
            .ToList();
        var all = galleries.Concat(probes).ToList();
        using var faces = Faces.Of([.. all.Select(row => row.File)], [.. all.Select(row => $"{row.Subject}")], 10, 0.9, 3);
        string[] files = [Write("g1.csv", galleries.Take(20)), Write("g2.csv", galleries.Skip(20))];
        var result = IjbCIdentification.Evaluate(files, Write("p.csv", probes), faces);
        (result.Galleries, result.GalleryTemplates, result.Probes, result.MatedSearches, result.NonMatedSearches, result.ImagesMissing)
            .ShouldBe((2, 40, 60, 60, 60, 0));

        foreach (var method in result.Methods.Where(method => !method.MediaAware))
        {
            var probe = Enumerable.Range(0, 60).Select(template =>
            {
                NaiveFace[] images = [NaiveFace.Row(faces, 40 + 2 * template), NaiveFace.Row(faces, 41 + 2 * template)];
                return method.Pooling == Pooling.Average ? NaiveFace.Average(images) : NaiveFace.Fuse(images);
            }).ToList();
            Func<NaiveFace, NaiveFace, double> score = method.Score == ScoreKind.Cosine ? NaiveFace.Cosine : NaiveFace.Mls;
            int[] identities = [.. Enumerable.Range(0, 60).Select(template => template % 40)];
            (double Dir, double Far) Naive(int gallery, int rank, double? fpir)
            {
                int[] subjects = [.. Enumerable.Range(20 * gallery, 20)];
                float[][] scores = [.. probe.Select(
                    face => subjects.Select(subject => (float)score(face, NaiveFace.Row(faces, subject))).ToArray())];
                var alarms = scores.Where((_, p) => !subjects.Contains(identities[p])).Select(row => row.Max()).ToList();
                return NaiveMetrics.Identify(
                    scores, identities, subjects, rank, fpir is { } far
                    ? NaiveMetrics.ThresholdAtFar(alarms, far) : double.NegativeInfinity);
            }
            foreach (var rate in method.ClosedSet.Concat(method.OpenSet))
            {
                var naive = new[] { 0, 1 }.Select(gallery => Naive(gallery, rate.Rank, rate.RequestedFpir)).ToList();
                rate.Tpir.ShouldBe(naive.Average(point => point.Dir), 1.01 / 40);
                if (rate.Fpir is { } fpir) fpir.ShouldBe(naive.Average(point => point.Far), 1e-9);
            }
        }
        result.Methods[0].ClosedSet.Select(rate => rate.Rank).ShouldBe([1, 5, 10]);
        result.Methods[0].OpenSet.Select(rate => rate.RequestedFpir).ShouldBe([0.01, 0.1]);
    }

    [Fact]
    public void A_probe_without_images_is_not_found_and_raises_no_alarm()
    {
        (int, int, string)[] gallery = [(1, 1, "g/1.jpg"), (2, 2, "g/2.jpg"), (3, 3, "g/3.jpg")],
            probes = [(11, 1, "p/1.jpg"), (12, 2, "lost.jpg"), (13, 9, "lost too.jpg"), (14, 3, "p/3.jpg")];
        using var faces = Faces.Of(["g/1.jpg", "g/2.jpg", "g/3.jpg", "p/1.jpg", "p/3.jpg"], ["1", "2", "3", "1", "3"], 16, 0.1, 1);
        var result = IjbCIdentification.Evaluate([Write("g.csv", gallery)], Write("p.csv", probes), faces);
        (result.TemplatesWithoutImages, result.MatedSearches, result.NonMatedSearches).ShouldBe((2, 3, 1));
        result.Methods.ShouldAllBe(
            method => Math.Abs(method.ClosedSet[0].Tpir - 2.0 / 3) < 1e-12 && Math.Abs(method.OpenSet[0].Tpir - 2.0 / 3) < 1e-12);
    }

    [Fact]
    public void Two_templates_of_a_subject_in_a_gallery_and_strangers_only_are_refused()
    {
        using var faces = Faces.Of(["g/1.jpg", "g/2.jpg", "p/1.jpg"], ["1", "1", "1"], 8, 0.1, 1);
        string probes = Write("p.csv", [(5, 1, "p/1.jpg")]), twice = Write("g.csv", [(1, 1, "g/1.jpg"), (2, 1, "g/2.jpg")]),
            strangers = Write("s.csv", [(1, 7, "g/1.jpg")]);
        Should.Throw<PfeException>(() => IjbCIdentification.Evaluate([twice], probes, faces))
            .Message.ShouldContain("templates 1 and 2 are of one subject");
        Should.Throw<PfeException>(() => IjbCIdentification.Evaluate([strangers], probes, faces))
            .Message.ShouldContain("no subject of any probe");
    }
}
