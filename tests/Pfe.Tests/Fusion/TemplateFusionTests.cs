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
        images.ShouldBe([(float)(2 / Math.Sqrt(5)), (float)(1 / Math.Sqrt(5))], 1e-6);
        TemplateFusion.AverageByMedia(Images(), [0, 0, 1], [1, 1, 2], media);
        media.ShouldBe([(float)Math.Sqrt(0.5), (float)Math.Sqrt(0.5)], 1e-6);
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

    [Theory]
    [InlineData(VarianceRule.Minimum)]
    [InlineData(VarianceRule.Product)]
    [InlineData(VarianceRule.WeightedMean)]
    public void Media_are_fused_one_by_one_and_then_with_each_other(VarianceRule rule)
    {
        using var images = Images();
        var (mus, logVariances) = (new float[4], new float[4]);
        TemplateFusion.Fuse(images, [0, 1], rule, mus.AsSpan(0, 2), logVariances.AsSpan(0, 2));
        TemplateFusion.Fuse(images, [2], rule, mus.AsSpan(2, 2), logVariances.AsSpan(2, 2));
        var (mu, logVariance, byMedia, itsVariance) = (new float[2], new float[2], new float[2], new float[2]);
        TemplateFusion.Fuse(mus, logVariances, rule, mu, logVariance);
        TemplateFusion.FuseByMedia(images, [0, 2, 1], [5, 3, 5], rule, byMedia, itsVariance);
        byMedia.ShouldBe(mu);
        itsVariance.ShouldBe(logVariance);
        // Not what all of them at once give.
        TemplateFusion.Fuse(images, [0, 1, 2], rule, mu, logVariance);
        byMedia.ShouldNotBe(mu);
    }

    [Fact]
    public void The_weighted_mean_is_attention_at_temperature_1()
    {
        using var images = Images();
        var (mu, logVariance, attended, itsVariance) = (new float[2], new float[2], new float[2], new float[2]);
        TemplateFusion.Fuse(images, [0, 1, 2], VarianceRule.WeightedMean, mu, logVariance);
        AttentionFusion.Fuse(images, [0, 1, 2], 1, attended, itsVariance);
        attended.ShouldBe(mu);
        itsVariance.ShouldBe(logVariance);
    }

    [Theory]
    [InlineData(3, 3, 2, 2, "3 values are not K faces of 2 dimensions")]
    [InlineData(0, 0, 2, 2, "0 values are not K faces")]
    [InlineData(4, 4, 0, 0, "4 values are not K faces of 0 dimensions")]
    [InlineData(4, 2, 2, 2, "4 means need as many variances, not 2")]
    [InlineData(4, 4, 2, 1, "2 means and 1 variances")]
    public void Shapes_that_do_not_fit_are_refused(int mus, int logVariances, int mu, int logVariance, string message)
    {
        foreach (var rule in Enum.GetValues<VarianceRule>())
            Should.Throw<ArgumentException>(() => TemplateFusion.Fuse(new float[mus], new float[logVariances], rule, new float[mu],
                new float[logVariance])).Message.ShouldContain(message);
    }

    [Fact]
    public void Values_that_are_no_numbers_are_refused()
    {
        foreach (var rule in Enum.GetValues<VarianceRule>())
        {
            Should.Throw<ArgumentException>(() => TemplateFusion.Fuse([float.NaN, 1], [0, 0], rule, new float[2], new float[2]));
            Should.Throw<ArgumentException>(() => TemplateFusion.Fuse([1, 0], [0, float.NaN], rule, new float[2], new float[2]));
            Should.Throw<ArgumentException>(() => TemplateFusion.Fuse([1, 0], [0, 200], rule, new float[2], new float[2]));
        }
    }

    [Fact]
    public void Rows_need_as_many_media_and_weights_and_a_template_needs_an_image()
    {
        using var images = Images();
        Should.Throw<ArgumentException>(() => TemplateFusion.Weights(images, [0, 1], new float[3]))
            .Message.ShouldContain("as many weights");
        Should.Throw<ArgumentException>(() => TemplateFusion.AverageByMedia(images, [0, 1], [1], new float[2]))
            .Message.ShouldContain("as many media");
        Should.Throw<ArgumentException>(() => TemplateFusion.Average(images, [0], new float[3]))
            .Message.ShouldContain("2 and 3");
        Should.Throw<ArgumentException>(() => TemplateFusion.Fuse(images, [], VarianceRule.Minimum, new float[2], new float[2]))
            .Message.ShouldContain("at least one image");
        Should.Throw<ArgumentException>(() => TemplateFusion.Fuse([])).Message.ShouldContain("at least one image");
        Should.Throw<ArgumentNullException>(() => TemplateFusion.Fuse(null!));
    }
}
