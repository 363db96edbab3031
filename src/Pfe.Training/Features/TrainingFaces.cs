using Pfe.Training.Configuration;
using Pfe.Training.Data;

namespace Pfe.Training.Features;

/// <summary>Which images are trained on and which classes are set aside, and which variant of an image a batch takes.</summary>
internal sealed class TrainingFaces
{
    private readonly BatchSampler _sampler;
    private readonly int[] _images;
    private readonly double _damageProbability;
    private readonly int _copies;
    private readonly int _seed;
    private readonly IReadOnlyList<int> _labels;

    /// <param name="labels">The class of each image.</param>
    /// <param name="unreadable">Images to leave out.</param>
    /// <param name="config">Batch, seed, held-out classes, damage.</param>
    public TrainingFaces(IReadOnlyList<int> labels, IEnumerable<int> unreadable, TrainingConfig config)
    {
        (_labels, _seed, _copies, _damageProbability) = (labels, config.BaseRandomSeed, config.Damage.Copies, config.Damage.Probability);
        var bad = unreadable.ToHashSet();
        var classes = labels.Distinct().Order().ToArray();
        if (config.HeldOutClasses >= classes.Length)
            throw new InvalidConfigurationException(
                $"held_out_classes is {config.HeldOutClasses}, the data has {classes.Length} classes: none would be " +
                "left to train on");
        Seeds.Random(_seed, Seeds.HeldOut, 0).Shuffle(classes);
        var heldOut = classes.Take(config.HeldOutClasses).ToHashSet();
        var usable = Enumerable.Range(0, labels.Count).Where(image => !bad.Contains(image)).ToArray();
        HeldOut = [.. usable.Where(image => heldOut.Contains(labels[image]))];
        _images = [.. usable.Where(image => !heldOut.Contains(labels[image]))];
        Singles = _images.CountBy(image => labels[image]).Count(pair => pair.Value == 1);
        _sampler = new BatchSampler(_images.Select(image => labels[image]), config.BatchFormat.Size, config.BatchFormat.NumClasses, _seed);
    }

    /// <summary>Images of the classes that are set aside.</summary>
    public IReadOnlyList<int> HeldOut { get; }

    /// <summary>Images that are trained on.</summary>
    public int Trained => _images.Length;

    /// <summary>Training classes with one image: it is compared with its own mirror image or damaged copy at best.</summary>
    public int Singles { get; }

    /// <summary>Entries a batch.</summary>
    public int BatchSize => _sampler.Size;

    /// <summary>Batch number <paramref name="step"/>.</summary>
    /// <param name="step">From 0 on.</param>
    /// <param name="labels">BatchSize labels to fill.</param>
    /// <returns>The image and the variant of each entry.</returns>
    public (int Image, int Variant)[] Batch(int step, Span<int> labels)
    {
        var picks = _sampler.Batch(step);
        var random = Seeds.Random(_seed, Seeds.Variant, step);
        var batch = new (int, int)[picks.Length];
        for (var i = 0; i < picks.Length; i++)
        {
            var image = _images[picks[i]];
            labels[i] = _labels[image];
            var damaged = _copies > 0 && random.NextDouble() < _damageProbability;
            batch[i] = (image, damaged ? 2 + random.Next(_copies) : random.Next(2));
        }
        return batch;
    }
}
