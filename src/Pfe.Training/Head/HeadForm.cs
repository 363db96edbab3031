using Pfe.Training.Configuration;

namespace Pfe.Training.Head;

/// <summary>The sizes of a head and how it begins.</summary>
/// <param name="Inputs">Number of features F.</param>
/// <param name="Hidden">Width of the hidden layer.</param>
/// <param name="Outputs">D, or 1 for one variance a face.</param>
/// <param name="Gain">The shared gain's first value.</param>
/// <param name="Offset">The shared offset's first value: about where every log sigma^2 begins.</param>
internal readonly record struct HeadForm(int Inputs, int Hidden, int Outputs, float Gain, float Offset)
{
    private const int ProbFaceHidden = 256;

    /// <summary>The reference's uncertainty_module.py: as wide as the embedding, every sigma^2 about exp(-7).</summary>
    public static HeadForm Reference(int inputs, int dimension) => new(inputs, dimension, dimension, 1e-4f, -7);

    /// <summary>
    /// ProbFace's: 256 wide whatever the embedding, a gain a thousand times the reference's, and for one variance a face an offset of -1,
    /// as
    /// its score lets sigma^2 come near the squared distance.
    /// </summary>
    public static HeadForm ProbFace(int inputs, int outputs) => new(inputs, ProbFaceHidden, outputs, 0.1f, outputs == 1 ? -1 : -7);

    /// <summary>The form that a configuration asks for.</summary>
    public static HeadForm Of(TrainingConfig config, int inputs, int dimension)
    {
        var outputs = config.UncertaintyModuleOutputSize ?? (config.UncertaintyModule == TrainingConfig.ProbFaceModule ? 1 : dimension);
        if (outputs != 1 && outputs != dimension)
            throw new InvalidConfigurationException($"uncertainty_module_output_size is {outputs}; it is 1 or the embedding's {dimension}");
        return config.UncertaintyModule == TrainingConfig.ProbFaceModule ? ProbFace(inputs, outputs) : Reference(inputs, dimension);
    }
}
