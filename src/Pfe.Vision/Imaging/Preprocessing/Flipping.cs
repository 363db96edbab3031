namespace Pfe.Vision.Imaging.Preprocessing;

/// <summary>Operations that mirror images left to right.</summary>
internal static class Flipping
{
    /// <summary>Each image mirrored with probability one half.</summary>
    public static PixelBatch RandomFlip(PixelBatch batch, Random random)
    {
        var flipped = batch with { Values = [.. batch.Values] };
        for (var i = 0; i < batch.Count; i++)
            if (random.NextDouble() >= 0.5) Mirror(batch, i, flipped, i);
        return flipped;
    }

    /// <summary>Each image mirrored.</summary>
    public static PixelBatch Flip(PixelBatch batch)
    {
        var flipped = PixelBatch.Zero(batch.Count, batch.Height, batch.Width);
        for (var i = 0; i < batch.Count; i++) Mirror(batch, i, flipped, i);
        return flipped;
    }

    /// <summary>Each image followed by its mirror image: twice as many.</summary>
    public static PixelBatch ExpandFlip(PixelBatch batch)
    {
        var both = PixelBatch.Zero(2 * batch.Count, batch.Height, batch.Width);
        for (var i = 0; i < batch.Count; i++)
        {
            batch.Image(i).CopyTo(both.Image(2 * i));
            Mirror(batch, i, both, 2 * i + 1);
        }
        return both;
    }

    private static void Mirror(PixelBatch from, int image, PixelBatch to, int target)
    {
        for (var y = 0; y < from.Height; y++)
        {
            var source = from.Row(image, y);
            var destination = to.Row(target, y);
            for (var x = 0; x < from.Width; x++) source.Slice(3 * x, 3).CopyTo(destination[(3 * (from.Width - 1 - x))..]);
        }
    }
}
