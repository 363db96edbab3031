using Pfe.Vision.Imaging.Damage;

namespace Pfe.Reporting.Demo;

/// <summary>How sigma answers one kind of damage.</summary>
/// <param name="Damage">The damage; null for the faces as they are.</param>
/// <param name="MedianSigma">Median over the faces of sigma, the geometric mean over the dimensions.</param>
/// <param name="Growth">Median over the faces of sigma damaged / sigma as it is.</param>
/// <param name="Grown">Share of the faces whose sigma grew.</param>
internal sealed record DamageRow(DamageKind? Damage, double MedianSigma, double Growth, double Grown);

/// <summary>How well one score tells the pairs apart.</summary>
/// <param name="Score">Its name.</param>
/// <param name="Overlap">Chance that a pair of different people scores at least as high as a pair of one person (1 - AUC); 0 is
/// perfect.</param>
/// <param name="TarAtFar1">Share of one-person pairs accepted where 1 % of the different-people pairs are.</param>
/// <param name="MixedUp">One-person pairs that score below the best different-people pair.</param>
internal sealed record SeparationRow(string Score, double Overlap, double TarAtFar1, int MixedUp);

/// <summary>What the demonstration found.</summary>
/// <param name="Photographs">How many photographs.</param>
/// <param name="Faces">How many faces were found in them.</param>
/// <param name="Damage">One row a kind of damage, the faces as they are first.</param>
/// <param name="Separation">One row a score: cosine, shared-variance MLS, MLS.</param>
/// <param name="Genuine">Pairs of one person: a face and its damaged copies.</param>
/// <param name="Impostor">Pairs of different people: faces of one photograph, which cannot be one person.</param>
internal sealed record DemoResult(
    int Photographs, int Faces, IReadOnlyList<DamageRow> Damage, IReadOnlyList<SeparationRow> Separation, int Genuine, int Impostor);
