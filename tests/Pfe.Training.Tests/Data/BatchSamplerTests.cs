using Pfe.Training.Data;

namespace Pfe.Training.Tests.Data;

public sealed class BatchSamplerTests
{
    // Classes of 1, 2, ... 10 images.
    private static readonly int[] Labels = Enumerable.Range(1, 10).SelectMany(size => Enumerable.Repeat(size, size)).ToArray();

    [Fact]
    public void A_batch_has_different_classes_of_equal_size_in_blocks()
    {
        var sampler = new BatchSampler(Labels, size: 24, classes: 6, seed: 1);
        for (var step = 0; step < 50; step++)
        {
            var classes = sampler.Batch(step).Select(image => Labels[image]).Chunk(4).ToArray();
            classes.ShouldAllBe(block => block.Distinct().Count() == 1);
            classes.Select(block => block[0]).Distinct().Count().ShouldBe(6);
        }
    }

    [Fact]
    public void Images_repeat_only_when_the_class_has_too_few_and_then_evenly()
    {
        var sampler = new BatchSampler(Labels, size: 40, classes: 10, seed: 1);
        foreach (var block in sampler.Batch(3).Chunk(4))
        {
            var counts = block.CountBy(image => image).Select(pair => pair.Value).ToArray();
            counts.Length.ShouldBe(Math.Min(4, Labels[block[0]]));
            (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public void Classes_and_images_are_drawn_uniformly()
    {
        var sampler = new BatchSampler(Labels, size: 8, classes: 2, seed: 5);
        const int Batches = 20_000;
        var (classes, images) = (new int[11], new int[Labels.Length]);
        for (var step = 0; step < Batches; step++)
        {
            foreach (var block in sampler.Batch(step).Chunk(4))
            {
                classes[Labels[block[0]]]++;
                foreach (var image in block) images[image]++;
            }
        }
        // Each class is in a batch with probability 2/10; five standard deviations of the binomial.
        classes.Skip(1).ShouldAllBe(count => Math.Abs(count - 4000) < 5 * Math.Sqrt(Batches * 0.2 * 0.8));
        // An image of the class of ten: drawn with probability 2/10 * 4/10.
        images[^10..].ShouldAllBe(count => Math.Abs(count - 1600) < 5 * Math.Sqrt(Batches * 0.08 * 0.92));
    }

    [Fact]
    public void A_batch_depends_on_seed_and_step_alone()
    {
        var one = new BatchSampler(Labels, 8, 2, seed: 5);
        var two = new BatchSampler(Labels, 8, 2, seed: 5);
        one.Batch(0);
        one.Batch(17).ShouldBe(two.Batch(17));
        one.Batch(17).ShouldNotBe(one.Batch(18));
        one.Batch(17).ShouldNotBe(new BatchSampler(Labels, 8, 2, seed: 6).Batch(17));
    }

    [Fact]
    public void Impossible_batches_are_refused()
    {
        Should.Throw<InvalidConfigurationException>(() => new BatchSampler(Labels, 250, 64, 0)).Message.ShouldContain("250");
        Should.Throw<InvalidConfigurationException>(() => new BatchSampler(Labels, 44, 11, 0)).Message.ShouldContain("has 10 classes");
        Should.Throw<InvalidConfigurationException>(() => new BatchSampler(Labels, 4, 4, 0)).Message.ShouldContain("x 2");
    }
}
