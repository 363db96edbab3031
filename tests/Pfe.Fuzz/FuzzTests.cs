namespace Pfe.Fuzz;

/// <summary>
/// Every reader against damaged files: 2,000 each in the normal run. For longer runs say how many, and where to begin:
/// <c>PFE_FUZZ_CASES=1000000 PFE_FUZZ_SEED=7 dotnet test --project tests/Pfe.Fuzz/Pfe.Fuzz.csproj -c Release</c>.
/// </summary>
public sealed class FuzzTests
{
    public static TheoryData<string> Readers => [.. Targets.Makers.Keys];

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_damaged_file_is_read_or_refused_in_one_line(string reader)
    {
        using var scratch = new Scratch();
        var failures = Path.Combine(AppContext.BaseDirectory, "failures");
        FuzzRun.Run(Targets.Makers[reader](scratch), FuzzRun.Cases, failures).ShouldBeEmpty();
    }

    /// <summary>Files found elsewhere: <c>PFE_FUZZ_FILES=folder</c>. Any of them is given to every reader.</summary>
    [Theory]
    [MemberData(nameof(Readers))]
    public void Any_file_of_a_folder_is_read_or_refused(string reader)
    {
        var folder = Environment.GetEnvironmentVariable("PFE_FUZZ_FILES") ?? "";
        Assert.SkipUnless(Directory.Exists(folder), "PFE_FUZZ_FILES names no folder");
        using var scratch = new Scratch();
        var target = Targets.Makers[reader](scratch);
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => (path, Problem: FuzzRun.Problem(target, File.ReadAllBytes(path))))
            .Where(found => found.Problem is not null).Select(found => $"{found.path}: {found.Problem!.Value.Text}").ShouldBeEmpty();
    }

    [Fact]
    public void What_is_not_right_is_noticed()
    {
        static string Kind(Action<byte[]> read) => FuzzRun.Problem(new FuzzTarget("test", [[0]], read), [1])?.Kind ?? "";
        Kind(_ => { }).ShouldBe("");
        Kind(_ => throw new PfeException("refused")).ShouldBe("");
        Kind(_ => throw new InvalidTimeZoneException()).ShouldStartWith(nameof(InvalidTimeZoneException));
        Kind(_ => GC.KeepAlive(new byte[300 << 20])).ShouldBe("memory");
    }
}
