using System.Text.Json;

namespace Pfe.Vision.Imaging.Preprocessing;

/// <summary>One operation of a preprocessing pipeline.</summary>
/// <param name="batch">The images; not changed.</param>
/// <param name="random">Source of chance; operations without chance do not touch it.</param>
/// <returns>The images after the operation.</returns>
internal delegate PixelBatch PreprocessOperation(PixelBatch batch, Random random);

/// <summary>
/// The reference's preprocessing: named operations with arguments, one after another, as its configuration lists them
/// (<c>["center_crop", [112, 96]], ["random_flip"], ["standardize", "mean_scale"]</c>). The same seed gives the same images.
/// </summary>
internal sealed class PreprocessPipeline
{
    private const string Names =
        "resize, padding, random_crop, center_crop, random_flip, standardize, random_shift, random_interpolate, random_downsample, " +
        "expand_flip, five_crop, ten_crop, cutout, rotate, gaussian_blur";
    private readonly PreprocessOperation[] _operations;

    private PreprocessPipeline(PreprocessOperation[] operations) => _operations = operations;

    /// <summary>Reads a pipeline.</summary>
    /// <param name="steps">For each operation its name and its arguments.</param>
    /// <param name="source">What to call it in a message, for instance the configuration's path and key.</param>
    /// <exception cref="InvalidConfigurationException">An unknown name or a wrong argument.</exception>
    public static PreprocessPipeline Parse(IEnumerable<IReadOnlyList<JsonElement>> steps, string source)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return new PreprocessPipeline([.. steps.Select(step => Operation(step, source))]);
    }

    /// <summary>Runs the operations in order.</summary>
    /// <param name="batch">The images; not changed.</param>
    /// <param name="random">Source of chance.</param>
    /// <exception cref="PfeException">An operation does not fit the images (a crop larger than they are, an odd number to
    /// interpolate).</exception>
    public PixelBatch Apply(PixelBatch batch, Random random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        return _operations.Aggregate(batch, (images, operation) => operation(images, random));
    }

    private static PreprocessOperation Operation(IReadOnlyList<JsonElement> step, string source)
    {
        if (step.Count == 0 || step[0].ValueKind != JsonValueKind.String)
            throw new InvalidConfigurationException($"{source}: an operation starts with its name; there are {Names}");
        var name = step[0].GetString()!;
        var arguments = new Arguments(name, step, source);
        switch (name)
        {
            case "resize": { var (h, w) = arguments.Size(); return (batch, _) => Resampling.Resize(batch, h, w); }
            case "padding":
                {
                    var (top, bottom, left, right) = arguments.Padding(); return (batch, _) =>
                Cropping.Pad(batch, top, bottom, left, right);
                }
            case "random_crop": { var (h, w) = arguments.Size(); return (batch, random) => Cropping.RandomCrop(batch, h, w, random); }
            case "center_crop": { var (h, w) = arguments.Size(); return (batch, _) => Cropping.CentreCrop(batch, h, w); }
            case "five_crop": { var (h, w) = arguments.Size(); return (batch, _) => Cropping.FiveCrop(batch, h, w); }
            case "ten_crop": { var (h, w) = arguments.Size(); return (batch, _) => Cropping.TenCrop(batch, h, w); }
            case "random_flip": return arguments.None(Flipping.RandomFlip);
            case "expand_flip": return arguments.None((batch, _) => Flipping.ExpandFlip(batch));
            case "standardize": { var (mean, std) = arguments.Standard(); return (batch, _) => GreyLevels.Standardize(batch, mean, std); }
            case "random_interpolate": return arguments.None(GreyLevels.RandomInterpolate);
            case "random_shift": { var ratio = arguments.Ratio(); return (batch, random) => Cropping.RandomShift(batch, ratio, random); }
            case "random_downsample":
                {
                    var ratio = arguments.Ratio(); return (batch, random) =>
                Resampling.RandomDownsample(batch, ratio, random);
                }
            case "cutout":
                {
                    var (ratio, holes) = arguments.Pair(0.3, 1); return (batch, random) =>
                Augmenting.Cutout(batch, ratio, (int)holes, random);
                }
            case "rotate":
                {
                    var (level, chance) = arguments.Pair(3, 0.5); return (batch, random) =>
                Augmenting.Rotate(batch, level, chance, random);
                }
            case "gaussian_blur":
                {
                    var (radius, chance) = arguments.Pair(5, 0.5); return (batch, random) =>
                Augmenting.GaussianBlur(batch, radius, chance, random);
                }
            default: throw new InvalidConfigurationException($"{source}: there is no preprocessing operation '{name}'; there are {Names}");
        }
    }

    /// <summary>The arguments of one operation, checked.</summary>
    private sealed class Arguments(string name, IReadOnlyList<JsonElement> step, string source)
    {
        public (int Height, int Width) Size() =>
            Integers() is [var height and > 0, var width and > 0] ? (height, width) : throw Wrong("[height, width], both above 0");

        public (int Top, int Bottom, int Left, int Right) Padding() => Integers() switch
        {
            [var y and >= 0, var x and >= 0] => (y, y, x, x),
            [var top and >= 0, var bottom and >= 0, var left and >= 0, var right and >= 0] => (top, bottom, left, right),
            _ => throw Wrong("[vertical, horizontal] or [top, bottom, left, right], none below 0"),
        };

        public double Ratio() => step.Count == 2 && step[1].ValueKind == JsonValueKind.Number && step[1].GetDouble() is var ratio and > 0
            and <= 1 ? ratio : throw Wrong("a ratio above 0 and up to 1");

        public (float Mean, float Std) Standard() =>
            step.Count == 2 && step[1].ValueKind == JsonValueKind.String ? step[1].GetString() switch
            {
                "mean_scale" => (127.5f, 128f),
                // ProbFace's operation of the name mean_scale.
                "mean_scale_128" => (128f, 128f),
                "scale" => (0f, 255f),
                _ => throw Wrong("\"mean_scale\" or \"scale\""),
            }
        : throw Wrong("\"mean_scale\" or \"scale\"");

        /// <summary>Up to two numbers above 0 and up to 100; what is not given is as ProbFace has it.</summary>
        public (double First, double Second) Pair(double first, double second)
        {
            double[] given = [.. step.Skip(1).Select(value =>
                value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number and > 0 and <= 100 ? number
                    : throw Wrong("up to two numbers above 0"))];
            return given switch
            {
                [] => (first, second),
                [var one] => (one, second),
                [var one, var two] => (one, two),
                _ => throw Wrong("up to two numbers above 0"),
            };
        }

        public PreprocessOperation None(PreprocessOperation operation) => step.Count == 1 ? operation : throw Wrong("no argument");

        /// <summary>Whole numbers, given as one list or one by one.</summary>
        private int[] Integers()
        {
            var values = step.Count == 2 && step[1].ValueKind == JsonValueKind.Array ? step[1].EnumerateArray() : step.Skip(1);
            return [.. values.Select(value =>
                value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong("whole numbers"))];
        }

        private InvalidConfigurationException Wrong(string wanted) =>
            new($"{source}: {name} takes {wanted}, not {string.Join(", ", step.Skip(1).Select(value => value.GetRawText()))}");
    }
}
