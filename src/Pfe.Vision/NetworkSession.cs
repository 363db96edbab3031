using Microsoft.ML.OnnxRuntime;

namespace Pfe.Vision;

/// <summary>
/// One ONNX Runtime session with one float image input, run on the caller's memory without copies. Several threads may run it at once.
/// One thread works on a run by default: independent workers use the cores better than threads inside one run.
/// </summary>
internal sealed class NetworkSession : IDisposable
{
    private readonly string _name;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly long[] _imageShape;
    private readonly long[][] _outputShapes;

    /// <param name="name">What to call the network in an error message.</param>
    /// <param name="model">The ONNX file's bytes.</param>
    /// <param name="imageShape">Channels, height, width of one image.</param>
    /// <param name="outputs">The outputs wanted, in order; null for all.</param>
    /// <param name="configure">Changes the session's options (threads, execution providers).</param>
    public NetworkSession(string name, byte[] model, long[] imageShape, IReadOnlyList<string>? outputs = null,
        Action<SessionOptions>? configure = null)
    {
        _name = name;
        _imageShape = imageShape;
        try
        {
            using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            configure?.Invoke(options);
            _session = new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new PfeException($"'{name}' is not a network that ONNX Runtime can run: {FirstLine(e)}", e);
        }
        try
        {
            if (_session.InputNames.Count != 1)
                throw new PfeException($"'{name}' has {_session.InputNames.Count} inputs ({string.Join(", ", _session.InputNames)}); a " +
                "network of one image input is wanted");
            _inputs = [_session.InputNames[0]];
            _outputs = [.. outputs ?? _session.OutputNames];
            if (_outputs.FirstOrDefault(wanted => !_session.OutputNames.Contains(wanted)) is { } missing)
                throw new PfeException($"'{name}' has no output '{missing}'; it has {string.Join(", ", _session.OutputNames)}");
            _outputShapes = MeasureOutputs();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Names of the outputs, in the order of <see cref="Run"/>.</summary>
    public IReadOnlyList<string> Outputs => _outputs;

    /// <summary>Values an image.</summary>
    public int InputLength => (int)_imageShape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The shape of an output for one image, without the batch dimension.</summary>
    public ReadOnlySpan<long> OutputShape(int output) => _outputShapes[output].AsSpan(1);

    /// <summary>Values an image in an output.</summary>
    public int OutputLength(int output)
    {
        var length = 1L;
        foreach (var size in OutputShape(output)) length *= size;
        return checked((int)length);
    }

    /// <summary>Runs <paramref name="count"/> images; every output memory must hold exactly count x its length.</summary>
    public void Run(Memory<float> images, int count, params ReadOnlySpan<Memory<float>> outputs)
    {
        var values = new OrtValue[outputs.Length];
        try
        {
            for (var i = 0; i < outputs.Length; i++)
                values[i] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, outputs[i], [count, .. OutputShape(i)]);
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, images, [count, .. _imageShape]);
            _session.Run(_options, _inputs, [input], _outputs, values);
        }
        catch (OnnxRuntimeException e)
        {
            throw new PfeException($"'{_name}' failed on a batch of {count}: {FirstLine(e)}", e);
        }
        finally
        {
            foreach (var value in values) value?.Dispose();
        }
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    /// <summary>Runs one black image: shapes that a file leaves open become known, and a network that cannot run says so at once.</summary>
    private long[][] MeasureOutputs()
    {
        try
        {
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, new Memory<float>(new float[InputLength]), [1, .. _imageShape]);
            using var results = _session.Run(_options, _inputs, [input], _outputs);
            return [.. results.Select(result => result.GetTensorTypeAndShape().Shape)];
        }
        catch (OnnxRuntimeException e)
        {
            throw new PfeException($"'{_name}' does not take an image of {string.Join(" x ", _imageShape)} (channels, height, width): " +
                $"{FirstLine(e)}", e);
        }
    }

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();
}
