using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pfe.Scoring.Kernels;

/// <summary>The one door to the kernels: the widest path this machine has, or the one that <c>PFE_SIMD</c> (512, 256, 128 or scalar)
/// forces.</summary>
internal static class SimdPath
{
    /// <summary>The variable that forces a path.</summary>
    public const string Variable = "PFE_SIMD";

    private static readonly Lazy<IKernels> Chosen = new(() => Choose(Environment.GetEnvironmentVariable(Variable)));

    /// <summary>The kernels in use; chosen once.</summary>
    /// <exception cref="InvalidConfigurationException">PFE_SIMD names a path that does not exist or that this machine lacks.</exception>
    public static IKernels Kernels => Chosen.Value;

    /// <summary>Every path this machine can run, the widest first.</summary>
    public static IReadOnlyList<string> Available { get; } = [.. All()];

    public static IKernels Choose(string? forced) => (string.IsNullOrEmpty(forced) ? Available[0] : forced) switch
    {
        "512" when Available.Contains("512") => new Kernels512(),
        "256" when Available.Contains("256") => new Kernels256(),
        "128" when Available.Contains("128") => new Kernels128(),
        "scalar" => new KernelsScalar(),
        var other => throw new InvalidConfigurationException(
            $"{Variable} is '{other}'; this machine can run {string.Join(", ", Available)}"),
    };

    private static IEnumerable<string> All()
    {
        if (Avx512F.IsSupported && Avx512BW.IsSupported && Vector512.IsHardwareAccelerated) yield return "512";
        if (Avx2.IsSupported && Vector256.IsHardwareAccelerated) yield return "256";
        if (Vector128.IsHardwareAccelerated) yield return "128";
        yield return "scalar";
    }
}
