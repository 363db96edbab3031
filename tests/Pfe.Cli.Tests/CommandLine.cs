using System.Text.Json;
using Pfe.Cli;

namespace Pfe.Cli.Tests;

/// <summary>Runs what a user types and keeps what they would see.</summary>
internal sealed record CommandLine(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static async Task<CommandLine> Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await PfeApplication.RunAsync(args, output, error, CancellationToken.None);
        return new CommandLine(code, output.ToString(), error.ToString());
    }
}
