namespace Pfe.Gallery;

/// <summary>What is wrong with a photograph; stable, for a caller's program.</summary>
public enum AdviceCode
{
    /// <summary>The photograph cannot be read.</summary>
    Unreadable,

    /// <summary>No face was found.</summary>
    NoFace,

    /// <summary>Several faces were found where one is wanted.</summary>
    SeveralFaces,

    /// <summary>The face has too few pixels.</summary>
    TooSmall,

    /// <summary>Too little light.</summary>
    TooDark,

    /// <summary>Too much light.</summary>
    TooBright,

    /// <summary>Haze, glare or fog.</summary>
    LowContrast,

    /// <summary>Out of focus, or moved.</summary>
    Blurred,

    /// <summary>The head is tilted.</summary>
    Rotated,

    /// <summary>The head is turned to the side.</summary>
    Turned,

    /// <summary>Mouth and chin have another colour than the rest: a mask, a scarf or a hand.</summary>
    Covered,

    /// <summary>It is dark around the eyes: sunglasses or a bar.</summary>
    EyesCovered,

    /// <summary>The model is uncertain of the face and none of the measures says why.</summary>
    Uncertain,

    /// <summary>The face looks like another enrolled person.</summary>
    EnrolledAsAnother,

    /// <summary>The very photograph is enrolled already.</summary>
    AlreadyEnrolled,

    /// <summary>The face does not look like the person it is enrolled as.</summary>
    UnlikeThePerson,
}

/// <summary>One piece of advice about a photograph.</summary>
/// <param name="Code">For a program.</param>
/// <param name="Text">For a person: what is wrong and what would help.</param>
/// <param name="PersonId">The other person it is about; null for none.</param>
public sealed record Advice(AdviceCode Code, string Text, Guid? PersonId = null);
