using System.Text;
using System.Text.RegularExpressions;
using Pfe.Calibration;
using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.InsightFace;
using Pfe.Evaluation.Lfw;
using Pfe.Evaluation.Protocols;
using Pfe.Evaluation.Templates;
using Pfe.Onnx;
using Pfe.Scoring;
using Pfe.Training.Configuration;
using Pfe.Training.Configuration.Reference;
using Pfe.Training.Data;
using Pfe.Training.Runs;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging.Preprocessing;

namespace Pfe.Fuzz;

/// <summary>Readers of text.</summary>
internal static partial class TextTargets
{
    private static readonly string[] Paths =
        ["7/img_1.jpg", "7/img_2.jpg", "8/img_3.jpg", "img/1.jpg", "img/2.jpg", "img/3.jpg", "A_B/A_B_0001.jpg", "A_B/A_B_0002.jpg"];

    public static FuzzTarget Trust(Scratch scratch)
    {
        var random = new Random(1);
        var calibration = new TrustCalibration
        {
            Slope = 12, Offset = -4, GenuineLapses = 0.01, ImpostorLapses = 0.001, DifferentBelow = -2, DifferentKind = "clean",
            FalseMatch = [new WorstKindThreshold(1e-2, 3, 2, 4, "mask"), new WorstKindThreshold(1e-3, 5, 4, 6, "dark")],
            Kinds = [new KindRates("clean", 10, 10, 0, 0, 1, 1)], Source = "drawn",
            Quality = QualityScale.Fit([.. Enumerable.Range(0, 500).Select(_ => random.NextDouble())]),
        };
        return Text("trust calibration", [calibration.ToJson()], text =>
        {
            var read = TrustCalibration.FromJson(text, "trust.json");
            foreach (var score in new[] { -1e6, -1, 0, 0.4, 1e6 })
                if (!double.IsFinite(read.Evidence(score)))
                    throw new InvalidDataException("an accepted calibration gives evidence that is no number");
            read.ToJson();
        }, text => Sum().Replace(text, ""));
    }

    public static FuzzTarget Calibration(Scratch scratch)
    {
        var random = new Random(1);
        var calibration = new ScoreCalibration
        {
            Score = ScoreKind.MutualLikelihood, Dimension = 8, GenuinePairs = 100, ImpostorPairs = 1000, DifferentBelow = -2, Source =
                "drawn",
            Lines = [new EvidenceLine(-7, 0.1, -3), new EvidenceLine(-6, 0.08, -2)], GenuineLapses = 0.01, ImpostorLapses =
                0.001, Unlikeness = -0.1,
            FalseMatch = [new RateThreshold(1e-2, 3), new RateThreshold(1e-3, 5)],
            Quality = QualityScale.Fit([.. Enumerable.Range(0, 500).Select(_ => -7 + random.NextDouble())]),
        };
        return Text("calibration", [calibration.ToJson()], text =>
        {
            var read = ScoreCalibration.FromJson(text, "calibration.json");
            foreach (var score in new[] { -1e6, -1, 0, 40, 1e6 })
                foreach (var uncertainty in new[] { -100.0, -7, -6.5, 0, 100 })
                    if (!double.IsFinite(read.LogLikelihoodRatio(score, uncertainty, -6.5)))
                        throw new InvalidDataException("an accepted calibration gives evidence that is no number");
            read.Decide(10, -6.5, -6.4);
            read.ToJson();
        }, text => Sum().Replace(text, ""));
    }

    public static FuzzTarget Description(Scratch scratch) => Text("network description",
        [new NetworkDescription { Name = "net", Width = 112, Height = 96, Mean = new(1, 2, 3), Embedding = "e", Licence = "MIT" }.ToJson()],
        text => NetworkDescription.Parse(text, "net.json").ToJson());

    public static FuzzTarget TrainingConfiguration(Scratch scratch)
    {
        var config = new TrainingConfig { Name = "run", TrainDatasetPath = "faces" };
        var reference =
            """
            { "name": "x", "train_dataset_path": "y", "landmarks": [[1,2],[3,4],[5,6],[7,8],[9,10]],
              "preprocess_train": [["center_crop", [112, 96]], ["random_flip"], ["random_downsample", 0.5], ["standardize", "mean_scale"]] }
            """;
        return new("training configuration", [Encoding.UTF8.GetBytes(TrainingConfigFile.ToJson(config)), Encoding.UTF8.GetBytes(reference)],
            bytes =>
        {
            var read = TrainingConfigFile.Parse(bytes, "config.json");
            if (read.PreprocessTrain is { } steps) PreprocessPipeline.Parse(steps, "config.json");
            TrainingConfigFile.ToJson(read);
        });
    }

    public static FuzzTarget PythonConfiguration(Scratch scratch) => Text("python configuration",
    [
        "# a run\nname = 'x'\ntrain_dataset_path = r\"y\"\nlr = 0.01\nbatch_format = {'size': 256, 'num_classes': 64}\n" +
        "learning_rate_schedule = {0: 1 * lr, 2000: 0.1 * lr}\npreprocess_train = [['center_crop', (112, 96)], ['random_flip'],\n " +
            "['standardize', 'mean_scale']]\n" +
        "image_size = (112, 96)\nnum_epochs = 3 ** 1\nepoch_size = 10 // 3\nrestore_model = 'a' 'b' + '/c'\nkeep_prob = " +
            "1.0\nweight_decay = -(-5e-4)\n",
    ], text => TrainingConfigFile.ToJson(ReferenceConfig.Convert(text, "config.py").Config));

    public static FuzzTarget Landmarks(Scratch scratch) => Lines(scratch, "landmark list",
        "a b/1.jpg 30.5 51 65 51 48 71 33 92 62.1 92\nc/2.jpg 31 52 66 52 49 72 34 93 63 93\n", path =>
        {
            foreach (var order in Enum.GetValues<LandmarkOrder>())
            {
                try { FaceSource.WithLandmarks(path, order, "/images"); }
                catch (InvalidConfigurationException) { /* one of the two is the other's order */ }
            }
        });

    public static FuzzTarget Images(Scratch scratch) => Lines(scratch, "image list", "a/1.jpg\nb c/2.jpg 7\n~/3.png\n../4.webp\n", path =>
    {
        foreach (var source in FaceSource.InList(path)) AlignmentRun.TargetsOf([source], "out", 2);
    });

    public static FuzzTarget TrainingImages(Scratch scratch)
    {
        Directory.CreateDirectory(scratch.File("a"));
        foreach (var name in new[] { "a/1.jpg", "a/2 3.jpg" }) scratch.Write(name, []);
        return Lines(scratch, "training list", "a/1.jpg 7\na/2 3.jpg 8\n", path => LabelledImages.Load(path));
    }

    public static FuzzTarget IjbaMetadata(Scratch scratch) => Lines(scratch, "ijb-a metadata",
        "TEMPLATE_ID,SUBJECT_ID,FILE,MEDIA_ID,FACE_X,FACE_Y,FACE_WIDTH,FACE_HEIGHT\n" +
        "1,7,img/1.jpg,2,10,20.5,30,40\n2,8,frame/2.png,3,1,2,3,4\n",
        path =>
        {
            var images = Path.GetDirectoryName(path)!;
            foreach (var face in Pfe.Vision.Faces.IjbaMetadata.Read(path))
                if (!IjbaCropRun.TargetOf(face, "/out").StartsWith("/out/", StringComparison.Ordinal))
                    throw new InvalidDataException(images);
        });

    public static FuzzTarget IjbTemplates(Scratch scratch) => Lines(scratch, "ijb metadata",
        "TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID\n1,7,img/1.jpg,1\n1,7,img/2.jpg,2\n2,8,img/3.jpg,1\n", path =>
            Templates(path).RequireImages());

    public static FuzzTarget IjbPairs(Scratch scratch)
    {
        var templates = Templates(scratch.Write("m.csv",
            "TEMPLATE_ID,SUBJECT_ID,FILE,MEDIA_ID\n1,7,img/1.jpg,1\n2,8,img/3.jpg,1\n"u8.ToArray()));
        return Lines(scratch, "ijb pairs", "1,2\n1,1\n2,1\n", path => IjbTable.ReadPairs(path, templates));
    }

    public static FuzzTarget LfwPairs(Scratch scratch) =>
        Lines(scratch, "lfw pairs", "2\t1\nA_B\t1\t2\nA_B\t1\tC_D\t1\nC_D\t1\t2\nC_D\t2\tA_B\t2\n", path =>
            Pfe.Evaluation.Lfw.LfwPairs.Read(path));

    public static FuzzTarget InsightFaceImages(Scratch scratch) =>
        InsightFace(scratch, "insightface images", "1.jpg 1 5\n2.jpg 1 6\n3.jpg 2 7\n", images: true);

    public static FuzzTarget InsightFacePairs(Scratch scratch) =>
        InsightFace(scratch, "insightface pairs", "1 2 0\n1 1 1\n", images: false);

    public static FuzzTarget PathTable(Scratch scratch) =>
        Lines(scratch, "path table", "path,group\n7/img_1.jpg,a\n7/img_2.jpg,1.5\n", path =>
    {
        var table = Pfe.Reporting.Data.PathTable.Read(path, "group");
        table.Words(Paths);
        table.UnmatchedCount(Paths);
        table.Numbers([Paths[1]]);
    });

    public static FuzzTarget Summaries(Scratch scratch) =>
        Lines(scratch, "summaries", "step,loss\n1,2.5\n2,1e-3\n3,NaN\n", path => CsvLines.Until(path, 2));

    public static FuzzTarget ReviewedPairs(Scratch scratch) => Lines(scratch, "reviewed pairs",
        "score,uncertainty1,uncertainty2,same,model\n12.5,-6.1,-5.9,1,ab12\n-3,-6,-5.5,0,ab12\n",
        path => Pfe.Calibration.ReviewedPairs.Load(path).Scored());

    private static TemplateList Templates(string path)
    {
        var builder = new TemplateListBuilder(new ImageLookup(Paths));
        IjbTable.AddImages(path, builder);
        return builder.Build();
    }

    private static FuzzTarget InsightFace(Scratch scratch, string name, string seed, bool images)
    {
        var (one, two) = (scratch.Write("images.txt", "1.jpg 1 5\n2.jpg 1 6\n3.jpg 2 7\n"u8.ToArray()),
            scratch.Write("pairs.txt", "1 2 0\n1 1 1\n"u8.ToArray()));
        var values = Enumerable.Repeat(0.5f, Paths.Length * 4).ToArray();
        var faces = new EmbeddingSet(4, values, values, Paths);
        return Lines(scratch, name, seed, path =>
            InsightFaceIjb.Evaluate(new InsightFaceIjbFiles("set", images ? path : one, images ? two : path), faces));
    }

    private static FuzzTarget Lines(Scratch scratch, string name, string seed, Action<string> read) =>
        new(name, [Encoding.UTF8.GetBytes(seed), Encoding.UTF8.GetBytes(seed.ReplaceLineEndings("\r\n"))], bytes =>
            read(scratch.Write("case.txt", bytes)));

    private static FuzzTarget Text(string name, string[] seeds, Action<string> read, Func<string, string>? repair = null) => new(name,
        [.. seeds.Select(Encoding.UTF8.GetBytes)], bytes => read(Encoding.UTF8.GetString(bytes)),
        repair is null ? null : bytes => Encoding.UTF8.GetBytes(repair(Encoding.UTF8.GetString(bytes))));

    [GeneratedRegex("""\s*,?\s*"checksum":\s*"[^"]*"(?=\s*})""", RegexOptions.None, 1000)]
    private static partial Regex Sum();
}
