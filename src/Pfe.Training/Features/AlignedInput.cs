using Pfe.Onnx;
using Pfe.Training.Configuration;
using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Preprocessing;

namespace Pfe.Training.Features;

/// <summary>The reference's lists of operations, from an aligned face to the base network's input.</summary>
internal sealed class AlignedInput
{
    private readonly PreprocessPipeline _training;
    private readonly PreprocessPipeline _test;
    private readonly bool _standardizes;
    private readonly NetworkDescription _base;

    private AlignedInput(TrainingConfig config, NetworkDescription network)
    {
        var (training, test) = (config.PreprocessTrain ?? config.PreprocessTest!, config.PreprocessTest ?? config.PreprocessTrain!);
        _training = PreprocessPipeline.Parse(training, "preprocess_train");
        _test = PreprocessPipeline.Parse(test, "preprocess_test");
        _standardizes = test.Any(step =>
            step is [var name, ..] && name.ValueKind == System.Text.Json.JsonValueKind.String && name.GetString() == "standardize");
        _base = network;
    }

    /// <summary>The configuration's operations; null where it names none.</summary>
    /// <exception cref="InvalidConfigurationException">An operation is wrong, or the images are not aligned faces.</exception>
    public static AlignedInput? Of(TrainingConfig config, NetworkDescription network)
    {
        if (config.PreprocessTrain is null && config.PreprocessTest is null) return null;
        if (config.Landmarks != LandmarkSource.Aligned)
            throw new InvalidConfigurationException(
                $"preprocess_train and preprocess_test work on aligned faces; with landmarks '{config.Landmarks}' " +
                "the faces are aligned straight to the network's input, so leave them out");
        return new AlignedInput(config, network);
    }

    /// <summary>Fills the base's input.</summary>
    /// <param name="face">An aligned face.</param>
    /// <param name="damaged">A damaged copy takes the operations of training, with their chance; the clean face those of test.</param>
    /// <param name="random">For the operations with chance in them.</param>
    /// <param name="input">3 planes.</param>
    /// <exception cref="InvalidConfigurationException">The operations end in another size than the network's.</exception>
    public void Fill(Image face, bool damaged, Random random, Span<float> input)
    {
        var batch = (damaged ? _training : _test).Apply(PixelBatch.Of([face]), random);
        if ((batch.Width, batch.Height) != (_base.Width, _base.Height) || batch.Count != 1)
            throw new InvalidConfigurationException(
                $"{(damaged ? "preprocess_train" : "preprocess_test")} ends in {batch.Count} of {batch.Height} x " +
                $"{batch.Width}, the network takes 1 of {_base.Height} x {_base.Width} (height x width)");
        var bgr = _base.ChannelOrder == ChannelOrder.Bgr;
        batch.CopyPlanes(0, bgr, input);
        if (_standardizes) return;
        var plane = _base.Width * _base.Height;
        for (var i = 0; i < input.Length; i++) input[i] = (input[i] - _base.Mean[i / plane]) / _base.Std[i / plane];
    }
}
