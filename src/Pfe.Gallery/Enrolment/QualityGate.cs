using Pfe.Vision.Faces;

namespace Pfe.Gallery;

/// <summary>
/// Decides whether a face is good enough to be enrolled, and says what would make it better. The model's own uncertainty and the face's
/// size decide; what is measured of the picture only explains, because a dark face of which the model is certain is as good as a bright
/// one.
/// </summary>
internal static class QualityGate
{
    /// <summary>Judges a face.</summary>
    /// <param name="policy">The gallery's limits.</param>
    /// <param name="quality">0 to 100, of the model's calibration.</param>
    /// <param name="measures">What was measured; null where the face came as an embedding.</param>
    /// <returns>Whether it may be enrolled, and advice: the reasons of a refusal first, otherwise what could be better.</returns>
    public static (bool Accepted, IReadOnlyList<Advice> Advice) Judge(GalleryPolicy policy, double quality, FaceMeasures? measures)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var advice = new List<Advice>();
        var tooSmall = measures is not null && measures.Width < policy.MinimumFaceWidth;
        if (tooSmall)
            advice.Add(new(AdviceCode.TooSmall,
                $"the face is {measures!.Width:0} pixels wide; at least {policy.MinimumFaceWidth:0} are wanted: " +
                "come closer or send a larger photograph"));
        if (measures is not null) advice.AddRange(Explain(measures));
        var uncertain = quality < policy.MinimumQuality;
        if (uncertain && advice.Count == 0)
            advice.Add(new(AdviceCode.Uncertain,
                $"the model is too uncertain of this face: its quality is {quality:0} of 100 and at least {policy.MinimumQuality:0} " +
                "is wanted; take another photograph"));
        return (!tooSmall && !uncertain, advice);
    }

    private static IEnumerable<Advice> Explain(FaceMeasures face) =>
        face.Problems().Where(problem => problem.Kind != FaceProblemKind.TooSmall).Select(problem => problem.Kind switch
        {
            FaceProblemKind.TooDark => new Advice(AdviceCode.TooDark, "too dark: turn the face to the light"),
            FaceProblemKind.TooBright => new(AdviceCode.TooBright, "too bright: avoid direct sun or flash"),
            FaceProblemKind.LowContrast =>
                new(AdviceCode.LowContrast, "too little contrast: clean the lens, avoid light from behind"),
            FaceProblemKind.Blurred => new(AdviceCode.Blurred, "blurred: hold still and focus on the face"),
            FaceProblemKind.Rotated => new(AdviceCode.Rotated,
                $"rotated by {Math.Abs(face.Roll):0} degrees: hold the head or the camera upright"),
            FaceProblemKind.Turned => new(AdviceCode.Turned, "turned to the side: look into the camera"),
            FaceProblemKind.EyesCovered => new(AdviceCode.EyesCovered, "dark around the eyes (sunglasses?): uncover the eyes"),
            _ => new(AdviceCode.Covered, "mouth and chin look covered (a mask?): uncover the face"),
        });
}
