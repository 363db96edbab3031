using Pfe.Calibration;
using Pfe.Vision;
using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Reporting.Measures;

/// <summary>One step of one damage over all faces of the study.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Strength">0 to 1.</param>
/// <param name="Mean">Mean uncertainty of the damaged faces.</param>
/// <param name="Low">Lower end of the mean's 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Grown">Share of the faces whose uncertainty is above that of the same face without damage.</param>
/// <param name="Example">The first face at this step.</param>
internal sealed record DamageStep(DamageKind Kind, double Strength, double Mean, double Low, double High, double Grown, Image Example);

/// <summary>What known amounts of damage do to sigma.</summary>
public sealed class DamageStudy
{
    private DamageStudy(int faces, IReadOnlyList<DamageStep> steps) => (Faces, Steps) = (faces, steps);

    /// <summary>How many faces were damaged.</summary>
    public int Faces { get; }

    /// <summary>By kind, then by strength.</summary>
    internal IReadOnlyList<DamageStep> Steps { get; }

    /// <summary>The kinds that are studied.</summary>
    public static IReadOnlyList<DamageKind> Kinds { get; } =
        [DamageKind.Blur, DamageKind.LowResolution, DamageKind.Darkness, DamageKind.Occlusion];

    /// <summary>The strengths that are studied.</summary>
    public static IReadOnlyList<double> Strengths { get; } = [0, 0.25, 0.5, 0.75, 1];

    /// <summary>Damages every face in every way and asks a model.</summary>
    /// <param name="faces">Faces aligned to the model's template, at least one.</param>
    /// <param name="embedder">The model.</param>
    /// <param name="cancellation">Stops the work between steps.</param>
    public static DamageStudy Of(IReadOnlyList<Image> faces, FaceEmbedder embedder, CancellationToken cancellation = default) =>
        Of(faces, images => [.. images.AsParallel().AsOrdered()
            .Select(image => FaceUncertainty.Of(embedder.EmbedAligned(image, cancellation).Embedding))], cancellation);

    /// <summary>Damages every face in every way.</summary>
    /// <param name="faces">Aligned faces, at least one.</param>
    /// <param name="uncertainty">Embeds aligned faces: mean ln sigma^2 of each.</param>
    /// <param name="cancellation">Stops the work between steps.</param>
    public static DamageStudy Of(
        IReadOnlyList<Image> faces, Func<IReadOnlyList<Image>, double[]> uncertainty, CancellationToken cancellation = default)
    {
        if (faces.Count == 0) throw new ArgumentException("a study needs at least one face", nameof(faces));
        var steps = new List<DamageStep>();
        var plain = uncertainty(faces);
        foreach (var kind in Kinds)
        {
            foreach (var strength in Strengths)
            {
                cancellation.ThrowIfCancellationRequested();
                Image[] damaged = [.. faces.Select((face, n) => FaceDamage.Apply(face, kind, strength, n))];
                var values = uncertainty(damaged);
                var mean = values.Average();
                var half = values.Length < 2 ? double.NaN
                    : 1.96 * Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length);
                steps.Add(new(kind, strength, mean, mean - half, mean + half,
                    values.Zip(plain).Count(pair => pair.First > pair.Second) / (double)values.Length, damaged[0]));
            }
        }
        return new(faces.Count, steps);
    }
}
