using System.CommandLine;

namespace Pfe.Cli;

/// <summary>Options that mean the same in every command.</summary>
internal static class CommonOptions
{
    /// <summary>Machine-readable result on standard output; documented in docs/json.md.</summary>
    public static readonly Option<bool> Json =
        new("--json") { Description = "Write the result as JSON on standard output.", Recursive = true };

    /// <summary>Make outputs anew that were made otherwise.</summary>
    public static readonly Option<bool> Overwrite = new("--overwrite")
    {
        Description =
            "Make pictures anew that an earlier run made with other settings or from other photographs; without it they are refused.",
    };

    /// <summary>Stop at the first unreadable image instead of counting it.</summary>
    public static readonly Option<bool> Strict =
        new("--strict") { Description = "Fail on the first unreadable image instead of reporting and counting it." };
}
