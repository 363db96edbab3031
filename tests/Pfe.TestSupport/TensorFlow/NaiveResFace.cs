namespace Pfe.TestSupport.TensorFlow;

/// <summary>
/// ProbFace's networks as TensorFlow computes them, in float64 and in TensorFlow's layout, straight from the variables: convolution, batch
/// normalisation, ReLU, each for itself. It shares no code with the import, nor with the other naive network.
/// </summary>
public sealed class NaiveResFace
{
    private readonly SortedDictionary<string, (float[] Values, long[] Shape)> _variables = new(StringComparer.Ordinal);
    private readonly int[] _units, _channels;
    private readonly bool _layered;
    private readonly Random _random;

    /// <param name="units">Residual units of the four stages.</param>
    /// <param name="channels">Channels of the four stages.</param>
    /// <param name="side">Width and height of an image, a multiple of 16.</param>
    /// <param name="dimension">D.</param>
    /// <param name="outputs">Variances of the head: 1 or D.</param>
    /// <param name="layered">Whether the head reads the stages' means as well.</param>
    public NaiveResFace(int[] units, int[] channels, int side, int dimension, int outputs, bool layered, int seed = 1)
    {
        (_units, _channels, _layered, _random) = (units, channels, layered, new Random(seed));
        var inputs = 3;
        for (var s = 0; s < 4; s++)
        {
            foreach (var scope in Scopes(s))
            {
                Random($"{scope}/weights", Math.Sqrt(2.0 / (9 * inputs)), 3, 3, inputs, channels[s]);
                Norm($"{scope}/BatchNorm", channels[s], gainAndOffset: true);
                inputs = channels[s];
            }
        }
        var flat = side / 16 * (side / 16) * channels[3];
        Random("Resface/Bottleneck/weights", Math.Sqrt(3.0 / flat), flat, dimension);
        Norm("Resface/Bottleneck/BatchNorm", dimension, gainAndOffset: true);
        var read = flat + (layered ? channels.Sum() : 0);
        Random("UncertaintyModule/fc1/weights", Math.Sqrt(3.0 / read), read, 11);
        Norm("UncertaintyModule/fc1/BatchNorm", 11, gainAndOffset: true);
        Random("UncertaintyModule/fc_log_sigma_sq/weights", 1, 11, outputs);
        Norm("UncertaintyModule/fc_log_sigma_sq/BatchNorm", outputs, gainAndOffset: false);
        _variables["UncertaintyModule/scale_and_shift/alpha"] = ([0.6f], []);
        _variables["UncertaintyModule/scale_and_shift/gamma"] = ([-1.1f], []);
    }

    public void Write(CheckpointWriter writer, string prefix)
    {
        foreach (var (name, (values, shape)) in _variables) writer.Add(name, values, shape);
        writer.Write(prefix);
    }

    /// <summary>mu and log sigma squared of one image [height][width][channel].</summary>
    public (double[] Mu, double[] LogVariance) Run(double[,,] image)
    {
        var (x, means) = (image, new List<double>());
        for (var s = 0; s < 4; s++)
        {
            string[] scopes = [.. Scopes(s)];
            x = Layer(x, scopes[0], 2);
            for (var c = 1; c < scopes.Length; c += 2)
            {
                var y = Layer(Layer(x, scopes[c], 1), scopes[c + 1], 1);
                for (var r = 0; r < x.GetLength(0); r++)
                    for (var q = 0; q < x.GetLength(1); q++)
                        for (var k = 0; k < x.GetLength(2); k++) y[r, q, k] += x[r, q, k];
                x = y;
            }
            for (var k = 0; k < _channels[s]; k++)
            {
                var sum = 0.0;
                for (var r = 0; r < x.GetLength(0); r++)
                    for (var q = 0; q < x.GetLength(1); q++) sum += x[r, q, k];
                means.Add(sum / (x.GetLength(0) * x.GetLength(1)));
            }
        }
        double[] flat = [.. x.Cast<double>()];
        var mu = Norm(Dense(flat, "Resface/Bottleneck"), "Resface/Bottleneck/BatchNorm");
        var length = Math.Sqrt(mu.Sum(value => value * value));
        var hidden = Norm(Dense(_layered ? [.. flat, .. means] : flat, "UncertaintyModule/fc1"), "UncertaintyModule/fc1/BatchNorm")
            .Select(value => Math.Max(0, value)).ToArray();
        var logits = Norm(Dense(hidden, "UncertaintyModule/fc_log_sigma_sq"), "UncertaintyModule/fc_log_sigma_sq/BatchNorm");
        return ([.. mu.Select(value => value / length)], [.. logits.Select(value => Math.Log(1e-6 + Math.Exp(0.6f * value - 1.1f)))]);
    }

    /// <summary>slim.repeat numbers the units from 1, and slim.conv2d calls the two convolutions of a unit Conv and Conv_1.</summary>
    private IEnumerable<string> Scopes(int s)
    {
        var stage = s + 1;
        yield return $"Resface/Conv{stage}/Conv{stage}_pre";
        for (var unit = 1; unit <= _units[s]; unit++)
        {
            yield return $"Resface/Conv{stage}/Conv_{stage}/Conv_{stage}_{unit}/Conv";
            yield return $"Resface/Conv{stage}/Conv_{stage}/Conv_{stage}_{unit}/Conv_1";
        }
    }

    /// <summary>SAME padding: an even size with stride 2 is padded at its end only.</summary>
    private double[,,] Layer(double[,,] x, string scope, int stride)
    {
        var (weights, shape) = _variables[$"{scope}/weights"];
        var (height, width, inputs, outputs) = (x.GetLength(0), x.GetLength(1), (int)shape[2], (int)shape[3]);
        var before = stride == 2 ? 0 : 1;
        var result = new double[height / stride, width / stride, outputs];
        for (var r = 0; r < height / stride; r++)
        {
            for (var q = 0; q < width / stride; q++)
            {
                var sum = new double[outputs];
                for (var tap = 0; tap < 9; tap++)
                {
                    var (y, z) = (r * stride - before + tap / 3, q * stride - before + tap % 3);
                    if (y < 0 || y >= height || z < 0 || z >= width) continue;
                    for (var k = 0; k < inputs; k++)
                        for (var o = 0; o < outputs; o++) sum[o] += x[y, z, k] * weights[(tap * inputs + k) * outputs + o];
                }
                var normal = Norm(sum, $"{scope}/BatchNorm");
                for (var o = 0; o < outputs; o++) result[r, q, o] = Math.Max(0, normal[o]);
            }
        }
        return result;
    }

    private double[] Dense(double[] x, string scope)
    {
        var (weights, shape) = _variables[$"{scope}/weights"];
        var result = new double[shape[1]];
        for (var i = 0; i < x.Length; i++)
            for (var o = 0; o < result.Length; o++) result[o] += x[i] * weights[i * result.Length + o];
        return result;
    }

    private double[] Norm(double[] x, string scope)
    {
        float[]? Of(string name) => _variables.TryGetValue($"{scope}/{name}", out var found) ? found.Values : null;
        var (mean, variance, gain, offset) = (Of("moving_mean")!, Of("moving_variance")!, Of("gamma"), Of("beta"));
        return [.. x.Select((value, i) => (value - mean[i]) / Math.Sqrt(variance[i] + 1e-3) * (gain?[i] ?? 1) + (offset?[i] ?? 0))];
    }

    private void Norm(string scope, int size, bool gainAndOffset)
    {
        Random($"{scope}/moving_mean", 0.2, size);
        Random($"{scope}/moving_variance", 0.3, size);
        for (var i = 0; i < size; i++) _variables[$"{scope}/moving_variance"].Values[i] += 0.8f;
        if (!gainAndOffset) return;
        Random($"{scope}/beta", 0.3, size);
        Random($"{scope}/gamma", 0.4, size);
        for (var i = 0; i < size; i++) _variables[$"{scope}/gamma"].Values[i] += 0.8f;
    }

    private void Random(string name, double scale, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)((_random.NextDouble() * 2 - 1) * scale);
        _variables[name] = (values, shape);
    }
}
