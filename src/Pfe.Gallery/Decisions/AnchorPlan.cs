using Pfe.Calibration;
using Pfe.Fusion;

namespace Pfe.Gallery.Decisions;

/// <summary>One searched template of a person: one image, or several fused.</summary>
/// <param name="Face">The template.</param>
/// <param name="Members">Which of the person's images went in, by their place.</param>
internal sealed record Anchor(FacePoint Face, IReadOnlyList<int> Members);

/// <summary>
/// How a person's images become anchors. Fusion assumes that all images show one point of the space; a child and the adult it became, or
/// two people under one name, do not, and their precision-weighted mean would be like neither. So an image joins an anchor only while the
/// calibration finds "one person" likelier than "two persons" for the pair (evidence above 0), and otherwise begins an anchor of its own.
/// </summary>
/// <remarks>
/// The most certain image begins; every further one, in falling certainty, joins the anchor with the most evidence. Then anchors that have
/// come to look like one person are joined, the likeliest first. At most <c>maximum</c> anchors stay: the two that are likeliest one are
/// joined until no more are left. The order of the images does not matter, ties aside.
/// </remarks>
internal static class AnchorPlan
{
    /// <summary>Plans.</summary>
    /// <param name="images">The person's images, at least one.</param>
    /// <param name="calibration">What a score means.</param>
    /// <param name="maximum">The most anchors, at least 1.</param>
    public static IReadOnlyList<Anchor> Of(IReadOnlyList<FacePoint> images, ScoreCalibration calibration, int maximum)
    {
        var anchors = new List<Anchor>();
        foreach (var image in Enumerable.Range(0, images.Count).OrderBy(i => images[i].Uncertainty).ThenBy(i => i))
        {
            var (best, evidence) = (-1, 0.0);
            for (var a = 0; a < anchors.Count; a++)
                if (images[image].EvidenceWith(anchors[a].Face, calibration) is var found && found > evidence) (best, evidence) =
                    (a, found);
            if (best < 0) anchors.Add(new Anchor(images[image], [image]));
            else anchors[best] = Join(images, [.. anchors[best].Members, image]);
        }
        while (anchors.Count > 1)
        {
            var (first, second, evidence) = Likeliest(anchors, calibration);
            if (evidence <= 0 && anchors.Count <= maximum) break;
            anchors[first] = Join(images, [.. anchors[first].Members.Concat(anchors[second].Members).Order()]);
            anchors.RemoveAt(second);
        }
        return anchors;
    }

    /// <summary>How much each image counts in its anchor, by the images' places; the weights of an anchor sum to 1.</summary>
    public static (double Weight, int Anchor)[] Weights(IReadOnlyList<FacePoint> images, IReadOnlyList<Anchor> anchors)
    {
        var weights = new (double, int)[images.Count];
        for (var a = 0; a < anchors.Count; a++)
        {
            using var set = Gather(images, anchors[a].Members);
            var shares = new float[set.Count];
            TemplateFusion.Weights(set, [.. Enumerable.Range(0, set.Count)], shares);
            for (var i = 0; i < shares.Length; i++) weights[anchors[a].Members[i]] = (shares[i], a);
        }
        return weights;
    }

    private static (int First, int Second, double Evidence) Likeliest(List<Anchor> anchors, ScoreCalibration calibration)
    {
        var best = (First: 0, Second: 1, Evidence: double.NegativeInfinity);
        for (var i = 0; i < anchors.Count; i++)
            for (var j = i + 1; j < anchors.Count; j++)
                if (anchors[i].Face.EvidenceWith(anchors[j].Face, calibration) is var evidence && evidence > best.Evidence) best =
                    (i, j, evidence);
        return best;
    }

    private static Anchor Join(IReadOnlyList<FacePoint> images, int[] members)
    {
        using var set = Gather(images, members);
        var (mu, logVariance) = (new float[set.Dimension], new float[set.Dimension]);
        TemplateFusion.Fuse(set, [.. Enumerable.Range(0, set.Count)], VarianceRule.Minimum, mu, logVariance);
        return new Anchor(new FacePoint(mu, logVariance), members);
    }

    private static EmbeddingSet Gather(IReadOnlyList<FacePoint> images, IReadOnlyList<int> members) => new(
        images[0].Mu.Length, [.. members.SelectMany(i => images[i].Mu)], [.. members.SelectMany(i => images[i].LogVariance)],
            [.. members.Select(i => i.ToString())]);
}
