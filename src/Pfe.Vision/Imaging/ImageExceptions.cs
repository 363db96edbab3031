namespace Pfe.Vision.Imaging;

/// <summary>One image could not be used; a run over many images counts it and goes on.</summary>
public class ImageException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The image.</param>
    /// <param name="reason">What is wrong with it and what would be right.</param>
    /// <param name="innerException">The cause, for a debugger.</param>
    public ImageException(string path, string reason, Exception? innerException = null)
        : base($"image '{path}': {reason}", innerException) => (Path, Reason) = (path, reason);

    /// <summary>The image: its path, or the name its caller gave it.</summary>
    public string Path { get; }

    /// <summary>What is wrong with it, without its name.</summary>
    public string Reason { get; }
}

/// <summary>The image is missing, not a picture, cut short, damaged or too large to decode.</summary>
/// <param name="path">The image.</param>
/// <param name="reason">What is wrong with it and what would be right.</param>
/// <param name="innerException">The cause, for a debugger.</param>
public sealed class UnreadableImageException(string path, string reason, Exception? innerException = null)
    : ImageException(path, reason, innerException);

/// <summary>The photograph shows no face that could be found.</summary>
/// <param name="path">The image.</param>
/// <param name="reason">What would be right.</param>
public sealed class NoFaceException(string path, string reason = NoFaceException.Wanted) : ImageException(path, reason)
{
    /// <summary>What a face has to be like to be found.</summary>
    internal const string Wanted = "no face found; a face of at least 20 pixels between the eyes and not turned to profile is wanted";
}

/// <summary>The photograph shows several faces where exactly one is wanted.</summary>
/// <param name="path">The image.</param>
/// <param name="count">How many there are.</param>
public sealed class MultipleFacesException(string path, int count)
    : ImageException(path, $"{count} faces found; crop the photograph to one, or ask for the main face")
{
    /// <summary>How many there are.</summary>
    public int Count { get; } = count;
}
