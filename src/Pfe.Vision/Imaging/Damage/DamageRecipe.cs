namespace Pfe.Vision.Imaging.Damage;

/// <summary>
/// One way of spoiling aligned faces, the same for every face it is applied to: the same mask, the same tilt. Two strangers under one
/// recipe are what
/// a promise on wrong "same" answers has to withstand.
/// </summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Seed">Draws the shape, the colours and the amounts.</param>
internal readonly record struct DamageRecipe(RecipeKind Kind, int Seed)
{
    /// <summary>Kinds that leave a face: what a trust head and its thresholds are fitted on.</summary>
    public static IReadOnlyList<RecipeKind> Menu { get; } = [.. Enum.GetValues<RecipeKind>().Where(kind => kind <= RecipeKind.Mixture)];

    /// <summary>Kinds that people wear: the most frequent damage that strangers share, and the richest in shapes.</summary>
    public static IReadOnlyList<RecipeKind> Worn { get; } = [RecipeKind.Mask, RecipeKind.EyeCover];

    /// <summary>Kinds that nothing is fitted on: how far a promise reaches beyond the menu.</summary>
    public static IReadOnlyList<RecipeKind> Unseen { get; } = [RecipeKind.Swirl, RecipeKind.Hue, RecipeKind.Squash, RecipeKind.HalfMirror];

    /// <summary>Kinds after which nobody can be recognised: such pictures have no mates.</summary>
    public static IReadOnlyList<RecipeKind> NonFaces { get; } = [RecipeKind.Shuffled, RecipeKind.Zoomed, RecipeKind.Synthetic];

    /// <summary>What thresholds are fitted on: the menu and no faces, and what people wear four times.</summary>
    public static IReadOnlyList<RecipeKind> Fitted { get; } = [.. Menu, .. NonFaces, .. Worn, .. Worn, .. Worn];

    /// <summary>Whether what comes out no longer shows anybody.</summary>
    public bool IsNonFace => Kind >= RecipeKind.Shuffled;

    /// <summary>A damaged copy; the same arguments always give the same pixels.</summary>
    /// <param name="aligned">A face aligned to the ArcFace template, of any size; left as it is.</param>
    /// <param name="face">Draws what differs between faces under one recipe: grains of noise, where exactly the mask sits.</param>
    public Image Apply(Image aligned, int face)
    {
        ArgumentNullException.ThrowIfNull(aligned);
        var draw = new Draw(Seed);
        return Kind switch
        {
            RecipeKind.Mask or RecipeKind.EyeCover or RecipeKind.Cutout or RecipeKind.Sticker or RecipeKind.Hand or RecipeKind.Hair
                or RecipeKind.SideCover or RecipeKind.Mesh => Covers.Apply(aligned, Kind, draw, face),
            RecipeKind.Glare or RecipeKind.Darkness or RecipeKind.Contrast or RecipeKind.Tone or RecipeKind.Negative or RecipeKind.Hue =>
                Lighting.Apply(aligned, Kind, draw, face),
            RecipeKind.Tilt or RecipeKind.UpsideDown or RecipeKind.Shift or RecipeKind.Swirl or RecipeKind.Squash
                or RecipeKind.HalfMirror => Distortion.Apply(aligned, Kind, draw),
            RecipeKind.Motion or RecipeKind.Blur or RecipeKind.LowResolution or RecipeKind.Noise or RecipeKind.Compression =>
                Recording.Apply(aligned, Kind, draw, face),
            RecipeKind.Sketch or RecipeKind.Cartoon => Drawings.Apply(aligned, Kind, draw),
            RecipeKind.Mixture => Mix(aligned, draw, face),
            _ => NonFace.Apply(aligned, Kind, draw, face),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind.Words()} {Seed}";

    private static Image Mix(Image aligned, Draw draw, int face)
    {
        var kinds = Menu.Where(kind => kind != RecipeKind.Mixture).ToArray();
        draw.Random.Shuffle(kinds);
        foreach (var kind in kinds.Take(2).Order()) aligned = new DamageRecipe(kind, draw.Seed()).Apply(aligned, face);
        return aligned;
    }
}
