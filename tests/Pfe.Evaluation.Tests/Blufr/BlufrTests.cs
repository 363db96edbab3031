using Pfe.Evaluation.Blufr;
using Pfe.Evaluation.Tests.Generated;
using Pfe.Evaluation.Tests.Metrics;
using Pfe.Scoring;
using Pfe.TestSupport;
using Pfe.TestSupport.Matlab;

namespace Pfe.Evaluation.Tests.Blufr;

public sealed class BlufrTests : IDisposable
{
    private const int People = 40;
    private const int Each = 4;
    private const int Dimension = 16;
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _names = [.. from p in Enumerable.Range(0, People) from i in Enumerable.Range(1, Each)
        select $"P{p}/P{p}_{i:0000}.jpg"];

    [Fact]
    public void Rates_equal_the_definitions_on_every_pair_in_float64()
    {
        using var faces = Embeddings(noise: 0.6);
        var lists = BlufrLists.Load(Configuration());
        var result = BlufrProtocol.Evaluate(faces, lists);
        result.Trials.ShouldBe(10);
        foreach (var (kind, score) in new (ScoreKind, Func<NaiveFace, NaiveFace, double>)[]
            { (ScoreKind.Cosine, NaiveFace.Cosine), (ScoreKind.MutualLikelihood, NaiveFace.Mls),
                (ScoreKind.SharedVariance, NaiveFace.SharedMls) })
        {
            var (verification, identification) = (new List<double>(), new List<double>());
            foreach (var trial in lists.Trials)
            {
                var (genuine, impostor) = (new List<float>(), new List<float>());
                foreach (var a in trial.Test)
                    foreach (var b in trial.Test.Where(b => b > a))
                        (lists.Identities[a] == lists.Identities[b] ? genuine : impostor)
                            .Add((float)score(NaiveFace.Row(faces, a), NaiveFace.Row(faces, b)));
                verification.Add(NaiveMetrics.Share(genuine, NaiveMetrics.ThresholdAtFar(impostor, 1e-3)));
                int[] gallery = [.. trial.Gallery.Select(image => lists.Identities[image])],
                    probes = [.. trial.Probes.Select(image => lists.Identities[image])];
                float[][] scores =
                    [.. trial.Probes.Select(probe => trial.Gallery.Select(image => (float)score(NaiveFace.Row(faces, probe),
                    NaiveFace.Row(faces, image))).ToArray())];
                List<float> alarms = [.. scores.Where((_, p) => !gallery.Contains(probes[p])).Select(row => row.Max())];
                identification.Add(NaiveMetrics.Identify(scores, probes, gallery, 1, NaiveMetrics.ThresholdAtFar(alarms, 1e-2)).Dir);
            }
            var found = result.Scores.Single(entry => entry.Score == kind);
            found.Verification!.Value.Mean.ShouldBe(verification.Average(), 1e-9);
            found.Identification.Mean.ShouldBe(identification.Average(), 1e-9);
            found.Identification.Deviation.ShouldBe(SampleDeviation(identification), 1e-9);
            found.Identification.MeanLessDeviation.ShouldBe(identification.Average() - SampleDeviation(identification), 1e-9);
        }
        // Neither trivial nor perfect, or the comparison would prove little.
        result.Scores[0].Identification.Mean.ShouldBeInRange(0.05, 0.95);
    }

    [Fact]
    public void Faces_without_noise_are_all_verified_and_found_and_equal_faces_are_not()
    {
        var lists = BlufrLists.Load(Configuration());
        using var perfect = Embeddings(noise: 1e-3);
        var result = BlufrProtocol.Evaluate(perfect, lists);
        result.Scores.ShouldAllBe(score => score.Verification!.Value.Mean == 1 && score.Identification.Mean == 1
            && score.Identification.Deviation == 0);
        using var equal = new EmbeddingSet(1, Enumerable.Repeat(1f, _names.Length).ToArray(), new float[_names.Length], _names);
        // All scores tie: at the threshold every pair is accepted, and a tie at rank 1 is no identification.
        BlufrProtocol.Evaluate(equal, lists).Scores.ShouldAllBe(score => score.Identification.Mean == 0);
    }

    [Fact]
    public void ProbFaces_pieces_of_the_lists_give_the_same_search()
    {
        using var faces = Embeddings(noise: 0.6);
        var lists = BlufrLists.Load(Configuration());
        var pieces = BlufrLists.Load(Pieces(lists));
        pieces.Images.ShouldBe(lists.Images);
        pieces.Trials.Count.ShouldBe(10);
        var (whole, search) = (BlufrProtocol.Evaluate(faces, lists), BlufrProtocol.Evaluate(faces, pieces));
        search.Scores.ShouldAllBe(score => score.Verification == null);
        search.Scores.Select(score => score.Identification.Mean).ShouldBe(whole.Scores.Select(score => score.Identification.Mean));
    }

    [Fact]
    public void Images_without_embedding_are_left_out_and_said()
    {
        using var faces = Embeddings(noise: 0.6, except: name => name is "P3/P3_0002.jpg");
        var result = BlufrProtocol.Evaluate(faces, BlufrLists.Load(Configuration()));
        result.ImagesMissing.ShouldBe(1);
        result.Notes.ShouldContain(note => note.Contains("not comparable with published ones"));
    }

    [Fact]
    public void The_lists_match_LFWs_own_image_names()
    {
        Assert.SkipWhen(TestData.MissingReason("lfw/images") is not null, TestData.MissingReason("lfw/images") ?? "");
        string[] people = [.. Directory.EnumerateDirectories(TestData.Path("lfw/images")).Order(StringComparer.Ordinal).Take(60)];
        string[] names = [.. people.SelectMany(person => Directory.EnumerateFiles(person).Order(StringComparer.Ordinal))
            .Select(path => Path.GetFileName(path))];
        int[] labels =
            [.. names.Select(name => 1 + Array.FindIndex(people, person => name.StartsWith(Path.GetFileName(person) + "_",
            StringComparison.Ordinal)))];
        double[] gallery = [.. labels.Index().Where(entry => labels.Count(label => label == entry.Item) > 1).GroupBy(entry => entry.Item)
            .Take(8).Select(person => person.First().Index + 1.0)];
        double[] probes = [.. Enumerable.Range(1, names.Length).Select(n => (double)n).Except(gallery)];
        var path = _folder.File("lfw.mat");
        new MatWriter().Texts("imageList", names).Numbers("labels", [.. labels.Select(label => (double)label)])
            .NumberCells("testIndex", [.. Enumerable.Repeat(Enumerable.Range(1, names.Length).Select(n => (double)n).ToArray(), 10)])
            .NumberCells("galIndex", [.. Enumerable.Repeat(gallery, 10)]).NumberCells("probIndex", [.. Enumerable.Repeat(probes, 10)])
                .Save(path);
        string[] embedded = [.. people.SelectMany(person => Directory.EnumerateFiles(person)).Order(StringComparer.Ordinal)];
        using var faces = Faces.Of(embedded, [.. embedded.Select(file => Path.GetFileName(Path.GetDirectoryName(file)!))], Dimension, 0.3,
            seed: 1);
        BlufrProtocol.Evaluate(faces, BlufrLists.Load(path)).ImagesMissing.ShouldBe(0);
    }

    [Theory]
    [InlineData(0.0, "'testIndex' holds 0, which is no image from 1 to 160")]
    [InlineData(161.0, "holds 161")]
    [InlineData(1.5, "holds 1.5")]
    [InlineData(double.NaN, "holds NaN")]
    public void An_index_outside_the_list_is_refused(double wrong, string message)
    {
        var path = _folder.File("wrong.mat");
        Writer().NumberCells("testIndex", [wrong]).NumberCells("galIndex", [1]).NumberCells("probIndex", [2]).Save(path);
        Should.Throw<PfeException>(() => BlufrLists.Load(path)).Message.ShouldContain(message);
    }

    public void Dispose() => _folder.Dispose();

    private EmbeddingSet Embeddings(double noise, Func<string, bool>? except = null)
    {
        string[] paths = [.. _names.Where(name => except?.Invoke(name) != true)];
        return Faces.Of(paths, [.. paths.Select(name => name.Split('/')[0])], Dimension, noise, seed: 2);
    }

    private MatWriter Writer() => new MatWriter().Texts("imageList", [.. _names.Select(name => name.Split('/')[1])])
        .Numbers("labels", [.. Enumerable.Range(0, _names.Length).Select(n => n / Each + 1.0)]);

    /// <summary>Ten trials as BLUFR draws them: of the persons of a trial some have one image in the gallery, the others are
    /// strangers.</summary>
    private string Configuration()
    {
        var (random, path) = (new Random(9), _folder.File("blufr_lfw_config.mat"));
        var (test, gallery, probes) = (new List<double[]>(), new List<double[]>(), new List<double[]>());
        for (var trial = 0; trial < 10; trial++)
        {
            int[] people = [.. Enumerable.Range(0, People)];
            random.Shuffle(people);
            int[] tested = [.. people.Take(30)], known = [.. tested.Take(12)];
            test.Add([.. tested.SelectMany(p => Enumerable.Range(p * Each + 1, Each)).Select(row => (double)row)]);
            gallery.Add([.. known.Select(p => p * Each + 1.0)]);
            probes.Add([.. test[^1].Except(gallery[^1])]);
        }
        Writer().NumberCells("testIndex", [.. test]).NumberCells("galIndex", [.. gallery]).NumberCells("probIndex", [.. probes]).Save(path);
        return path;
    }

    private string Pieces(BlufrLists lists)
    {
        var root = Path.Combine(_folder.Path, "proto");
        double[] Rows(IEnumerable<int> rows) => [.. rows.Select(row => row + 1.0)];
        bool Known(BlufrTrial trial, int image) => trial.Gallery.Any(row => lists.Identities[row] == lists.Identities[image]);
        var (gallery, mated, others) = (new MatWriter(), new MatWriter(), new MatWriter());
        foreach (var (n, trial) in lists.Trials.Index())
        {
            gallery.Numbers($"gallery_index_{n + 1}", Rows(trial.Gallery));
            mated.Numbers($"genuine_probe_index_{n + 1}", Rows(trial.Probes.Where(image => Known(trial, image))));
            others.Numbers($"impostor_probe_index_{n + 1}", Rows(trial.Probes.Where(image => !Known(trial, image))));
        }
        gallery.Save(_folder.File("proto", "blufr", "lfw_gallery_index.mat"));
        mated.Save(_folder.File("proto", "blufr", "lfw_genuine_probe_index.mat"));
        others.Save(_folder.File("proto", "blufr", "lfw_impostor_probe_index.mat"));
        new MatWriter().Numbers("id_lfw", [.. lists.Identities.Select(id => (double)id)])
            .Save(_folder.File("proto", "blufr", "id_lfw.mat"));
        new MatWriter().Texts("imagelist_lfw", [.. lists.Images]).Save(_folder.File("proto", "WDRef", "imagelist_lfw.mat"));
        return root;
    }

    private static double SampleDeviation(List<double> values) =>
        Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Count - 1));
}
