using Pfe.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Head;

/// <summary>
/// The head while it learns, as the reference defines it: fully connected (no bias) -> batch norm (gain and offset) -> ReLU -> fully
/// connected (no bias) -> batch norm (neither) -> gain * x + offset, two scalars for all dimensions -> log(1e-6 + exp(.)) = log sigma^2.
/// </summary>
/// <remarks>Plain tensors instead of modules: what is trained, decayed and saved stands in one list.</remarks>
internal sealed class HeadNetwork : IDisposable
{
    /// <summary>Batch norm's moving averages keep this share at each step.</summary>
    public const double Decay = 0.995;

    /// <summary>Added to batch norm's variances.</summary>
    public const double Epsilon = UncertaintyHead.NormEpsilon;

    /// <summary>The least sigma^2.</summary>
    public const double VarianceFloor = UncertaintyHead.VarianceFloor;

    private readonly Dictionary<string, Tensor> _tensors;

    /// <summary>A fresh head in the reference's form: matrices uniform after Glorot, batch norms neutral, every sigma^2 about
    /// exp(-7).</summary>
    /// <param name="inputs">Number of features F.</param>
    /// <param name="outputs">Dimension of the embedding D.</param>
    /// <param name="seed">Same seed, same head, on every system.</param>
    public HeadNetwork(int inputs, int outputs, int seed) : this(HeadForm.Reference(inputs, outputs), seed) { }

    /// <summary>A fresh head of any form.</summary>
    /// <param name="form">Its sizes and how it begins.</param>
    /// <param name="seed">Same seed, same head, on every system.</param>
    public HeadNetwork(HeadForm form, int seed)
    {
        var (inputs, hidden, outputs) = (form.Inputs, form.Hidden, form.Outputs);
        _tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["hidden.weight"] = Glorot(hidden, inputs, Seeds.Random(seed, Seeds.Initialisation, 0)),
            ["hidden.scale"] = ones(hidden),
            ["hidden.centre"] = zeros(hidden),
            ["hidden.mean"] = zeros(hidden),
            ["hidden.variance"] = ones(hidden),
            ["output.weight"] = Glorot(outputs, hidden, Seeds.Random(seed, Seeds.Initialisation, 1)),
            ["output.mean"] = zeros(outputs),
            ["output.variance"] = ones(outputs),
            ["gain"] = tensor(form.Gain),
            ["offset"] = tensor(form.Offset),
        };
        foreach (var (_, parameter) in Trained) parameter.requires_grad_(true);
    }

    /// <summary>Every tensor of the head, moving averages included, by name and in a fixed order.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State => _tensors.Select(pair => (pair.Key, pair.Value));

    /// <summary>What gradient descent changes.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Trained =>
        State.Where(entry => !entry.Name.EndsWith(".mean", StringComparison.Ordinal)
        && !entry.Name.EndsWith(".variance", StringComparison.Ordinal));

    /// <summary>Only the two matrices are decayed.</summary>
    public static bool IsDecayed(string name) => name.EndsWith(".weight", StringComparison.Ordinal);

    /// <summary>log sigma^2 [N, D] of features [N, F].</summary>
    /// <param name="features">One row a face.</param>
    /// <param name="training">Batch statistics, which also move the averages; false: the averages.</param>
    public Tensor Forward(Tensor features, bool training)
    {
        using var scope = NewDisposeScope();
        var hidden = nn.functional.linear(features, _tensors["hidden.weight"]);
        hidden = BatchNorm(hidden, "hidden", _tensors["hidden.scale"], _tensors["hidden.centre"], training).relu();
        var raw = BatchNorm(nn.functional.linear(hidden, _tensors["output.weight"]), "output", null, null, training);
        return raw.mul(_tensors["gain"]).add(_tensors["offset"], RootedScalars.One).exp().add(RootedScalars.Floor, RootedScalars.One).log()
            .MoveToOuterDisposeScope();
    }

    /// <summary>A tensor of <see cref="State"/> as an array, row-major.</summary>
    public float[] Values(string name) => _tensors[name].data<float>().ToArray();

    /// <summary>Overwrites a tensor of <see cref="State"/>.</summary>
    public void Set(string name, ReadOnlySpan<float> values)
    {
        using var _ = no_grad();
        using var source = tensor(values.ToArray(), _tensors[name].shape);
        _tensors[name].copy_(source);
    }

    /// <summary>The head as a file and the ONNX builder want it.</summary>
    /// <param name="source">Name of the base's tensor that it reads.</param>
    /// <param name="notes">About the training.</param>
    public UncertaintyHead Export(string source, IReadOnlyDictionary<string, string> notes) => new()
    {
        Source = source,
        HiddenWeight = Values("hidden.weight"),
        HiddenScale = Values("hidden.scale"),
        HiddenCentre = Values("hidden.centre"),
        HiddenMean = Values("hidden.mean"),
        HiddenVariance = Values("hidden.variance"),
        OutputWeight = Values("output.weight"),
        OutputMean = Values("output.mean"),
        OutputVariance = Values("output.variance"),
        Gain = Values("gain")[0],
        Offset = Values("offset")[0],
        Notes = notes,
    };

    public void Dispose()
    {
        foreach (var (_, tensor) in State) tensor.Dispose();
    }

    private Tensor BatchNorm(Tensor x, string name, Tensor? gain, Tensor? offset, bool training) =>
        nn.functional.batch_norm(x, _tensors[$"{name}.mean"], _tensors[$"{name}.variance"], gain, offset, training, 1 - Decay, Epsilon);

    private static Tensor Glorot(int rows, int columns, Random random)
    {
        var limit = Math.Sqrt(6.0 / (rows + columns));
        var values = new float[(long)rows * columns];
        for (var i = 0; i < values.Length; i++) values[i] = (float)((2 * random.NextDouble() - 1) * limit);
        // A copy in libtorch's own, aligned memory: see HeadTrainer.
        using var array = tensor(values, [rows, columns]);
        return array.clone();
    }
}
