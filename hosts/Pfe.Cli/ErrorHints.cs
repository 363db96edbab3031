using Pfe.Evaluation.Protocols;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Cli;

/// <summary>What the command line adds to a library's message: the option or command that helps. Libraries know neither.</summary>
internal static class ErrorHints
{
    /// <summary>The whole line for a failure.</summary>
    public static string Line(PfeException error) => error.Message + (Of(error) is { } hint ? $" ({hint})" : "");

    private static string? Of(PfeException error) => error switch
    {
        MultipleFacesException => "--main-face",
        MissingProtocolFileException => "other names: --templates and --matches",
        ModelUnavailableException => "'pfe models' lists names; --models names another folder",
        WrongFileKindException { Expected: var kind } => kind switch
        {
            PfeFileKind.ProbabilisticModel => "'pfe export' makes one",
            PfeFileKind.Index => "'pfe index build' makes one",
            PfeFileKind.Calibration => "'pfe calibrate' makes one",
            PfeFileKind.Checkpoint => "'pfe train' makes one",
            PfeFileKind.Embeddings => "'pfe embed' makes one",
            _ => null,
        },
        InvalidConfigurationException { Setting: nameof(LandmarkOrder), Expected: nameof(LandmarkOrder.Transposed) } =>
            "add --transpose-input",
        InvalidConfigurationException { Setting: nameof(LandmarkOrder) } => "leave --transpose-input away",
        InvalidConfigurationException { Setting: nameof(AlignmentRunOptions.Overwrite) } => "add --overwrite",
        InvalidConfigurationException { Setting: nameof(AlignmentRunOptions.DirectoryDepth), Expected: var wanted } =>
            $"--dir-depth {wanted}",
        _ => null,
    };
}
