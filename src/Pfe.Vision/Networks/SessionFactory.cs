using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Pfe.Vision.Networks;

/// <summary>Makes a session on the device that was asked for.</summary>
internal static class SessionFactory
{
    private const string CudaProvider = "CUDAExecutionProvider";

    /// <returns>The session and the device it is on: never <see cref="ComputeDeviceKind.Auto"/>.</returns>
    /// <exception cref="DeviceUnavailableException">A card was asked for by name and cannot be used.</exception>
    /// <exception cref="UnusableNetworkException">ONNX Runtime cannot run the network.</exception>
    public static (InferenceSession Session, ComputeDevice Device) Open(
        string name, byte[] model, NetworkOptions network, IExecutionProviders providers)
    {
        var wanted = network.Device;
        if (wanted.Kind != ComputeDeviceKind.Cpu)
        {
            var (session, problem, cause) = OnCard(wanted.Index, model, network, providers);
            if (session is not null)
            {
                if (wanted.Kind == ComputeDeviceKind.Auto) network.Messages?.Report($"device auto: '{name}' runs on cuda:{wanted.Index}");
                return (session, ComputeDevice.Cuda(wanted.Index));
            }
            if (wanted.Kind == ComputeDeviceKind.Cuda) throw new DeviceUnavailableException(wanted, problem, cause);
            network.Messages?.Report($"device auto: '{name}' runs on cpu ({problem})");
        }
        try
        {
            using var options = Options(network);
            network.Configure?.Invoke(options);
            return (new InferenceSession(model, options), ComputeDevice.Cpu);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UnusableNetworkException(name, $"'{name}' is not a network that ONNX Runtime can run: {FirstLine(e)}", e);
        }
    }

    private static (InferenceSession? Session, string Problem, Exception? Cause) OnCard(
        int card, byte[] model, NetworkOptions network, IExecutionProviders providers)
    {
        if (!providers.Available.Contains(CudaProvider))
        {
            return (null, "this build has no CUDA provider; build with the property PfeCuda=true, which takes ONNX Runtime's package " +
                "for CUDA (Microsoft.ML.OnnxRuntime.Gpu.Linux)", null);
        }
        var settings = new Dictionary<string, string>
        {
            ["device_id"] = card.ToString(CultureInfo.InvariantCulture),
            ["use_tf32"] = network.AllowTf32 ? "1" : "0",
        };
        try
        {
            using var options = Options(network);
            providers.AppendCuda(options, settings);
            network.Configure?.Invoke(options);
            return (new InferenceSession(model, options), "", null);
        }
        catch (Exception e) when (e is OnnxRuntimeException or DllNotFoundException or EntryPointNotFoundException)
        {
            return (null, $"CUDA 13, cuDNN 9 and a driver for them are needed; ONNX Runtime says: {LastCause(e)}", e);
        }
    }

    private static SessionOptions Options(NetworkOptions network) => new()
    {
        IntraOpNumThreads = network.Threads, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };

    // Where a library is missing, the runtime's line is its own source position and error code, and then what the loader said.
    private static string LastCause(Exception e)
    {
        const string Mark = "with error: ";
        var line = FirstLine(e);
        var at = line.LastIndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? line : line[(at + Mark.Length)..];
    }

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();
}
