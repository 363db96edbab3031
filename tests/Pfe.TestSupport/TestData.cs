namespace Pfe.TestSupport;

/// <summary>
/// The research-only photographs and networks that tests of the whole path use. They are never part of the repository: they lie in
/// <c>shared/data</c> beside the checkout, or where <c>PFE_TEST_DATA</c> says. Tests skip, and say so, where they are absent.
/// </summary>
public static class TestData
{
    /// <summary>The repository's root: the folder of Pfe.slnx.</summary>
    public static string RepoRoot { get; } = FindRoot();

    /// <summary>The data folder, or null where this machine has none.</summary>
    public static string? Root { get; } = FindData();

    /// <summary>Why a test that needs <paramref name="relative"/> is skipped, or null when it can run. Use: <c>Assert.SkipWhen(reason is
    /// not null, reason ?? "")</c>.</summary>
    public static string? MissingReason(string relative)
    {
        if (Root is null) return "no test data: put shared/data beside the checkout or set PFE_TEST_DATA";
        var path = System.IO.Path.Combine(Root, relative);
        return File.Exists(path) || Directory.Exists(path) ? null : $"no {relative} in {Root}";
    }

    /// <summary>Full path of a file or folder in the data folder.</summary>
    public static string Path(string relative) =>
        System.IO.Path.Combine(Root ?? throw new InvalidOperationException("no test data; check MissingReason first"), relative);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Pfe.slnx"))) return folder.FullName;
        throw new InvalidOperationException($"Pfe.slnx not found above {AppContext.BaseDirectory}");
    }

    private static string? FindData()
    {
        var named = Environment.GetEnvironmentVariable("PFE_TEST_DATA");
        var folder = string.IsNullOrEmpty(named) ? System.IO.Path.Combine(RepoRoot, "..", "shared", "data") : named;
        return Directory.Exists(folder) ? System.IO.Path.GetFullPath(folder) : null;
    }
}
