namespace Pfe.Evaluation.Metrics;

/// <summary>One point of a verification ROC: a pair is accepted when its score is at least <see cref="Threshold"/>.</summary>
/// <param name="RequestedFar">The false accept rate that the threshold was chosen for; equal to <paramref name="Far"/> where a threshold
/// was given.</param>
/// <param name="Threshold">The smallest score that is accepted.</param>
/// <param name="Far">Share of impostor pairs accepted, recomputed at the threshold: ties can put it above the request.</param>
/// <param name="Tar">Share of genuine pairs accepted.</param>
public readonly record struct OperatingPoint(double RequestedFar, double Threshold, double Far, double Tar);
