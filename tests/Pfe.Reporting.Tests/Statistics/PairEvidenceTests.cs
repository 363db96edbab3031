using Pfe.Evaluation.Statistics;
using Pfe.Samples.Cookbook;

namespace Pfe.Reporting.Tests.Statistics;

public sealed class PairEvidenceTests
{
    [Fact]
    public void A_dimension_agrees_disagrees_or_abstains_by_the_formula()
    {
        // Equal means, small variance; different means, small variance; different means, huge variance.
        var faces = new EmbeddingSet(3, [0.6f, 0.8f, 0f, 0.6f, -0.8f, 0.1f], [-8, -8, 5, -8, -8, 5], ["a/1", "b/1"]);
        double[] spread = [0.5, 0.5, 0.5];
        var evidence = PairEvidence.Of(faces, 0, 1, spread);
        var (same, other) = (2 * Math.Exp(-8), 2 * Math.Exp(-8) + 0.5);
        evidence.PerDimension[0].ShouldBe(0.5 * Math.Log(other / same), 1e-6);
        evidence.PerDimension[1].ShouldBe(0.5 * (Math.Log(other / same) - 1.6 * 1.6 * (1 / same - 1 / other)), 1e-2);
        (evidence.Agree, evidence.Disagree, evidence.Abstain).ShouldBe((1, 1, 1));
    }

    [Fact]
    public void Pairs_of_one_person_have_more_evidence_than_pairs_of_two()
    {
        var faces = SimulatedFaces.Draw(50, 2);
        var spread = PairEvidence.SpreadOf(faces);
        var same = Enumerable.Range(0, 49).Average(person => PairEvidence.Of(faces, 2 * person, 2 * person + 1, spread).PerDimension.Sum());
        var other = Enumerable.Range(0, 49)
            .Average(person => PairEvidence.Of(faces, 2 * person, 2 * person + 2, spread).PerDimension.Sum());
        same.ShouldBeGreaterThan(0);
        other.ShouldBeLessThan(0);
    }
}
