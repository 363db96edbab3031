using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pfe.Onnx;

namespace Pfe.Vision.Imaging;

/// <summary>
/// Bilinear warp by inverse mapping, with zero outside the image (OpenCV's <c>warpAffine</c> with a constant border): each destination
/// pixel is looked up at its place in the source. Within 0.01 grey level of a float64 evaluation, 0.51 where the result is rounded to
/// bytes.
/// </summary>
internal static class Warp
{
    /// <summary>Warps straight into a network's input: 3 planes of height x width numbers.</summary>
    /// <param name="source">The photograph.</param>
    /// <param name="toSource">Where each destination pixel lies in the photograph.</param>
    /// <param name="width">Destination width.</param>
    /// <param name="height">Destination height.</param>
    /// <param name="format">Channel order and normalisation.</param>
    /// <param name="destination">3 x height x width values, filled.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public static void ToTensor(Image source, in AffineMap toSource, int width, int height, in PixelFormat format, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        var plane = width * height;
        if (destination.Length != 3 * plane)
            throw new ArgumentException(
            $"{width} x {height} x 3 values are wanted, the span has {destination.Length}", nameof(destination));
        var sink = new PlanarSink(destination, plane, format);
        Run(source, toSource, width, height, ref sink);
    }

    /// <summary>Warps into a new image.</summary>
    /// <param name="source">The photograph.</param>
    /// <param name="toSource">Where each destination pixel lies in the photograph.</param>
    /// <param name="width">Destination width.</param>
    /// <param name="height">Destination height.</param>
    public static Image ToImage(Image source, in AffineMap toSource, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(source);
        var rgb = new byte[3 * width * height];
        var sink = new ByteSink(rgb);
        Run(source, toSource, width, height, ref sink);
        return new Image(width, height, rgb);
    }

    private interface ISink
    {
        void Put(int pixel, float red, float green, float blue);
    }

    private readonly ref struct PlanarSink(Span<float> destination, int plane, in PixelFormat format) : ISink
    {
        private readonly Plane _red = new(destination, plane, format, format.Order == ChannelOrder.Rgb ? 0 : 2);
        private readonly Plane _green = new(destination, plane, format, 1);
        private readonly Plane _blue = new(destination, plane, format, format.Order == ChannelOrder.Rgb ? 2 : 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(int pixel, float red, float green, float blue)
        {
            _red.Put(pixel, red);
            _green.Put(pixel, green);
            _blue.Put(pixel, blue);
        }
    }

    private readonly ref struct Plane(Span<float> destination, int length, in PixelFormat format, int index)
    {
        private readonly Span<float> _values = destination.Slice(index * length, length);
        private readonly float _mean = format.Mean[index];
        private readonly float _scale = 1 / format.Std[index];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(int pixel, float value) => _values[pixel] = (value - _mean) * _scale;
    }

    private readonly struct ByteSink(byte[] rgb) : ISink
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(int pixel, float red, float green, float blue)
        {
            rgb[3 * pixel] = (byte)(red + 0.5f);
            rgb[3 * pixel + 1] = (byte)(green + 0.5f);
            rgb[3 * pixel + 2] = (byte)(blue + 0.5f);
        }
    }

    private static void Run<TSink>(Image source, in AffineMap map, int width, int height, ref TSink sink) where TSink
        : struct, ISink, allows ref struct
    {
        if (map is { Xy: 0, Yx: 0 })
        {
            Stretch(source, map, width, height, ref sink);
            return;
        }
        ref var pixels = ref MemoryMarshal.GetReference(source.Pixels);
        var stride = 3 * source.Width;
        for (var y = 0; y < height; y++)
        {
            var (rowX, rowY) = (map.Xy * y + map.X0, map.Yy * y + map.Y0);
            for (var x = 0; x < width; x++)
            {
                var (sx, sy) = (map.Xx * x + rowX, map.Yx * x + rowY);
                var (left, top) = (Math.Floor(sx), Math.Floor(sy));
                var (right, lower) = ((float)(sx - left), (float)(sy - top));
                if (left >= 0 && top >= 0 && left < source.Width - 1 && top < source.Height - 1)
                {
                    // Four neighbours inside: no bounds to ask for.
                    ref var a = ref Unsafe.Add(ref pixels, (int)top * stride + 3 * (int)left);
                    ref var b = ref Unsafe.Add(ref a, stride);
                    sink.Put(y * width + x,
                        Mix(a, Unsafe.Add(ref a, 3), b, Unsafe.Add(ref b, 3), right, lower),
                        Mix(Unsafe.Add(ref a, 1), Unsafe.Add(ref a, 4), Unsafe.Add(ref b, 1), Unsafe.Add(ref b, 4), right, lower),
                        Mix(Unsafe.Add(ref a, 2), Unsafe.Add(ref a, 5), Unsafe.Add(ref b, 2), Unsafe.Add(ref b, 5), right, lower));
                }
                else
                {
                    PutAtBorder(source, left, top, right, lower, y * width + x, ref sink);
                }
            }
        }
    }

    /// <summary>
    /// The same without rotation, as detectors see photographs: where a column looks and how it mixes is computed once and not for every
    /// row.
    /// The same numbers in the same order, so the same bits.
    /// </summary>
    private static void Stretch<TSink>(Image source, in AffineMap map, int width, int height, ref TSink sink)
        where TSink : struct, ISink, allows ref struct
    {
        ref var pixels = ref MemoryMarshal.GetReference(source.Pixels);
        var stride = 3 * source.Width;
        var (lefts, rights) = (ArrayPool<double>.Shared.Rent(width), ArrayPool<float>.Shared.Rent(width));
        for (var x = 0; x < width; x++)
        {
            var sx = map.Xx * x + map.X0;
            lefts[x] = Math.Floor(sx);
            rights[x] = (float)(sx - lefts[x]);
        }
        // Columns from first to last have both neighbours inside: the map goes one way only.
        var (first, last) = (0, width - 1);
        while (first < width && !(lefts[first] >= 0 && lefts[first] < source.Width - 1)) first++;
        while (last >= first && !(lefts[last] >= 0 && lefts[last] < source.Width - 1)) last--;
        for (var y = 0; y < height; y++)
        {
            var sy = map.Yy * y + map.Y0;
            var top = Math.Floor(sy);
            var lower = (float)(sy - top);
            var inside = top >= 0 && top < source.Height - 1;
            var (from, to) = inside ? (first, last + 1) : (width, width);
            for (var x = 0; x < Math.Min(from, width); x++)
                PutAtBorder(source, lefts[x], top, rights[x], lower, y * width + x, ref sink);
            if (!inside) continue;
            ref var row = ref Unsafe.Add(ref pixels, (int)top * stride);
            for (var x = from; x < to; x++)
            {
                ref var a = ref Unsafe.Add(ref row, 3 * (int)lefts[x]);
                ref var b = ref Unsafe.Add(ref a, stride);
                var right = rights[x];
                sink.Put(y * width + x,
                    Mix(a, Unsafe.Add(ref a, 3), b, Unsafe.Add(ref b, 3), right, lower),
                    Mix(Unsafe.Add(ref a, 1), Unsafe.Add(ref a, 4), Unsafe.Add(ref b, 1), Unsafe.Add(ref b, 4), right, lower),
                    Mix(Unsafe.Add(ref a, 2), Unsafe.Add(ref a, 5), Unsafe.Add(ref b, 2), Unsafe.Add(ref b, 5), right, lower));
            }
            for (var x = to; x < width; x++) PutAtBorder(source, lefts[x], top, rights[x], lower, y * width + x, ref sink);
        }
        ArrayPool<double>.Shared.Return(lefts);
        ArrayPool<float>.Shared.Return(rights);
    }

    /// <summary>Neighbours outside the image count as black.</summary>
    private static void PutAtBorder<TSink>(Image source, double left, double top, float right, float lower, int pixel, ref TSink sink)
        where TSink : struct, ISink, allows ref struct
    {
        if (!(left >= -1 && top >= -1 && left < source.Width && top < source.Height))
        {
            sink.Put(pixel, 0, 0, 0);
            return;
        }
        Span<float> mixed = stackalloc float[3];
        for (var c = 0; c < 3; c++)
        {
            mixed[c] = Mix(
                At(source, (int)left, (int)top, c), At(source, (int)left + 1, (int)top, c),
                At(source, (int)left, (int)top + 1, c), At(source, (int)left + 1, (int)top + 1, c), right, lower);
        }
        sink.Put(pixel, mixed[0], mixed[1], mixed[2]);
    }

    private static byte At(Image source, int x, int y, int channel) =>
        (uint)x < (uint)source.Width && (uint)y < (uint)source.Height ? source.Pixels[(y * source.Width + x) * 3 + channel] : (byte)0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Mix(byte a, byte b, byte c, byte d, float right, float lower)
    {
        var upper = a + right * (b - a);
        return upper + lower * (c + right * (d - c) - upper);
    }
}
