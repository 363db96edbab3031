namespace Pfe;

/// <summary>What a file was expected to be.</summary>
public enum PfeFileKind
{
    /// <summary>A model that gives mu and log variance, in one ONNX file.</summary>
    ProbabilisticModel,

    /// <summary>An index of faces.</summary>
    Index,

    /// <summary>A calibration, JSON.</summary>
    Calibration,

    /// <summary>A checkpoint of a training run.</summary>
    Checkpoint,

    /// <summary>A file of embeddings.</summary>
    Embeddings,

    /// <summary>A trained uncertainty head.</summary>
    UncertaintyHead,
}

/// <summary>A file is readable, but of another kind than was asked for.</summary>
public class WrongFileKindException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What it should have been.</param>
    /// <param name="message">One line that names the file and says what it is instead.</param>
    /// <param name="innerException">The cause, for a debugger.</param>
    public WrongFileKindException(string path, PfeFileKind expected, string message, Exception? innerException = null)
        : base(message, innerException) => (Path, Expected) = (path, expected);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it should have been.</summary>
    public PfeFileKind Expected { get; }
}
