using Pfe.Fusion;

namespace Pfe.Tests.Fusion;

public sealed class TemplateFusionTests
{
    // Three images of D = 2: two of one video, one photograph. Variances 1, 1 | 1/3, 1 | 1/2, 1/4.
    private static EmbeddingSet Images() => new(2, [1, 0, 0, 1, 0.6f, 0.8f],
        [0, 0, (float)Math.Log(1 / 3.0), 0, (float)Math.Log(0.5), (float)Math.Log(0.25)], ["v/1", "v/2", "p"]);

    [Fact]
    public void The_mean_is_weighted_by_precision_and_renormalised()
    {
        var (mu, logVariance) = (new float[2], new float[2]);
        TemplateFusion.Fuse(Images(), [0, 1], VarianceRule.Minimum, mu, logVariance);
        // Weighted means (1*1 + 3*0) / 4 = 1/4 and (1*0 + 1*1) / 2 = 1/2, then length 1.
        mu[0].ShouldBe((float)(1 / Math.Sqrt(5)), 1e-6f);
        mu[1].ShouldBe((float)(2 / Math.Sqrt(5)), 1e-6f);
        logVariance.ShouldBe([MathF.Log(1 / 3f), 0f]);
    }

    [Fact]
    public void The_product_rule_adds_precisions()
    {
        var (mu, logVariance) = (new float[2], new float[2]);
        TemplateFusion.Fuse(Images(), [0, 1, 2], VarianceRule.Product, mu, logVariance);
        logVariance.ShouldBe([MathF.Log(1 / 6f), MathF.Log(1 / 6f)], 1e-6);
    }

    [Fact]
    public void A_template_of_one_image_is_that_image()
    {
        var (mu, logVariance) = (new float[2], new float[2]);
        TemplateFusion.Fuse(Images(), [2], VarianceRule.Product, mu, logVariance);
        mu.ShouldBe([0.6f, 0.8f], 1e-6);
        logVariance.ShouldBe([MathF.Log(0.5f), MathF.Log(0.25f)], 1e-6);
    }

    [Fact]
    public void A_repeated_frame_of_a_video_changes_nothing_when_media_are_fused_first_under_the_minimum_rule()
    {
        var (once, twice, logVariance) = (new float[2], new float[2], new float[2]);
        TemplateFusion.FuseByMedia(Images(), [0, 2], [7, 9], VarianceRule.Minimum, once, logVariance);
        TemplateFusion.FuseByMedia(Images(), [0, 0, 0, 2], [7, 7, 7, 9], VarianceRule.Minimum, twice, logVariance);
        twice.ShouldBe(once, 1e-6);
    }

    [Fact]
    public void Average_pooling_weighs_images_and_by_media_weighs_media()
    {
        var (images, media) = (new float[2], new float[2]);
        TemplateFusion.Average(Images(), [0, 0, 1], images);
        images[0].ShouldBe(2 * images[1], 1e-6f);
        TemplateFusion.AverageByMedia(Images(), [0, 0, 1], [1, 1, 2], media);
        media[0].ShouldBe(media[1], 1e-6f);
    }

    [Fact]
    public void Weights_sum_to_one_and_favour_the_certain_image()
    {
        var weights = new float[3];
        TemplateFusion.Weights(Images(), [0, 1, 2], weights);
        weights.Sum().ShouldBe(1, 1e-6f);
        weights[2].ShouldBe((2 / 6f + 4 / 6f) / 2, 1e-6f);
    }

    [Fact]
    public void An_empty_template_is_refused()
        => Should.Throw<ArgumentException>(() => TemplateFusion.Average(Images(), [], new float[2]))
            .Message.ShouldContain("at least one image");

    [Fact]
    public void Faces_fuse_as_rows_of_a_set_do_and_never_those_of_two_models()
    {
        using var images = Images();
        var (mu, logVariance) = (new float[2], new float[2]);
        foreach (var rule in Enum.GetValues<VarianceRule>())
        {
            TemplateFusion.Fuse(images, [0, 1, 2], rule, mu, logVariance);
            TemplateFusion.Fuse(images, rule).ShouldBe(new FaceEmbedding(mu, logVariance));
        }
        var other = new FaceEmbedding([1, 0], [0, 0], "other");
        Should.Throw<ModelMismatchException>(() => TemplateFusion.Fuse([new FaceEmbedding([1, 0], [0, 0], "one"), images[1], other])).Actual
            .ShouldBe("other");
    }
}
