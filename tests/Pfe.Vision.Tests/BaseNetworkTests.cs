using Pfe.Onnx;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests;

public sealed class BaseNetworkTests
{
    private static (OnnxModel Model, NetworkDescription Description) Load(string name)
    {
        if (name == "base") return Needs.Store().LoadBase("base");
        var description = name.StartsWith("omz", StringComparison.Ordinal)
            ? new NetworkDescription
            {
                Name = name, Width = 128, Height = 128, ChannelOrder = ChannelOrder.Bgr, Mean = new(0), Std = new(1),
                Alignment = "demo-96x112"
            }
            : new NetworkDescription { Name = name, Width = 112, Height = 112, Mean = new(0), Std = new(1) };
        return (OnnxModel.Load(Needs.Data($"models/{name}")), description);
    }

    [Theory]
    [InlineData("base", 512, 512 * 7 * 7), InlineData("omz-face-reid-retail-0095.onnx", 256, 512 * 8 * 8),
        InlineData("mobilefacenet-y1.onnx", 128, 512 * 7 * 7)]
    public void Any_base_gives_embedding_and_feature_map_and_a_batch_equals_its_images_alone(string name, int dimension, int features)
    {
        var (model, description) = Load(name);
        var embedding = description.Embedding ?? (model.Outputs.Count == 1 ? model.Outputs[0].Name : "embedding");
        using var network = new BaseNetwork(
            model, description, [embedding, description.FeatureMap ?? model.FindFeatureMap(embedding).Name]);
        network.Outputs.Select(output => output.Length).ShouldBe([dimension, features]);

        var images = new float[3 * network.InputLength];
        for (var i = 0; i < 3; i++)
            network.Prepare(Drawn.Noise(network.Template.Width, network.Template.Height, i),
                images.AsSpan(i * network.InputLength, network.InputLength));
        var (mu, map) = (new float[3 * dimension], new float[3 * features]);
        network.Run(images, 3, mu, map);
        for (var i = 0; i < 3; i++)
        {
            var (oneMu, oneMap) = (new float[dimension], new float[features]);
            network.Run(images.AsMemory(i * network.InputLength, network.InputLength), 1, oneMu, oneMap);
            Distance(oneMu, mu.AsSpan(i * dimension, dimension)).ShouldBeLessThan(1e-5);
            Distance(oneMap, map.AsSpan(i * features, features)).ShouldBeLessThan(1e-5);
        }
    }

    [Fact]
    public void An_aligned_face_and_its_photograph_with_landmarks_give_the_same_input()
    {
        var (model, description) = Load("base");
        using var network = new BaseNetwork(model, description, [model.Outputs[0].Name]);
        var photo = Drawn.Noise(112, 112, 4);
        var (aligned, warped) = (new float[network.InputLength], new float[network.InputLength]);
        network.Prepare(photo, aligned);
        network.Prepare(new Pyramid(photo), AlignmentTemplate.ArcFace.Points, warped);
        // Template landmarks map onto themselves up to the last bits of the fit.
        for (var i = 0; i < aligned.Length; i++) warped[i].ShouldBe(aligned[i], 1e-4f);
    }

    [Fact]
    public void A_wrong_tensor_size_or_file_is_refused_in_one_line()
    {
        var (model, description) = Load("base");
        Should.Throw<PfeException>(() => new BaseNetwork(model, description, ["no-such-tensor"])).Message.ShouldContain("no-such-tensor");
        var wide = Should.Throw<PfeException>(() => new BaseNetwork(model, description with { Width = 128 }, [model.Outputs[0].Name]));
        wide.Message.ShouldContain("3 x 112 x 128");
        wide.Message.ShouldNotContain("\n");
    }

    /// <summary>Relative Euclidean distance.</summary>
    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double difference = 0, norm = 0;
        for (var i = 0; i < a.Length; i++)
            (difference, norm) = (difference + (a[i] - b[i]) * (double)(a[i] - b[i]), norm + a[i] * (double)a[i]);
        return Math.Sqrt(difference / norm);
    }
}
