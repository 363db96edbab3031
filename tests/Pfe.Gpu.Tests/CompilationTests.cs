using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using Pfe.Gpu.Kernels;

namespace Pfe.Gpu.Tests;

/// <summary>What a card would be given, seen without one.</summary>
public sealed class CompilationTests
{
    public static TheoryData<string> Kernels => ["ScanKernel16", "ScanKernel32", "TileKernel16", "TileKernel32", "SelectKernel"];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_kernel_compiles_for_cards_from_Turing_on_and_keeps_its_sums_in_registers(string kernel)
    {
        foreach (var architecture in new[] { CudaArchitecture.SM_75, CudaArchitecture.SM_80, CudaArchitecture.SM_90 })
            Compile(kernel, architecture).ShouldNotContain(".local");
    }

    [Theory]
    [InlineData("ScanKernel16")]
    [InlineData("ScanKernel32")]
    [InlineData("TileKernel16")]
    [InlineData("TileKernel32")]
    public void A_kernel_reads_16_bytes_at_a_time_and_divides_and_takes_logarithms_in_one_instruction(string kernel)
    {
        var ptx = Compile(kernel, CudaArchitecture.SM_90);
        ptx.ShouldContain("ld.global.v4");
        ptx.ShouldContain("rcp.approx.ftz.f32");
        ptx.ShouldContain("lg2.approx.ftz.f32");
        ptx.ShouldNotContain("div.");
        if (kernel.StartsWith("Tile", StringComparison.Ordinal)) ptx.ShouldContain("ld.shared.v4");
    }

    private static string Compile(string kernel, CudaArchitecture architecture)
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).Math(MathMode.Fast32BitOnly)
            .CPU(CPUDeviceKind.Nvidia));
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_80,
            null!);
        var method = typeof(ScanKernel16).Assembly.GetType($"Pfe.Gpu.Kernels.{kernel}").ShouldNotBeNull()
            .GetMethod("Run", BindingFlags.Public | BindingFlags.Static).ShouldNotBeNull();
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method),
            default)).PTXAssembly;
    }
}
