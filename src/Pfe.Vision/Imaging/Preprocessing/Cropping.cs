namespace Pfe.Vision.Imaging.Preprocessing;

/// <summary>Operations that move the frame: padding, crops, shifts.</summary>
internal static class Cropping
{
    /// <summary>Black borders.</summary>
    public static PixelBatch Pad(PixelBatch batch, int top, int bottom, int left, int right)
    {
        var padded = PixelBatch.Zero(batch.Count, batch.Height + top + bottom, batch.Width + left + right);
        for (var i = 0; i < batch.Count; i++)
            for (var y = 0; y < batch.Height; y++)
                batch.Row(i, y).CopyTo(padded.Row(i, y + top)[(3 * left)..]);
        return padded;
    }

    /// <summary>Each image at a place of its own, all places equally likely.</summary>
    public static PixelBatch RandomCrop(PixelBatch batch, int height, int width, Random random)
    {
        Require(batch, height, width, "random_crop");
        return Crop(batch, height, width, _ => (random.Next(batch.Height - height + 1), random.Next(batch.Width - width + 1)));
    }

    /// <summary>The middle; half a pixel is rounded to even, as Python's round does.</summary>
    public static PixelBatch CentreCrop(PixelBatch batch, int height, int width)
    {
        Require(batch, height, width, "center_crop");
        var place = (Middle(batch.Height - height), Middle(batch.Width - width));
        return Crop(batch, height, width, _ => place);
    }

    /// <summary>
    /// Upper left, upper right, lower left, lower right and middle of each image, in the reference's order: five times as many images.
    /// </summary>
    public static PixelBatch FiveCrop(PixelBatch batch, int height, int width)
    {
        Require(batch, height, width, "five_crop");
        var (down, right) = (batch.Height - height, batch.Width - width);
        (int, int)[] places = [(0, 0), (0, right), (down, 0), (down, right), (Middle(down), Middle(right))];
        var crops = PixelBatch.Zero(5 * batch.Count, height, width);
        for (var p = 0; p < 5; p++)
        {
            var place = places[p];
            var crop = Crop(batch, height, width, _ => place);
            for (var i = 0; i < batch.Count; i++) crop.Image(i).CopyTo(crops.Image(5 * i + p));
        }
        return crops;
    }

    /// <summary>Each of the five crops followed by the crop at the same place of the mirror image, as the reference has them.</summary>
    public static PixelBatch TenCrop(PixelBatch batch, int height, int width)
    {
        var (plain, mirrored) = (FiveCrop(batch, height, width), FiveCrop(Flipping.Flip(batch), height, width));
        var both = PixelBatch.Zero(2 * plain.Count, height, width);
        for (var i = 0; i < plain.Count; i++)
        {
            plain.Image(i).CopyTo(both.Image(2 * i));
            mirrored.Image(i).CopyTo(both.Image(2 * i + 1));
        }
        return both;
    }

    /// <summary>Each image moved left and up by its own amounts, evenly from 0 to ratio of its size; black comes in.</summary>
    public static PixelBatch RandomShift(PixelBatch batch, double ratio, Random random)
    {
        var shifted = PixelBatch.Zero(batch.Count, batch.Height, batch.Width);
        for (var i = 0; i < batch.Count; i++)
        {
            var (right, down) = ((int)(batch.Width * ratio * random.NextDouble()), (int)(batch.Height * ratio * random.NextDouble()));
            for (var y = 0; y + down < batch.Height; y++) batch.Row(i, y + down)[(3 * right)..].CopyTo(shifted.Row(i, y));
        }
        return shifted;
    }

    private static PixelBatch Crop(PixelBatch batch, int height, int width, Func<int, (int Top, int Left)> place)
    {
        var crops = PixelBatch.Zero(batch.Count, height, width);
        for (var i = 0; i < batch.Count; i++)
        {
            var (top, left) = place(i);
            for (var y = 0; y < height; y++) batch.Row(i, y + top).Slice(3 * left, 3 * width).CopyTo(crops.Row(i, y));
        }
        return crops;
    }

    private static int Middle(int room) => (int)Math.Round(0.5 * room, MidpointRounding.ToEven);

    private static void Require(PixelBatch batch, int height, int width, string name)
    {
        if (height > batch.Height || width > batch.Width)
            throw new PfeException($"{name}: {height} x {width} (height x width) does not fit into images of {batch.Height} x " +
                $"{batch.Width}");
    }
}
