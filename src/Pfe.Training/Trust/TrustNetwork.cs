using Pfe.Onnx;
using Pfe.Training.Head;
using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Trust;

/// <summary>The trust head while it learns: fully connected (no bias) -> batch norm -> PReLU -> fully connected with 2 outputs.</summary>
internal sealed class TrustNetwork : IDisposable
{
    /// <summary>Batch norm's moving averages move by this share at each step.</summary>
    public const double Momentum = 0.02;

    private readonly Dictionary<string, Tensor> _tensors;

    /// <summary>A fresh head.</summary>
    /// <param name="inputs">F.</param>
    /// <param name="hidden">Size of the hidden layer.</param>
    /// <param name="collision">Whether the second output does anything; without, it is 0 and has to be left alone.</param>
    /// <param name="seed">Same seed, same head, on every system.</param>
    public TrustNetwork(int inputs, int hidden, bool collision, int seed)
    {
        Inputs = inputs;
        _tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["hidden.weight"] = Uniform(hidden, inputs, 1, Seeds.Random(seed, Seeds.Trust, 0)),
            ["hidden.scale"] = ones(hidden),
            ["hidden.centre"] = zeros(hidden),
            ["hidden.mean"] = zeros(hidden),
            ["hidden.variance"] = ones(hidden),
            ["hidden.slope"] = full(hidden, 0.25f),
            // Small: a fresh head gives all faces nearly the same two numbers.
            ["output.weight"] = Uniform(2, hidden, 0.3, Seeds.Random(seed, Seeds.Trust, 1)),
            ["output.bias"] = zeros(2),
        };
        if (!collision) _tensors["output.weight"].bytes[(hidden * sizeof(float))..].Clear();
        foreach (var (_, parameter) in Trained) parameter.requires_grad_(true);
    }

    public int Inputs { get; }

    /// <summary>Every tensor, moving averages included, in a fixed order.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State => _tensors.Select(pair => (pair.Key, pair.Value));

    /// <summary>What gradient descent changes.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Trained =>
        State.Where(entry => entry.Name is not ("hidden.mean" or "hidden.variance"));

    /// <summary>o [N, 2] of standardised inputs [N, F].</summary>
    public Tensor Forward(Tensor inputs, bool training)
    {
        using var scope = NewDisposeScope();
        var hidden = nn.functional.linear(inputs, _tensors["hidden.weight"]);
        hidden = nn.functional.batch_norm(hidden, _tensors["hidden.mean"], _tensors["hidden.variance"], _tensors["hidden.scale"],
            _tensors["hidden.centre"],
            training, Momentum, UncertaintyHead.NormEpsilon);
        hidden = nn.functional.prelu(hidden, _tensors["hidden.slope"]);
        return nn.functional.linear(hidden, _tensors["output.weight"], _tensors["output.bias"]).MoveToOuterDisposeScope();
    }

    /// <summary>The two numbers of every row, with the moving averages.</summary>
    /// <param name="sample">N faces.</param>
    public Calibration.FaceTrust[] Trust(TrustSample sample)
    {
        const int Block = 512;
        using var _ = no_grad();
        var trust = new Calibration.FaceTrust[sample.Count];
        for (var first = 0; first < sample.Count; first += Block)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(Block, sample.Count - first);
            var inputs = tensor(sample.Inputs.AsSpan(first * Inputs, count * Inputs).ToArray(), [count, Inputs]);
            var outputs = Forward(inputs, training: false).data<float>().ToArray();
            for (var i = 0; i < count; i++)
                trust[first + i] = new((float)TrustLoss.Reliability(outputs[2 * i]),
                    (float)(TrustHead.CollisionFactor * outputs[2 * i + 1]));
        }
        return trust;
    }

    /// <summary>A tensor of <see cref="State"/> as an array, row-major.</summary>
    public float[] Values(string name) => _tensors[name].data<float>().ToArray();

    /// <summary>The head as a file and the ONNX builder want it.</summary>
    public TrustHead Export(string? featureMap, TrustScaling scaling, IReadOnlyDictionary<string, string> notes) => new()
    {
        FeatureMap = featureMap,
        InputMean = scaling.Mean,
        InputScale = scaling.Scale,
        HiddenWeight = Values("hidden.weight"),
        HiddenScale = Values("hidden.scale"),
        HiddenCentre = Values("hidden.centre"),
        HiddenMean = Values("hidden.mean"),
        HiddenVariance = Values("hidden.variance"),
        HiddenSlope = Values("hidden.slope"),
        OutputWeight = Values("output.weight"),
        OutputBias = Values("output.bias"),
        Notes = notes,
    };

    public void Dispose()
    {
        foreach (var (_, tensor) in State) tensor.Dispose();
    }

    private static Tensor Uniform(int rows, int columns, double factor, Random random)
    {
        var limit = factor / Math.Sqrt(columns);
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++) values[i] = (float)((2 * random.NextDouble() - 1) * limit);
        // A copy in libtorch's own, aligned memory: see HeadTrainer.
        using var array = tensor(values, [rows, columns]);
        return array.clone();
    }
}
