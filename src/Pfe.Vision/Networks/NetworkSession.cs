using Microsoft.ML.OnnxRuntime;

namespace Pfe.Vision.Networks;

/// <summary>
/// One ONNX Runtime session with one float image input, run on the caller's memory without copies. Several threads may run it at once.
/// One thread works on a run by default: independent workers use the cores better than threads inside one run.
/// </summary>
internal sealed class NetworkSession : IDisposable
{
    private readonly string _name;
    private readonly SessionHandle _handle;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly long[] _imageShape;
    private readonly long[][] _outputShapes;

    /// <param name="name">What to call the network in an error message.</param>
    /// <param name="model">The ONNX file's bytes.</param>
    /// <param name="imageShape">Channels, height, width of one image.</param>
    /// <param name="outputs">The outputs wanted, in order; null for all.</param>
    /// <param name="options">Device, threads; null for one thread on the CPU.</param>
    /// <param name="providers">What the device is chosen from; null for what this build has.</param>
    public NetworkSession(string name, byte[] model, long[] imageShape, IReadOnlyList<string>? outputs = null,
        NetworkOptions? options = null, IExecutionProviders? providers = null)
    {
        OnnxRuntimeTelemetry.TurnOff();
        (_name, _imageShape, options) = (name, imageShape, options ?? new NetworkOptions());
        options.Validate();
        InferenceSession session;
        (session, Device) = SessionFactory.Open(name, model, options, providers ?? OnnxRuntimeProviders.Instance);
        _handle = new SessionHandle(session);
        try
        {
            if (session.InputNames.Count != 1)
            {
                throw new UnusableNetworkException(name,
                    $"'{name}' has {session.InputNames.Count} inputs ({string.Join(", ", session.InputNames)}); a network of one image " +
                    "input is wanted");
            }
            _inputs = [session.InputNames[0]];
            _outputs = [.. outputs ?? session.OutputNames];
            if (_outputs.FirstOrDefault(wanted => !session.OutputNames.Contains(wanted)) is { } missing)
                throw new UnusableNetworkException(name,
                    $"'{name}' has no output '{missing}'; it has {string.Join(", ", session.OutputNames)}");
            _outputShapes = MeasureOutputs(session);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where it runs; never auto.</summary>
    public ComputeDevice Device { get; }

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
    /// <exception cref="ObjectDisposedException">After <see cref="Dispose"/>; runs that began before it come to their end.</exception>
    public void Run(Memory<float> images, int count, params ReadOnlySpan<Memory<float>> outputs)
    {
        var values = new OrtValue[outputs.Length];
        var entered = false;
        try
        {
            var (session, options) = Enter(ref entered);
            for (var i = 0; i < outputs.Length; i++)
                values[i] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, outputs[i], [count, .. OutputShape(i)]);
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, images, [count, .. _imageShape]);
            session.Run(options, _inputs, [input], _outputs, values);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UnusableNetworkException(_name, $"'{_name}' failed on a batch of {count}: {FirstLine(e)}", e);
        }
        finally
        {
            foreach (var value in values) value?.Dispose();
            if (entered) _handle.DangerousRelease();
        }
    }

    public void Dispose() => _handle.Dispose();

    private (InferenceSession Session, RunOptions Options) Enter(ref bool entered)
    {
        try { return _handle.Enter(ref entered); }
        catch (ObjectDisposedException e) { throw new ObjectDisposedException($"the network '{_name}' has been disposed", e); }
    }

    /// <summary>Runs one black image: shapes that a file leaves open become known, and a network that cannot run says so at once.</summary>
    private long[][] MeasureOutputs(InferenceSession session)
    {
        try
        {
            using var options = new RunOptions();
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, new Memory<float>(new float[InputLength]), [1, .. _imageShape]);
            using var results = session.Run(options, _inputs, [input], _outputs);
            return [.. results.Select(result => result.GetTensorTypeAndShape().Shape)];
        }
        catch (OnnxRuntimeException e)
        {
            throw new UnusableNetworkException(_name,
                $"'{_name}' does not take an image of {string.Join(" x ", _imageShape)} (channels, height, width): {FirstLine(e)}", e);
        }
    }

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();
}
