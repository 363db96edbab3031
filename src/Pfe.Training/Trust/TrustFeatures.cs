using System.Numerics.Tensors;
using Pfe.Training.Data;
using Pfe.Training.Features;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Training.Trust;

/// <summary>What the base says of every face of the plans: the embedding, and mean and deviation of each channel of its feature
/// map.</summary>
internal sealed class TrustFeatures : IFeatureSource, IDisposable
{
    private readonly FrozenBase _base;
    private readonly (PlannedFace Face, DamageRecipe? Recipe)[] _faces;
    private readonly LabelledImages _images;
    private readonly LandmarkLookup _landmarks;
    private readonly int _channels;
    private readonly ThreadLocal<(Memory<float> Input, Memory<float> Map)> _buffers;

    /// <param name="network">The base; gives the feature map beside the embedding where its statistics are wanted.</param>
    /// <param name="faces">The faces of the plans.</param>
    /// <param name="images">The photographs.</param>
    /// <param name="landmarks">Where the faces are in them.</param>
    public TrustFeatures(FrozenBase network, IEnumerable<(PlannedFace Face, DamageRecipe? Recipe)> faces, LabelledImages images,
        LandmarkLookup landmarks)
    {
        (_base, _faces, _images, _landmarks) = (network, [.. faces], images, landmarks);
        _channels = network.FeatureSize == 0 ? 0 : (int)network.Network.Outputs[1].Shape[0];
        // On a cache line each, so that the features repeat bit for bit.
        _buffers = new(() => (AlignedMemory.Of(network.Network.InputLength), AlignedMemory.Of(network.FeatureSize)));
    }

    public int Variants => 1;

    public int Dimension => _base.Dimension;

    public int FeatureSize => 2 * _channels;

    public void Compute(int image, Memory<float> embeddings, Memory<float> features)
    {
        var (input, map) = _buffers.Value;
        var (face, recipe) = _faces[image];
        var photograph = new Pyramid(Image.Load(_images.Paths[face.Image]));
        var aligned = _landmarks.Of(face.Image, photograph) is { } landmarks ? Align(photograph, landmarks) : photograph.Image;
        _base.Network.Prepare(recipe is { } damage ? damage.Apply(aligned, (int)Seeds.Of(_images.Name(face.Image))) : aligned, input.Span);
        if (_channels == 0)
        {
            _base.Network.Run(input, 1, embeddings);
            return;
        }
        _base.Network.Run(input, 1, embeddings, map);
        Statistics(map.Span, features.Span);
    }

    public void Dispose() => _buffers.Dispose();

    /// <summary>C means, then C deviations (over all pixels, not one less).</summary>
    /// <param name="map">C planes.</param>
    /// <param name="statistics">2 C values to fill.</param>
    internal static void Statistics(ReadOnlySpan<float> map, Span<float> statistics)
    {
        var channels = statistics.Length / 2;
        var pixels = map.Length / channels;
        for (var c = 0; c < channels; c++)
        {
            var plane = map.Slice(c * pixels, pixels);
            var (mean, squares) = (TensorPrimitives.Sum(plane) / pixels, 0.0);
            foreach (var value in plane) squares += (value - mean) * (value - mean);
            (statistics[c], statistics[channels + c]) = (mean, (float)Math.Sqrt(squares / pixels));
        }
    }

    private Image Align(Pyramid photograph, in FiveLandmarks face)
    {
        var (width, height) = (_base.Description.Width, _base.Description.Height);
        var (image, map) = photograph.For(_base.Network.Template.ToSource(face, width, height));
        return Warp.ToImage(image, map, width, height);
    }
}
