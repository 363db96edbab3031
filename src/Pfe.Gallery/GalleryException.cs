namespace Pfe.Gallery;

/// <summary>Why a gallery refused something; stable, for a caller's program to branch on.</summary>
public enum GalleryError
{
    /// <summary>There is no such gallery, person, image, review, key or job.</summary>
    NotFound,

    /// <summary>The name or external id is taken.</summary>
    Duplicate,

    /// <summary>The gallery holds embeddings of another model.</summary>
    ModelMismatch,

    /// <summary>The record was changed since the caller read it.</summary>
    VersionConflict,

    /// <summary>The idempotency key was used before for another request.</summary>
    IdempotencyConflict,

    /// <summary>The request contradicts itself or names something that does not belong together.</summary>
    Invalid,

    /// <summary>No image of the request shows a usable face.</summary>
    NoUsableFace,

    /// <summary>The gallery's version that the caller wants to see is not reached yet.</summary>
    Behind,

    /// <summary>The store does not answer; whether the request was written is not known. Repeat it with its idempotency key.</summary>
    Unavailable,

    /// <summary>The disk is full; nothing was written.</summary>
    DiskFull,

    /// <summary>The store may only be read; nothing was written.</summary>
    ReadOnly,

    /// <summary>The store is damaged.</summary>
    Damaged,

    /// <summary>Not all of the gallery can be searched now, and the caller did not allow part of it. Ask again.</summary>
    Incomplete,
}

/// <summary>A gallery refused something, or its store could not do it.</summary>
public sealed class GalleryException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="error">The kind, for a program.</param>
    /// <param name="message">One line: what is wrong, where, what would be right. Holds no biometric data.</param>
    /// <param name="innerException">The cause, for a debugger.</param>
    public GalleryException(GalleryError error, string message, Exception? innerException = null) : base(message, innerException) =>
        Error = error;

    /// <summary>The kind, for a program.</summary>
    public GalleryError Error { get; }

    /// <summary>The images refused, for <see cref="GalleryError.NoUsableFace"/>; otherwise empty.</summary>
    public IReadOnlyList<RejectedImage> Rejected { get; init; } = [];

    internal static GalleryException NotFound(string what) => new(GalleryError.NotFound, $"there is no {what}");
}
