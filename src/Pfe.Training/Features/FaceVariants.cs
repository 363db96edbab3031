using Pfe.Training.Configuration;
using Pfe.Training.Data;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Training.Features;

/// <summary>
/// The variants of each image as the base sees them: clean, mirrored, then damaged copies, half of them mirrored. What happens to a copy
/// is a pure function of the seed, the image's name and the copy: other images may come and go.
/// </summary>
internal sealed class FaceVariants : IFeatureSource, IDisposable
{
    private readonly FrozenBase _base;
    private readonly LabelledImages _images;
    private readonly LandmarkLookup _landmarks;
    private readonly DamageOptions _options;
    private readonly RandomDamage _damage;
    private readonly int _seed;
    private readonly int _width;
    private readonly int _height;
    private readonly AlignedInput? _operations;
    private readonly ThreadLocal<Memory<float>> _tensors;

    public FaceVariants(FrozenBase network, LabelledImages images, LandmarkLookup landmarks, TrainingConfig config)
    {
        (_base, _images, _landmarks, _options, _seed) = (network, images, landmarks, config.Damage, config.BaseRandomSeed);
        (_width, _height) = (network.Description.Width, network.Description.Height);
        _operations = AlignedInput.Of(config, network.Description);
        // On a cache line each, so that the features repeat bit for bit.
        _tensors = new ThreadLocal<Memory<float>>(() => AlignedMemory.Of(Variants * network.Network.InputLength));
        _damage = new RandomDamage(TrainingConfigFile.KindsOf(config.Damage), config.Damage.Strength);
    }

    public int Variants => 2 + _options.Copies;

    public int Dimension => _base.Dimension;

    public int FeatureSize => _base.FeatureSize;

    public void Compute(int image, Memory<float> embeddings, Memory<float> features)
    {
        var tensors = _tensors.Value;
        Fill(image, tensors.Span);
        _base.Run(tensors, Variants, embeddings, features);
    }

    private void Fill(int index, Span<float> tensors)
    {
        var size = _base.Network.InputLength;
        var (image, name) = (Image.Load(_images.Paths[index]), (long)Seeds.Of(_images.Name(index)));
        var photograph = new Pyramid(image);
        var landmarks = _landmarks.Of(index, photograph);
        if (landmarks is { } face) _base.Network.Prepare(photograph, face, tensors[..size]);
        else Prepare(image, damaged: false, Seeds.Random(_seed, Seeds.Variant, name), tensors[..size]);
        Mirror(tensors[..size], tensors[size..(2 * size)]);
        for (var copy = 0; copy < _options.Copies; copy++)
        {
            var random = Seeds.Random(_seed, Seeds.Damage, (name << 16) + copy);
            var tensor = tensors.Slice((2 + copy) * size, size);
            var aligned = landmarks is { } exact ? Align(photograph, Misaligned(exact, random)) : image;
            Prepare(_damage.Apply(aligned, FaceSquare.Whole(aligned), random), damaged: true, random, tensor);
            if (random.Next(2) != 0) Mirror(tensor);
        }
    }

    /// <summary>Lets go of the workers' buffers.</summary>
    public void Dispose() => _tensors.Dispose();

    private void Prepare(Image aligned, bool damaged, Random random, Span<float> tensor)
    {
        if (_operations is null) _base.Network.Prepare(aligned, tensor);
        else _operations.Fill(aligned, damaged, random, tensor);
    }

    private Image Align(Pyramid photograph, in FiveLandmarks face)
    {
        var (image, map) = photograph.For(_base.Network.Template.ToSource(face, _width, _height));
        return Warp.ToImage(image, map, _width, _height);
    }

    private FiveLandmarks Misaligned(FiveLandmarks face, Random random)
    {
        var deviation = _options.Misalignment * face.EyeDistance;
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        Point2 Moved(Point2 point) => new(point.X + deviation * Normal(), point.Y + deviation * Normal());
        return new FiveLandmarks(Moved(face.LeftEye), Moved(face.RightEye), Moved(face.Nose), Moved(face.LeftMouth),
            Moved(face.RightMouth));
    }

    private void Mirror(ReadOnlySpan<float> from, Span<float> to)
    {
        from.CopyTo(to);
        Mirror(to);
    }

    private void Mirror(Span<float> tensor)
    {
        for (var row = 0; row < tensor.Length; row += _width) tensor.Slice(row, _width).Reverse();
    }
}
