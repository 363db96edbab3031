using System.Diagnostics;
using Pfe.Scoring.Kernels;
using Pfe.Tests.Search;

namespace Pfe.Tests.Scoring;

/// <summary>Runs the score tests again in child processes, once for every instruction set this machine has.</summary>
public sealed class SimdPathTests
{
    public static TheoryData<string> Paths => [.. SimdPath.Available];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_score_is_right_on_this_path(string path) =>
        RunTests(SimdPath.Variable, path, typeof(ScoreAccuracyTests), typeof(ScoreGalleryTests), typeof(FileIndexTests),
            typeof(SimdPathTests));

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public void Scores_are_right_on_a_machine_without(string instructions) =>
        RunTests(instructions, "0", typeof(ScoreGalleryTests), typeof(SimdPathTests));

    [Fact]
    public void The_path_in_use_is_the_forced_one_or_else_the_widest()
    {
        var forced = Environment.GetEnvironmentVariable(SimdPath.Variable);
        SimdPath.Kernels.Name.ShouldBe(string.IsNullOrEmpty(forced) ? SimdPath.Available[0] : forced);
    }

    [Fact]
    public void A_path_that_does_not_exist_is_refused_with_those_that_do()
        => Should.Throw<InvalidConfigurationException>(() => SimdPath.Choose("1024"))
            .Message.ShouldBe($"PFE_SIMD is '1024'; this machine can run {string.Join(", ", SimdPath.Available)}");

    private static void RunTests(string variable, string value, params Type[] classes)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("PFE_TEST_CHILD") is not null, "this is the child process");
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Pfe.Tests.exe" : "Pfe.Tests"),
            classes.SelectMany(type => new[] { "-class", type.FullName! }))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { [variable] = value, ["PFE_TEST_CHILD"] = "1" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, output);
        output.ShouldContain("Failed: 0");
    }
}
