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
        var (mu, variance) = (new float[2], new float[2]);
        TemplateFusion.Fuse(Images(), [0, 1], VarianceRule.Minimum, mu, variance);
        // Weighted means (1*1 + 3*0) / 4 = 1/4 and (1*0 + 1*1) / 2 = 1/2, then length 1.
        mu[0].ShouldBe((float)(1 / Math.Sqrt(5)), 1e-6f);
        mu[1].ShouldBe((float)(2 / Math.Sqrt(5)), 1e-6f);
        variance.ShouldBe([1 / 3f, 1f], 1e-6);
    }

    [Fact]
    public void The_product_rule_adds_precisions()
    {
        var (mu, variance) = (new float[2], new float[2]);
        TemplateFusion.Fuse(Images(), [0, 1, 2], VarianceRule.Product, mu, variance);
        variance.ShouldBe([1 / 6f, 1 / 6f], 1e-6);
    }

    [Fact]
    public void A_template_of_one_image_is_that_image()
    {
        var (mu, variance) = (new float[2], new float[2]);
        TemplateFusion.Fuse(Images(), [2], VarianceRule.Product, mu, variance);
        mu.ShouldBe([0.6f, 0.8f], 1e-6);
        variance.ShouldBe([0.5f, 0.25f], 1e-6);
    }

    [Fact]
    public void A_repeated_frame_of_a_video_changes_nothing_when_media_are_fused_first_under_the_minimum_rule()
    {
        var (once, twice, variance) = (new float[2], new float[2], new float[2]);
        TemplateFusion.FuseByMedia(Images(), [0, 2], [7, 9], VarianceRule.Minimum, once, variance);
        TemplateFusion.FuseByMedia(Images(), [0, 0, 0, 2], [7, 7, 7, 9], VarianceRule.Minimum, twice, variance);
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
}
