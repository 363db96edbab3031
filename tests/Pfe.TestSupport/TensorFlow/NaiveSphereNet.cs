using System.Globalization;

namespace Pfe.TestSupport.TensorFlow;

/// <summary>
/// The reference's two networks as TensorFlow computes them, in float64 and in TensorFlow's own layout (height, width, channel), straight
/// from the variables: nothing folded, turned or transposed. It shares no code with the import.
/// </summary>
public sealed class NaiveSphereNet
{
    private readonly SortedDictionary<string, (float[] Values, long[] Shape)> _variables = new(StringComparer.Ordinal);
    private readonly int[] _units, _channels;
    private readonly int _width, _height, _dimension;
    private readonly Random _random;

    public NaiveSphereNet(int[] units, int[] channels, int width, int height, int dimension, bool head, int seed = 1)
    {
        (_units, _channels, _width, _height, _dimension, _random) = (units, channels, width, height, dimension, new Random(seed));
        var inputs = 3;
        for (var s = 0; s < 4; s++)
        {
            for (var c = 0; c <= 2 * units[s]; c++)
            {
                var scope = Scope(s, c);
                Random($"{scope}/weights", Math.Sqrt((c == 0 ? 3.0 : 1.0) / (9 * inputs)), 3, 3, inputs, channels[s]);
                Random($"{scope}/p_re_lu/alpha", 0.3, 1, 1, channels[s]);
                if (c == 0) Random($"{scope}/biases", 0.1, channels[s]);
                inputs = channels[s];
            }
        }
        var flat = Flat(height) * Flat(width) * channels[3];
        Random("SphereNet/Bottleneck/weights", Math.Sqrt(3.0 / flat), flat, dimension);
        Norm("SphereNet/Bottleneck/BatchNorm", dimension, centre: true, scale: false);
        if (!head) return;
        Random("UncertaintyModule/fc1/weights", Math.Sqrt(3.0 / flat), flat, dimension);
        Norm("UncertaintyModule/fc1/BatchNorm", dimension, centre: true, scale: true);
        Random("UncertaintyModule/fc_log_sigma_sq/weights", Math.Sqrt(3.0 / dimension), dimension, dimension);
        Norm("UncertaintyModule/fc_log_sigma_sq/BatchNorm", dimension, centre: false, scale: false);
        _variables["UncertaintyModule/scale_and_shift/alpha"] = ([0.37f], []);
        _variables["UncertaintyModule/scale_and_shift/gamma"] = ([-6.1f], []);
    }

    public IReadOnlyDictionary<string, (float[] Values, long[] Shape)> Variables => _variables;

    public void Write(CheckpointWriter writer, string prefix)
    {
        foreach (var (name, (values, shape)) in _variables) writer.Add(name, values, shape);
        writer.Write(prefix);
    }

    /// <summary>mu and, with a head, log sigma squared of one image [height][width][channel].</summary>
    public (double[] Mu, double[]? LogVariance) Run(double[,,] image)
    {
        var x = image;
        for (var s = 0; s < 4; s++)
        {
            x = PRelu(Convolution(x, Scope(s, 0), 2), Scope(s, 0));
            for (var c = 1; c <= 2 * _units[s]; c += 2)
            {
                var y = PRelu(Convolution(x, Scope(s, c), 1), Scope(s, c));
                x = Sum(PRelu(Convolution(y, Scope(s, c + 1), 1), Scope(s, c + 1)), x);
            }
        }
        var flat = x.Cast<double>().ToArray();
        var mu = Norm(Dense(flat, "SphereNet/Bottleneck"), "SphereNet/Bottleneck/BatchNorm");
        var length = Math.Sqrt(Math.Max(mu.Sum(value => value * value), 1e-12));
        mu = [.. mu.Select(value => value / length)];
        if (!_variables.ContainsKey("UncertaintyModule/fc1/weights")) return (mu, null);
        var slope = _variables.TryGetValue("UncertaintyModule/fc1/p_re_lu/alpha", out var alpha) ? alpha.Values : new float[_dimension];
        var hidden = Norm(Dense(flat, "UncertaintyModule/fc1"), "UncertaintyModule/fc1/BatchNorm")
            .Select((value, i) => Math.Max(0, value) + slope[i] * Math.Min(0, value));
        var logits = Norm(Dense([.. hidden], "UncertaintyModule/fc_log_sigma_sq"), "UncertaintyModule/fc_log_sigma_sq/BatchNorm");
        var (gain, offset) = (_variables["UncertaintyModule/scale_and_shift/alpha"].Values[0],
            _variables["UncertaintyModule/scale_and_shift/gamma"].Values[0]);
        return (mu, [.. logits.Select(value => Math.Log(1e-6 + Math.Exp(gain * value + offset)))]);
    }

    public void Random(string name, double scale, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)((_random.NextDouble() * 2 - 1) * scale);
        _variables[name] = (values, shape);
    }

    private static int Flat(int size) => Enumerable.Range(0, 4).Aggregate(size, (n, _) => (n + 1) / 2);

    private static string Scope(int stage, int convolution) =>
        string.Create(CultureInfo.InvariantCulture, $"SphereNet/conv{stage + 1}/Conv{(convolution == 0 ? "" : $"_{convolution}")}");

    private void Norm(string scope, int size, bool centre, bool scale)
    {
        Random($"{scope}/moving_mean", 0.2, size);
        Random($"{scope}/moving_variance", 0.5, size);
        for (var i = 0; i < size; i++) _variables[$"{scope}/moving_variance"].Values[i] += 0.6f;
        if (centre) Random($"{scope}/beta", 0.5, size);
        if (scale) Random($"{scope}/gamma", 2, size);
    }

    private double[] Norm(double[] x, string scope)
    {
        var (mean, variance) = (_variables[$"{scope}/moving_mean"].Values, _variables[$"{scope}/moving_variance"].Values);
        var gamma = _variables.TryGetValue($"{scope}/gamma", out var g) ? g.Values : null;
        var beta = _variables.TryGetValue($"{scope}/beta", out var b) ? b.Values : null;
        return [.. x.Select((value, i) => (value - mean[i]) / Math.Sqrt(variance[i] + 1e-3) * (gamma?[i] ?? 1) + (beta?[i] ?? 0))];
    }

    private double[] Dense(double[] x, string scope)
    {
        var (weights, shape) = _variables[$"{scope}/weights"];
        var result = new double[shape[1]];
        for (var i = 0; i < x.Length; i++)
            for (var o = 0; o < result.Length; o++) result[o] += x[i] * weights[i * result.Length + o];
        return result;
    }

    /// <summary>SAME padding as TensorFlow defines it: ceil(n / stride) outputs; of the padding needed, the smaller half comes
    /// first.</summary>
    private double[,,] Convolution(double[,,] x, string scope, int stride)
    {
        var (weights, shape) = _variables[$"{scope}/weights"];
        var biases = _variables.TryGetValue($"{scope}/biases", out var some) ? some.Values : null;
        var (height, width, inputs, outputs) = (x.GetLength(0), x.GetLength(1), (int)shape[2], (int)shape[3]);
        var (rows, columns) = ((height + stride - 1) / stride, (width + stride - 1) / stride);
        var (top, left) = (Math.Max((rows - 1) * stride + 3 - height, 0) / 2, Math.Max((columns - 1) * stride + 3 - width, 0) / 2);
        var result = new double[rows, columns, outputs];
        Parallel.For(0, rows, r =>
        {
            var sum = new double[outputs];
            for (var c = 0; c < columns; c++)
            {
                for (var o = 0; o < outputs; o++) sum[o] = biases?[o] ?? 0;
                for (var i = 0; i < 9; i++)
                {
                    var (y, z) = (r * stride - top + i / 3, c * stride - left + i % 3);
                    if (y < 0 || y >= height || z < 0 || z >= width) continue;
                    for (var k = 0; k < inputs; k++)
                    {
                        var (value, at) = (x[y, z, k], (i * inputs + k) * outputs);
                        for (var o = 0; o < outputs; o++) sum[o] += value * weights[at + o];
                    }
                }
                for (var o = 0; o < outputs; o++) result[r, c, o] = sum[o];
            }
        });
        return result;
    }

    private double[,,] PRelu(double[,,] x, string scope)
    {
        var alpha = _variables[$"{scope}/p_re_lu/alpha"].Values;
        return Each(x, (value, channel) => Math.Max(0, value) + alpha[channel] * Math.Min(0, value));
    }

    private static double[,,] Sum(double[,,] a, double[,,] b)
    {
        var result = (double[,,])a.Clone();
        for (var r = 0; r < a.GetLength(0); r++)
            for (var c = 0; c < a.GetLength(1); c++)
                for (var k = 0; k < a.GetLength(2); k++) result[r, c, k] += b[r, c, k];
        return result;
    }

    private static double[,,] Each(double[,,] x, Func<double, int, double> apply)
    {
        var result = (double[,,])x.Clone();
        for (var r = 0; r < x.GetLength(0); r++)
            for (var c = 0; c < x.GetLength(1); c++)
                for (var k = 0; k < x.GetLength(2); k++) result[r, c, k] = apply(x[r, c, k], k);
        return result;
    }
}
