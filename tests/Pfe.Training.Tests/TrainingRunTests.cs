using System.Text.Json;
using Pfe.Onnx;
using Pfe.TestSupport;
using Pfe.Training.Configuration;
using Pfe.Training.Data;
using Pfe.Training.Features;
using Pfe.Training.Head;
using Pfe.Training.Trust;
using Pfe.Vision;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;
using static TorchSharp.torch;

namespace Pfe.Training.Tests;

/// <summary>The whole path on real faces and a real base network: images, features, training, ONNX.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private const string Network = "models/mobilefacenet-y1.onnx";
    private const string Faces = "celeba/images";
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly ModelStore _store;

    public TrainingRunTests() => _store = new ModelStore(_folder.File("store", "unused"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_leaves_one_ONNX_file_whose_outputs_are_the_bases_mu_and_the_heads_log_variance()
    {
        SkipWithoutData();
        var result = TrainingRun.Start(Config(), _store, Now, progress: null, cancellation: TestContext.Current.CancellationToken);
        result.Steps.ShouldBe(12);
        result.BasePasses.ShouldBe(96 * 3);
        File.ReadAllLines(result.Folder.Summaries).Length.ShouldBe(1 + 12);
        result.HeldOut.Count.ShouldBeGreaterThan(0);
        result.Folder.Checkpoints().ShouldNotBeEmpty();

        var model = OnnxModel.Load(result.Folder.Model);
        var description = ProbabilisticModel.Describe(model);
        using var network = new BaseNetwork(model, description, [ProbabilisticModel.Mu, ProbabilisticModel.LogVariance]);
        var images = Directory.GetFiles(TestData.Path(Faces), "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(5)
            .ToArray();
        using var head = new HeadNetwork(128, 128, seed: 0);
        RestoredHead.Load(result.Folder.Head, [], head);
        using var plain = new FrozenBase(OnnxModel.Load(TestData.Path(Network)), description with { Embedding = "embedding" }, "embedding");
        foreach (var path in images)
        {
            var (input, mu, logVariance, embedding) = (new float[network.InputLength], new float[128], new float[128], new float[128]);
            network.Prepare(new Pyramid(Image.Load(path)), Config().Landmarks.Points!.Value, input);
            network.Run(input, 1, mu, logVariance);
            plain.Network.Run(input, 1, embedding);
            var length = MathF.Sqrt(embedding.Sum(value => value * value));
            for (var d = 0; d < 128; d++) mu[d].ShouldBe(embedding[d] / length, 1e-6f);
            using var expected = head.Forward(tensor(embedding, [1, 128]), training: false);
            expected.data<float>().ToArray().Zip(logVariance, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-4f);
        }
    }

    [Fact]
    public void A_run_that_is_interrupted_and_resumed_ends_in_the_same_bytes_as_an_unbroken_one()
    {
        SkipWithoutData();
        var unbroken = TrainingRun.Start(Config(), _store, Now, cancellation: TestContext.Current.CancellationToken);

        using var cancel = new CancellationTokenSource();
        var folder = "";
        var stop = new Listener(happening =>
        {
            if (happening is TrainingEvent.Note note && note.Text.Contains("run folder ", StringComparison.Ordinal))
                folder = note.Text.Split("run folder ")[1];
            if (happening is TrainingEvent.Stepped { Summary.Step: 5 }) cancel.Cancel();
        });
        Should.Throw<OperationCanceledException>(
            () => TrainingRun.Start(Config(), _store, Now, progress: stop, cancellation: cancel.Token));
        File.Exists(Path.Combine(folder, "model.onnx")).ShouldBeFalse();

        var resumed = TrainingRun.Resume(folder, _store, cancellation: TestContext.Current.CancellationToken);
        resumed.BasePasses.ShouldBe(0);
        File.ReadAllBytes(resumed.Folder.Head).ShouldBe(File.ReadAllBytes(unbroken.Folder.Head));
        File.ReadAllBytes(resumed.Folder.Model).ShouldBe(File.ReadAllBytes(unbroken.Folder.Model));
        File.ReadAllLines(resumed.Folder.Summaries).Select(line => line.Split(',')[0])
            .ShouldBe(["step", .. Enumerable.Range(1, 12).Select(step => $"{step}")]);
    }

    [Fact]
    public void One_image_more_costs_the_base_network_one_image()
    {
        SkipWithoutData();
        var config = Config();
        var list = File.ReadAllLines(config.TrainDatasetPath);
        File.WriteAllLines(config.TrainDatasetPath, list.Where((_, i) => i != 40));
        TrainingRun.Start(config, _store, Now).BasePasses.ShouldBe(95 * 3);
        File.WriteAllLines(config.TrainDatasetPath, list);
        var more = TrainingRun.Start(config, _store, Now.AddHours(1));
        more.BasePasses.ShouldBe(3);
        // The same head as when everything is computed at once.
        var anew = Config();
        anew.CacheDir = _folder.File("another cache", "x");
        var whole = TrainingRun.Start(anew, _store, Now.AddHours(2));
        whole.BasePasses.ShouldBe(96 * 3);
        File.ReadAllBytes(more.Folder.Head).ShouldBe(File.ReadAllBytes(whole.Folder.Head));
    }

    /// <summary>The trust head reads every photograph under many damages: one more costs its own faces, and the rest stay as they
    /// were.</summary>
    [Fact]
    public void One_image_more_costs_the_trust_head_the_faces_of_one_image()
    {
        SkipWithoutData();
        var config = Config();
        config.HeldOutClasses = 2 * TrustPlans.MinPeople;
        config.Trust = new TrustOptions
        { People = 4, GroupSize = 2, RecipesEach = 2, WornEach = 0, CalibrationShare = 0.5, Statistics = false };
        // One image of those who are held out, two of the others.
        var people = Directory.GetDirectories(TestData.Path(Faces)).Order(StringComparer.Ordinal).Take(config.HeldOutClasses + 4).ToArray();
        List(config.TrainDatasetPath, people, 2);
        TrustInput Prepare(string cache, out LabelledImages images)
        {
            images = LabelledImages.Load(config.TrainDatasetPath);
            return TrustInput.Prepare(config, images, [], _store, null, _folder.File(cache, "x"), null, _ => { },
                TestContext.Current.CancellationToken);
        }
        var plans = TrustPlans.Create(LabelledImages.Load(config.TrainDatasetPath).Labels, [], config);
        var paths = LabelledImages.Load(config.TrainDatasetPath).Paths;
        var second = new[] { plans.Calibration, plans.Check }.SelectMany(plan => plan.Faces.Select(face => face.Image).Distinct().Order())
            .Where(image => image % 2 == 1).Select(image => paths[image]).ToArray();
        var lines = File.ReadAllLines(config.TrainDatasetPath);
        void Without(IEnumerable<string> images) => File.WriteAllLines(config.TrainDatasetPath,
            lines.Where(line => !images.Any(image => line.StartsWith(image, StringComparison.Ordinal))));
        Without(second);
        var less = Prepare("cache", out _);
        // One of them is there again, in the middle, so that the images behind it have other numbers.
        var one = second[second.Length / 2];
        Without(second.Where(image => image != one));
        var more = Prepare("cache", out var images);
        more.BasePasses.ShouldBe(new[] { more.Calibration, more.Check }.Sum(sample =>
            sample.Plan.Faces.Count(face => images.Paths[face.Image] == one)));
        more.BasePasses.ShouldBeInRange(10, less.BasePasses / 10);
        var whole = Prepare("anew", out _);
        more.Calibration.Inputs.ShouldBe(whole.Calibration.Inputs);
        more.Check.Mus.ShouldBe(whole.Check.Mus);
    }

    [Fact]
    public void A_card_that_is_not_there_is_refused_in_one_line_before_a_run_folder_exists()
    {
        SkipWithoutData();
        var config = Config();
        var error = Should.Throw<DeviceUnavailableException>(() => TrainingRun.Start(config, _store, Now,
            network: new NetworkOptions { Device = ComputeDevice.Cuda(250) }));
        error.Message.ShouldContain("'cuda:250'");
        error.Message.ShouldNotContain("\n");
        Directory.Exists(config.LogBaseDir).ShouldBeFalse();
    }

    [Fact]
    public void Divergence_goes_back_with_a_smaller_step_and_at_last_stops_with_advice()
    {
        SkipWithoutData();
        var told = new List<string>();
        var config = Config();
        config.LearningRateSchedule = new() { ["0"] = 1e9 };
        var error = Should.Throw<PfeException>(
            () => TrainingRun.Start(config, _store, Now,
            progress: new Listener(happening => { if (happening is TrainingEvent.Note note) told.Add(note.Text); })));
        error.Message.ShouldContain("diverged");
        error.Message.ShouldContain("learning_rate_schedule");
        told.Count(line => line.Contains("back to step 0", StringComparison.Ordinal)).ShouldBe(TrainingHealth.MostRecoveries);
        told.ShouldContain(line => line.Contains("below zero", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unreadable_image_is_named_and_left_out()
    {
        SkipWithoutData();
        var config = Config();
        var broken = _folder.File("faces", "broken.jpg");
        File.WriteAllText(broken, "no image");
        File.AppendAllText(config.TrainDatasetPath, $"{broken} 0\n");
        var told = new List<string>();
        TrainingRun.Start(config, _store, Now,
            progress: new Listener(happening => { if (happening is TrainingEvent.Note note) told.Add(note.Text); }));
        told.ShouldContain(line =>
            line.StartsWith("left out:", StringComparison.Ordinal) && line.Contains(broken, StringComparison.Ordinal));
    }

    [Fact]
    public void The_demos_operations_prepare_aligned_faces_and_a_wrong_size_is_refused_before_a_run_folder_exists()
    {
        SkipWithoutData();
        var config = Config();
        config.Landmarks = LandmarkSource.Aligned;
        config.PreprocessTrain = JsonSerializer.Deserialize<JsonElement[][]>(
            """[["center_crop", [112, 96]], ["random_flip"], ["standardize", "mean_scale"]]""");
        var error = Should.Throw<InvalidConfigurationException>(() => TrainingRun.Start(config, _store, Now));
        error.Message.ShouldContain("112 x 96");
        error.Message.ShouldContain("112 x 112");
        Directory.Exists(config.LogBaseDir).ShouldBeFalse();

        config.PreprocessTrain = JsonSerializer.Deserialize<JsonElement[][]>(
            """[["center_crop", [112, 112]], ["random_flip"], ["standardize", "mean_scale"]]""");
        TrainingRun.Start(config, _store, Now).Steps.ShouldBe(12);

        config.Landmarks = Config().Landmarks;
        Should.Throw<InvalidConfigurationException>(() => TrainingRun.Start(config, _store, Now)).Message.ShouldContain("aligned");
    }

    private static void SkipWithoutData()
    {
        var reason = TestData.MissingReason(Network) ?? TestData.MissingReason(Faces);
        Assert.SkipWhen(reason is not null, reason ?? "");
    }

    private static void List(string list, IEnumerable<string> people, int images) => File.WriteAllLines(list, people.SelectMany(
        (person, label) => Directory.GetFiles(person).Order(StringComparer.Ordinal).Take(images).Select(image => $"{image} {label}")));

    // 24 people with 4 images, of whom 6 are set aside.
    private TrainingConfig Config()
    {
        var list = _folder.File("list.txt");
        List(list, Directory.GetDirectories(TestData.Path(Faces)).Order(StringComparer.Ordinal).Take(24), 4);
        var description = _folder.File("network.json");
        File.WriteAllText(description,
            """{ "name": "mobilefacenet-y1", "width": 112, "height": 112, "mean": 0, "std": 1, "embedding": "embedding" }""");
        return new TrainingConfig
        {
            Name = "test",
            LogBaseDir = _folder.File("log"),
            CacheDir = _folder.File("cache", "x"),
            TrainDatasetPath = list,
            EmbeddingNetwork = TestData.Path(Network),
            NetworkDescription = description,
            HeadInput = "embedding",
            Landmarks = LandmarkSource.Fixed(new(new(69.5, 111.5), new(108, 111.5), new(88.5, 135), new(73, 152), new(105, 152))),
            BatchFormat = new BatchFormat { Size = 32, NumClasses = 8 },
            Damage = new DamageOptions { Copies = 1 },
            HeldOutClasses = 6,
            EpochSize = 6,
            NumEpochs = 2,
            SummaryInterval = 1,
            Threads = 1,
        };
    }

    private sealed class Listener(Action<TrainingEvent> hear) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => hear(value);
    }
}
