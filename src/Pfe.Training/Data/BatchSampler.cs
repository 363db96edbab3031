namespace Pfe.Training.Data;

/// <summary>
/// Class-balanced batches: each of <c>num_classes</c> different classes, drawn at random, gives size / num_classes images, drawn at random
/// without repetition; a class with fewer images repeats them.
/// </summary>
/// <remarks>Batch k is a pure function of the seed and k, so a resumed run sees the batches that an unbroken one would have seen.</remarks>
internal sealed class BatchSampler
{
    private readonly int[][] _images;
    private readonly int _classes;
    private readonly int _each;
    private readonly int _seed;

    /// <summary>Prepares the classes.</summary>
    /// <param name="labels">The class of each image.</param>
    /// <param name="size">Images a batch: a multiple of <paramref name="classes"/>.</param>
    /// <param name="classes">Classes a batch.</param>
    /// <param name="seed">base_random_seed.</param>
    /// <exception cref="InvalidConfigurationException">The data has fewer classes, or the numbers do not divide.</exception>
    public BatchSampler(IEnumerable<int> labels, int size, int classes, int seed)
    {
        if (classes < 1 || size < 2L * classes || size % classes != 0)
            throw new InvalidConfigurationException(
                $"batch_format: {size} images do not make {classes} classes of equal size; size should be " +
                "num_classes x 2, 3, 4, ...");
        _images = labels.Select((label, image) => (label, image)).GroupBy(pair => pair.label, pair => pair.image)
            .OrderBy(group => group.Key)
            .Select(group => group.ToArray()).ToArray();
        if (_images.Length < classes)
            throw new InvalidConfigurationException(
                $"batch_format: num_classes is {classes}, the training data has {_images.Length} classes beside " +
                "those that held_out_classes keeps out; use at most as many");
        (_classes, _each, _seed) = (classes, size / classes, seed);
    }

    /// <summary>Images a batch.</summary>
    public int Size => _classes * _each;

    /// <summary>Batch number <paramref name="step"/>: image indices, class by class.</summary>
    /// <param name="step">From 0 on.</param>
    public int[] Batch(int step)
    {
        var random = Seeds.Random(_seed, Seeds.Batch, step);
        var batch = new int[Size];
        var order = new int[_images.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        for (var c = 0; c < _classes; c++)
        {
            // Fisher-Yates, as far as it is needed.
            var pick = random.Next(c, order.Length);
            (order[c], order[pick]) = (order[pick], order[c]);
            var images = (int[])_images[order[c]].Clone();
            random.Shuffle(images);
            for (var k = 0; k < _each; k++) batch[c * _each + k] = images[k % images.Length];
        }
        return batch;
    }
}
