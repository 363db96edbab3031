using System.Globalization;

namespace Pfe.Interop.TensorFlow;

/// <summary>A 3x3 convolution followed by a PReLU, or by a ReLU.</summary>
/// <param name="Kernel">[out, in, 3, 3].</param>
/// <param name="Bias">[out], or null.</param>
/// <param name="Slope">[out]; null for a ReLU.</param>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
internal sealed record SphereConvolution(float[] Kernel, float[]? Bias, float[]? Slope, int Inputs, int Outputs)
{
    /// <summary>
    /// slim.conv2d's variables: kernel [3, 3, in, out], turned into ONNX's order; the PReLU's alpha lies in the convolution's own scope.
    /// </summary>
    public static SphereConvolution Read(ReferenceVariables checkpoint, string scope, bool strided)
    {
        var (kernel, inputs, outputs) = ReadKernel(checkpoint, scope);
        var slope = checkpoint.ReadFloats($"{scope}/p_re_lu/alpha");
        // Those with a stride have a bias; the residual units' have none.
        var bias = strided || checkpoint.Contains($"{scope}/biases") ? checkpoint.ReadFloats($"{scope}/biases") : null;
        if (slope.Length != outputs || (bias?.Length ?? outputs) != outputs)
            throw new PfeException($"checkpoint '{checkpoint.Prefix}': '{scope}' has {outputs} channels, but {slope.Length} PReLU slopes " +
                $"and {bias?.Length ?? outputs} biases");
        return new SphereConvolution(kernel, bias, slope, inputs, outputs);
    }

    /// <summary>The kernel in ONNX's order.</summary>
    public static (float[] Kernel, int Inputs, int Outputs) ReadKernel(ReferenceVariables checkpoint, string scope)
    {
        if (checkpoint.Shape($"{scope}/weights") is not [3, 3, var inputs, var outputs])
            throw new PfeException($"checkpoint '{checkpoint.Prefix}': '{scope}/weights' is " +
                $"[{string.Join(", ", checkpoint.Shape($"{scope}/weights"))}], the network's convolutions are 3 x 3");
        return (Turn(checkpoint.ReadFloats($"{scope}/weights"), (int)inputs, (int)outputs), (int)inputs, (int)outputs);
    }

    private static float[] Turn(float[] kernel, int inputs, int outputs)
    {
        var result = new float[kernel.Length];
        for (var o = 0; o < outputs; o++)
            for (var i = 0; i < inputs; i++)
                for (var tap = 0; tap < 9; tap++) result[(o * inputs + i) * 9 + tap] = kernel[(tap * inputs + i) * outputs + o];
        return result;
    }
}

/// <summary>
/// SphereNet's convolutions as a checkpoint has them: four stages, each a convolution with stride 2 and then residual units of two
/// convolutions. How many units and channels there are is read off the variables' names and shapes.
/// </summary>
/// <param name="Stages">The stages' convolutions in their order.</param>
/// <param name="Family">SphereNet, or ProbFace's ResFace, which has the same units.</param>
internal sealed record SphereNetWeights(IReadOnlyList<IReadOnlyList<SphereConvolution>> Stages, string Family = "SphereNet")
{
    public const string Scope = "SphereNet";

    private static readonly Dictionary<string, int> Depths =
        new() { ["0,0,0,0"] = 4, ["0,1,2,0"] = 10, ["1,2,4,1"] = 20, ["2,4,8,2"] = 36, ["3,8,16,3"] = 64 };

    /// <summary>SphereNet-64 and the like, where the number of units is one of the published ones.</summary>
    public string Name
    {
        get
        {
            var units = string.Join(',', Stages.Select(stage => stage.Count / 2));
            return Depths.TryGetValue(units, out var depth) ? $"{Family}-{depth}" : $"{Family} with {units} units";
        }
    }

    /// <summary>Number of convolutions, which is what the depths are named after.</summary>
    public int Layers => Stages.Sum(stage => stage.Count);

    public static SphereNetWeights Read(ReferenceVariables checkpoint)
    {
        if (checkpoint.InScope(Scope).FirstOrDefault(variable => variable.Name.Contains("/SE", StringComparison.Ordinal)) is { } gate)
            throw new PfeException($"checkpoint '{checkpoint.Prefix}' has squeeze-and-excitation blocks ('{gate.Name}'), which the " +
                "reference's SphereNet switches off: they are not read");
        var (stages, inputs) = (new List<IReadOnlyList<SphereConvolution>>(), 3);
        for (var number = 1; number <= 4; number++)
        {
            var stage = Scopes(checkpoint, number).Select((scope, i) => SphereConvolution.Read(checkpoint, scope, strided: i == 0))
                .ToList();
            if (stage.Count % 2 == 0)
                throw new PfeException($"checkpoint '{checkpoint.Prefix}': stage '{Scope}/conv{number}' has {stage.Count} convolutions; " +
                    "one and then pairs are wanted");
            foreach (var convolution in stage)
            {
                if (convolution.Inputs != inputs)
                    throw new PfeException($"checkpoint '{checkpoint.Prefix}': a convolution of '{Scope}/conv{number}' takes " +
                        $"{convolution.Inputs} channels, it is given {inputs}");
                inputs = convolution.Outputs;
            }
            stages.Add(stage);
        }
        return new SphereNetWeights(stages);
    }

    /// <summary>slim names the convolutions of a scope Conv, Conv_1, Conv_2, ...: in the order of their numbers, not of the
    /// alphabet.</summary>
    private static IEnumerable<string> Scopes(ReferenceVariables checkpoint, int stage)
    {
        yield return $"{Scope}/conv{stage}/Conv";
        for (var i = 1; ; i++)
        {
            var scope = string.Create(CultureInfo.InvariantCulture, $"{Scope}/conv{stage}/Conv_{i}");
            if (!checkpoint.Contains($"{scope}/weights")) yield break;
            yield return scope;
        }
    }
}
