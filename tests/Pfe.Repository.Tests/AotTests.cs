using System.Runtime.InteropServices;
using Pfe.TestSupport;

namespace Pfe.Repository.Tests;

/// <summary>The inference libraries are published ahead of time and run: core, ONNX surgery, vision, evaluation and reporting.</summary>
public sealed class AotTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_program_on_the_inference_libraries_runs_as_native_code()
    {
        // The compiler of .NET makes objects; the system's own tools link them.
        Assert.SkipUnless(OperatingSystem.IsLinux() && new[] { "gcc", "clang" }.Any(OnPath), "native linking needs gcc or clang");
        var project = Path.Combine(TestData.RepoRoot, "tests", "Pfe.AotSmoke");
        var (code, said) = Tool.Run("dotnet", "publish", project, "--configuration", "Release", "--runtime",
            RuntimeInformation.RuntimeIdentifier, "--output", _folder.Path, "-p:BuildProjectReferences=false", "--nologo", "--verbosity",
            "quiet");
        code.ShouldBe(0, said);
        said.ShouldNotContain(" IL", Case.Sensitive, "trimming or native code warns");
        var program = _folder.File("Pfe.AotSmoke");
        Tool.Run(program).ShouldBe((0, "ok\n"));
        output.WriteLine($"program {Megabytes(program):0.0} MB, with its native libraries " +
            $"{Directory.GetFiles(_folder.Path, "*.so").Append(program).Sum(Megabytes):0.0} MB");
    }

    private static double Megabytes(string file) => new FileInfo(file).Length / 1e6;

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
