using System.Text.Json;

namespace Pfe.Cli.Tests;

/// <summary>What a user sees of one command line.</summary>
internal sealed record PfeCommand(int Code, string Output, string Error)
{
    /// <summary>Standard output read as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Runs a command line as a user would type it.</summary>
    public static async Task<PfeCommand> Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await PfeApplication.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return new PfeCommand(code, output.ToString(), error.ToString());
    }
}
