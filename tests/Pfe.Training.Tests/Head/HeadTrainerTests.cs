using Pfe.TestSupport;
using Pfe.Training.Configuration;
using Pfe.Training.Features;
using Pfe.Training.Head;

namespace Pfe.Training.Tests.Head;

public sealed class HeadTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly TrainingConfig Config = new()
    {
        Name = "test",
        TrainDatasetPath = "none",
        BatchFormat = new BatchFormat { Size = 24, NumClasses = 6 },
        LearningRateSchedule = new() { ["0"] = 1e-2 },
        Damage = new DamageOptions { Copies = 1 },
        Threads = 1,
        BaseRandomSeed = 7,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_seed_on_one_thread_gives_bitwise_the_same_head()
    {
        var (faces, cache) = Data();
        using (cache)
        {
            var first = Train(Config, faces, cache, steps: 40);
            Same(first, Train(Config, faces, cache, steps: 40)).ShouldBeTrue();
            Same(first, Train(Config with { BaseRandomSeed = 8 }, faces, cache, steps: 40)).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_state_that_was_saved_and_loaded_goes_on_bitwise_as_if_unbroken()
    {
        var (faces, cache) = Data();
        using (cache)
        {
            var unbroken = Train(Config, faces, cache, steps: 40);
            var half = Train(Config, faces, cache, steps: 23);
            using var trainer = Trainer(Config, faces, cache);
            trainer.Load(half);
            while (trainer.Step < 40) trainer.Advance();
            Same(unbroken, trainer.Save()).ShouldBeTrue();
        }
    }

    [Fact]
    public void Training_lowers_the_loss_and_gives_noisy_faces_a_greater_sigma()
    {
        var (faces, cache) = Data();
        using (cache)
        {
            using var trainer = Trainer(Config, faces, cache);
            var first = trainer.Advance();
            var last = first;
            for (var step = 0; step < 400; step++) last = trainer.Advance();
            last.Loss.ShouldBeLessThan(first.Loss - 1);
            last.Spread.ShouldBeGreaterThan(TrainingHealth.LearntSpread);

            // The first feature is the noise; the faces with the most of it should be the least certain.
            var inputs = Enumerable.Range(0, faces.Images)
                .Select(image => { var x = new float[12]; cache.CopyInput(image, 0, x); return x; }).ToArray();
            using var output = trainer.Head.Forward(
                TorchSharp.torch.tensor(inputs.SelectMany(x => x).ToArray(), [inputs.Length, 12]), training: false);
            var sigma = output.mean([1]).data<float>().ToArray();
            var byNoise = Enumerable.Range(0, inputs.Length).OrderBy(image => inputs[image][0]).ToArray();
            byNoise[^40..].Average(image => (double)sigma[image])
                .ShouldBeGreaterThan(byNoise[..40].Average(image => (double)sigma[image]) + 0.5);
        }
    }

    [Fact]
    public void Damaged_copies_are_taken_as_often_as_configured()
    {
        var faces = new SyntheticFaces(classes: 30, imagesPerClass: 4, copies: 3);
        var training = new TrainingFaces(faces.Labels, [], Config with { Damage = new DamageOptions { Copies = 3, Probability = 0.3 } });
        var labels = new int[training.BatchSize];
        var variants = Enumerable.Range(0, 500).SelectMany(step => training.Batch(step, labels).Select(entry => entry.Variant)).ToArray();
        ((double)variants.Count(variant => variant >= 2) / variants.Length).ShouldBe(0.3, 0.03);
        ((double)variants.Count(variant => variant == 1) / variants.Length).ShouldBe(0.35, 0.03);
        variants.Distinct().Order().ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public void Held_out_classes_and_unreadable_images_are_never_trained_on()
    {
        var faces = new SyntheticFaces(classes: 30, imagesPerClass: 4);
        var training = new TrainingFaces(faces.Labels, [3, 50], Config with { HeldOutClasses = 8, Damage = new DamageOptions() });
        var heldOut = training.HeldOut.Select(image => faces.Labels[image]).Distinct().ToArray();
        heldOut.Length.ShouldBe(8);
        var labels = new int[training.BatchSize];
        for (var step = 0; step < 200; step++)
        {
            var batch = training.Batch(step, labels);
            batch.ShouldAllBe(entry => entry.Image != 3 && entry.Image != 50 && !heldOut.Contains(faces.Labels[entry.Image]));
            labels.ShouldBe(batch.Select(entry => faces.Labels[entry.Image]));
        }
        Should.Throw<InvalidConfigurationException>(() => new TrainingFaces(faces.Labels, [], Config with { HeldOutClasses = 30 }))
            .Message.ShouldContain("30 classes");
    }

    private (SyntheticFaces Faces, FeatureCache Cache) Data()
    {
        var faces = new SyntheticFaces(classes: 60, imagesPerClass: 4, copies: 1);
        return (faces, faces.Cache(_folder.Path));
    }

    private static HeadTrainer Trainer(TrainingConfig config, SyntheticFaces faces, FeatureCache cache) =>
        new(config, cache, new TrainingFaces(faces.Labels, [], config));

    private static TrainerState Train(TrainingConfig config, SyntheticFaces faces, FeatureCache cache, int steps)
    {
        using var trainer = Trainer(config, faces, cache);
        while (trainer.Step < steps) trainer.Advance();
        return trainer.Save();
    }

    // Every tensor, momentum and moving averages included, bit by bit.
    private static bool Same(TrainerState a, TrainerState b) =>
        a.Step == b.Step && a.Tensors.Count == b.Tensors.Count
            && a.Tensors.All(pair => pair.Value.AsSpan().SequenceEqual(b.Tensors[pair.Key]));
}
