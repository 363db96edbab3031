using System.Runtime.CompilerServices;

namespace Pfe.Scoring.Kernels;

/// <summary>How inner loops are compiled.</summary>
internal static class KernelMethod
{
    /// <summary>
    /// At full speed on the first call, as a search is often the only one of its process; and on their own: inlined into a caller, a loop
    /// over 30 vector registers has been seen to lose half of its speed.
    /// </summary>
    public const MethodImplOptions NoInlining = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}
