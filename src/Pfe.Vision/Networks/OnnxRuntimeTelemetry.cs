using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Pfe.Vision.Networks;

/// <summary>
/// Switches ONNX Runtime's telemetry off before the runtime starts. From 1.29 on its builds for Linux and macOS write a device identifier
/// into the user's cache and send events to their vendor; <c>ORT_DISABLE_TELEMETRY</c> in the process environment, read once when the
/// runtime is initialised, prevents both. On Windows events are traced only, which is switched off afterwards.
/// </summary>
internal static partial class OnnxRuntimeTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    static OnnxRuntimeTelemetry()
    {
        // .NET keeps a copy of the environment: what is set there reaches child processes, but not the native getenv of this one.
        Environment.SetEnvironmentVariable(Variable, "1");
        if (!OperatingSystem.IsWindows()) _ = setenv(Variable, "1", 1);
        OrtEnv.Instance().DisableTelemetryEvents();
    }

    /// <summary>Does nothing but make sure that the constructor above has run; called before every session is made.</summary>
    public static void TurnOff() { }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);
}
