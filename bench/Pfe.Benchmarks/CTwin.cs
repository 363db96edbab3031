using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pfe.Benchmarks;

/// <summary>twin.c, compiled by gcc where there is one.</summary>
internal sealed unsafe class CTwin
{
    private readonly delegate* unmanaged<float*, float*, float*, float*, float*, nint, nint, void> _run;

    private CTwin(nint library, string function) =>
        _run = (delegate* unmanaged<float*, float*, float*, float*, float*, nint, nint, void>)NativeLibrary.GetExport(library, function);

    /// <summary>The function, compiled with the given options, or null where there is no gcc.</summary>
    public static CTwin? Compile(string function, params string[] options)
    {
        var library = Path.Combine(Path.GetTempPath(), $"pfe-twin-{function}-{Environment.ProcessId}.so");
        try
        {
            using var gcc = Process.Start(
                new ProcessStartInfo("gcc",
                [.. options, "-shared", "-fPIC", "-o", library, Path.Combine(AppContext.BaseDirectory, "twin.c"),
                "-lm"])
                { UseShellExecute = false })!;
            gcc.WaitForExit();
            return gcc.ExitCode == 0 ? new CTwin(NativeLibrary.Load(library), function) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Scores one probe against n rows.</summary>
    public void Score(float[] mu, float[] variance, float[] mus, float[] variances, float[] scores)
    {
        fixed (float* m = mu, v = variance, ms = mus, vs = variances, s = scores) _run(m, v, ms, vs, s, scores.Length, mu.Length);
    }
}
